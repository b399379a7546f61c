import { describe, expect, it } from '@jest/globals';
import { scriptSays } from './chart-sources.js';

/** What `npm run test:deploy` would print of these steps, and its counts. */
async function rehearsed(steps: string): Promise<string[]> {
  const { stderr } = await scriptSays(
    '--input-type=module',
    '-e',
    `import { createChecks, demand, Stop } from './scripts/deploy/checks.mjs';
    const write = (line) => process.stderr.write(line.replace(/\\(\\d+\\.\\d s\\)/, '(…)') + '\\n');
    const { step, counts } = createChecks({ write });
    try { ${steps} } catch (error) { write(error instanceof Stop ? 'stopped' : error.stack); }
    write(counts.passed + ' passed, ' + counts.failed + ' failed');
    process.exit();`,
  );
  return stderr.trimEnd().split('\n');
}

describe('a rehearsal on a cluster', () => {
  it('tells each step with what was seen, and hands on what it found', async () => {
    const steps = `const { token } = await step('one', async () => ({ said: 'two pods', token: 'x' }));
      await step('two', async () => demand(token === 'x', 'no token'));`;
    expect(await rehearsed(steps)).toEqual(['passed   one (…): two pods', 'passed   two (…)', '2 passed, 0 failed']);
  });

  it('stops at the first step that fails, with why', async () => {
    const steps = `await step('one', async () => demand(49 === 50, '49 trials'));
      await step('two', async () => undefined);`;
    expect(await rehearsed(steps)).toEqual(['FAILED   one (…): 49 trials', 'stopped', '0 passed, 1 failed']);
  });

  it('gives a step that hangs no more than its time', async () => {
    const steps = `await step('one', () => new Promise(() => setInterval(() => undefined, 60_000)), { atMost: 0.1 });`;
    expect(await rehearsed(steps)).toEqual(['FAILED   one (…): not done after 0.1 s', 'stopped', '0 passed, 1 failed']);
  });

  it('stops when it is told to, so that what was made can be taken away', async () => {
    const steps = `await step('one', async () => {
        process.kill(process.pid, 'SIGTERM');
        await new Promise(() => setInterval(() => undefined, 60_000));
      });`;
    expect(await rehearsed(steps)).toEqual(['FAILED   one (…): ended by SIGTERM', 'stopped', '0 passed, 1 failed']);
  });
});
