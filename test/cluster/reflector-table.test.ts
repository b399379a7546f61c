import { describe, expect, it } from '@jest/globals';
import { situations } from './fault-table.js';
import { runTrial } from './fault-trial.js';
import { followWithReflector } from './reflector-follower.js';

/** The table of `npm run bench -- faults`, fifty times as fast. */
const secondMs = 20;

describe.each(['pages', 'watchList'] as const)('a reflector that reads %s first', (firstSync) => {
  it.each(situations.map((situation) => [situation.name, situation] as const))(
    'ends in the state of the server, and says exactly when it may be behind it: %s',
    async (_name, situation) => {
      const result = await runTrial({ situation, follow: followWithReflector(firstSync), secondMs });
      expect(result).toMatchObject({ complaints: [], lost: 0, doubled: 0 });
    },
  );
});
