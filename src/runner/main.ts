import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi } from './api.js';
import { installRunner } from './install.js';
import { runLoop } from './loop.js';
import { createOutput, type Output } from './output.js';
import { ApiLost } from './retry.js';

/** How long an API that is away is waited for. */
const patienceSeconds = 600;
const exitStopped = 143;

// What an init container is for whose pod runs the user's own image: `main.js install DIRECTORY`.
const [verb, target] = process.argv.slice(2);
if (verb === 'install' && target !== undefined) {
  installRunner(target);
  process.exit(0);
}

const stop = new AbortController();
const output = createOutput(process.stdout, () => stop.abort(new Error('Nobody reads the log any more.')));
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => stop.abort(new Error(`Told to stop by ${signal}.`)));
}
process.on('uncaughtException', (error) => {
  output.say(`Ended by a defect: ${error.stack ?? error.message}`);
  // Ends the program at hand; its exit code says that the runner did not end well.
  stop.abort(error);
  process.exitCode = 1;
});

process.exit(await run(process.env, output));

/** @returns the exit code: 0 only when nothing is left to claim and everything was reported */
async function run(environment: NodeJS.ProcessEnv, out: Output): Promise<number> {
  const { GLADOS_API: url, GLADOS_TOKEN: token, POD_UID: podUid } = environment;
  if (!url || !URL.canParse(url) || !token || !podUid) {
    out.say('GLADOS_API (the address of the GraphQL API), GLADOS_TOKEN and POD_UID must be set.');
    return 1;
  }
  const say = (text: string): void => out.say(text);
  const api = createApi({ url, token, podUid }, { seconds: patienceSeconds, stop: stop.signal, say });
  const work = environment['GLADOS_WORK'] ?? mkdtempSync(join(tmpdir(), 'glados-runner-'));
  try {
    const end = await runLoop({ api, output: out, work, environment, stop: stop.signal });
    if (process.exitCode !== undefined) return 1;
    return end === 'done' ? 0 : exitStopped;
  } catch (error) {
    if (stop.signal.aborted && process.exitCode === undefined) return exitStopped;
    out.say(error instanceof ApiLost ? error.message : `Could not go on: ${(error as Error).stack ?? String(error)}`);
    return 1;
  } finally {
    if (environment['GLADOS_WORK'] === undefined) rmSync(work, { recursive: true, force: true });
  }
}
