import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Experiment } from '../../src/model/experiment.js';
import type { Database } from '../../src/store/database.js';
import { createExperiments, type ExperimentCursor, type Experiments } from '../../src/store/experiments.js';
import { countsFor } from '../../src/model/transitions.js';
import { experimentOf } from '../model/experiments.js';
import { openTestDatabase } from '../support/database.js';

let database: Database;
let experiments: Experiments;

beforeAll(async () => {
  database = await openTestDatabase();
  experiments = createExperiments(database);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

function add(experiment: Experiment, key?: string, submissionHash = 'a'): Promise<Experiment> {
  return experiments.add({ experiment, owner: 'local', submissionHash, ...(key ? { idempotencyKey: key } : {}) });
}

describe('experiments', () => {
  it('gives back what was recorded', async () => {
    const experiment = {
      ...experimentOf({ counts: countsFor(3) }),
      id: 'same',
      constants: 'ünï “€” \n"q"',
      version: 1,
    };
    await add(experiment);
    expect(await experiments.get('same')).toEqual({ ...experiment, owner: 'local' });
    expect(await experiments.get('other')).toBeUndefined();
  });

  it('gives one experiment to twenty submissions at once under one key', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, n) => add({ ...experimentOf({ counts: countsFor(1) }), id: `key${n}` }, 'once')),
    );
    expect(new Set(all.map((experiment) => experiment.id)).size).toBe(1);
    await expect(add({ ...experimentOf({ counts: countsFor(1) }), id: 'key-b' }, 'once', 'b')).rejects.toMatchObject({
      problems: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }],
    });
  });

  it('loses no update of twenty at once', async () => {
    await add({ ...experimentOf({ counts: countsFor(1) }), id: 'busy', nextIndex: 0, version: 1 });
    await Promise.all(
      Array.from({ length: 20 }, () =>
        experiments.update('busy', (current) => ({ ...current, nextIndex: current.nextIndex + 1 })),
      ),
    );
    expect(await experiments.get('busy')).toMatchObject({ nextIndex: 20, version: 21 });
  });

  it('reads every experiment once, page by page, in both directions, though times are equal', async () => {
    for (let n = 0; n < 11; n += 1)
      await add({ ...experimentOf({ counts: countsFor(1) }), id: `page${n}`, name: `page [x] ${n % 3}` });
    const filter = { search: 'PAGE [X]' };
    for (const field of ['createdAt', 'name'] as const) {
      for (const fromEnd of [false, true]) {
        const order = { field, direction: -1 } as const;
        const seen: string[] = [];
        let place: ExperimentCursor | undefined;
        for (;;) {
          const bound = place && { [fromEnd ? 'before' : 'after']: place };
          const page = await experiments.page(filter, order, { limit: 4, fromEnd, ...bound });
          expect(page.totalCount).toBe(11);
          const ids = page.items.map((item) => item.id);
          seen.push(...(fromEnd ? ids.toReversed() : ids));
          const edge = fromEnd ? page.items[0] : page.items.at(-1);
          if (!edge || !(fromEnd ? page.hasPrevious : page.hasNext)) break;
          place = [edge[field], edge.id];
        }
        expect(new Set(seen).size).toBe(11);
        expect(seen).toHaveLength(11);
      }
    }
  });
});
