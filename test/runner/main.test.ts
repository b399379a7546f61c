import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { startApi, type ApiDouble } from './api-double.js';
import { until } from './run-trials.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Starts the built runner as a pod does. */
function startMain(api: ApiDouble, token = api.token) {
  const work = mkdtempSync(join(tmpdir(), 'runner-main-'));
  const env = {
    PATH: process.env['PATH'],
    GLADOS_API: api.url,
    GLADOS_TOKEN: token,
    POD_UID: 'pod-1',
    GLADOS_WORK: work,
  };
  const child = spawn(process.execPath, [join(root, 'dist/src/runner/main.js')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return {
    child,
    work,
    printed: () => text,
    exit: once(child, 'close').then(([code]) => code as number),
    [Symbol.dispose]() {
      child.kill('SIGKILL');
      rmSync(work, { recursive: true, force: true });
    },
  };
}

const hanging = {
  program: `[ "$(cat "$1")" = hang ] && { echo hanging; exec tail -f /dev/null; }\nprintf 'a\\n1\\n' > results.csv\n`,
  configs: ['go', 'hang', 'go'],
  plan: { programName: 'program.sh' },
};

describe('The runner as a process', () => {
  it('exits 0 when nothing is left, and leaves no trial behind', async () => {
    const program = readFileSync(join(root, 'examples/add-numbers-node/add-numbers.mjs'));
    const configs = ['[DEFAULT]\n\nx = 1\ny = 1', '[DEFAULT]\n\nx = 1\ny = 2'];
    await using api = await startApi({ program, configs });
    using runner = startMain(api);
    expect(await runner.exit).toBe(0);
    expect([0, 1].map((index) => api.applicationOf(index).resultValues)).toEqual([
      ['2', '0'],
      ['3', '-1'],
    ]);
    expect(runner.printed()).toBe(
      '#0.1 out: Adding and subtracting 1 and 1\n#1.1 out: Adding and subtracting 1 and 2\n',
    );
    expect(readdirSync(join(runner.work, 'program'))).toEqual(['program.mjs']);
  });

  it('exits 143 on SIGTERM while something is left', async () => {
    await using api = await startApi(hanging);
    using runner = startMain(api);
    await until(() => runner.printed().includes('hanging'));
    runner.child.kill('SIGTERM');
    expect(await runner.exit).toBe(143);
    expect([...api.waiting].sort()).toEqual([1, 2]);
    expect(api.applicationOf(1).outcome).toBe('RELEASED');
  });

  it('stops as on SIGTERM when nobody reads its output any more', async () => {
    const chatty = `while :; do echo again; sleep 0.02; done`;
    await using api = await startApi({ program: chatty, configs: ['x'], plan: { programName: 'program.sh' } });
    using runner = startMain(api);
    await until(() => runner.printed().includes('again'));
    runner.child.stdout.destroy();
    await once(runner.child, 'exit');
    expect(runner.child.exitCode).toBe(143);
    expect(api.waiting).toEqual([0]);
  });

  it('exits 1 when its token is refused, and says so', async () => {
    await using api = await startApi(hanging);
    using runner = startMain(api, 'another-token');
    expect(await runner.exit).toBe(1);
    expect(runner.printed()).toMatch(/^runner: The API refuses this runner: .*401/);
  });
});
