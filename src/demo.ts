import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { NodeSocket } from './cli/node-socket.js';
import { outOf } from './cli/out.js';
import { runExperiment } from './cli/run.js';
import { tableLines } from './cli/table.js';
import { createClient } from './client/client.js';
import { startLab } from './compose.js';
import { readConfig } from './config.js';

/** The whole journey by itself: a lab that keeps nothing, an example, its live tree, its results. */
async function demo(): Promise<number> {
  const config = readConfig(['--ephemeral', '--port', '0']);
  if (config === 'help') return 0;
  const directory = mkdtempSync(join(tmpdir(), 'glados-demo-'));
  const hasPython = spawnSync('python3', ['--version'], { stdio: 'ignore' }).status === 0;
  const example = hasPython ? 'add-numbers' : 'add-numbers-node';
  const stderr = outOf(process.stderr);
  try {
    await using lab = await startLab(config);
    await using client = createClient({ url: `${lab.url}/graphql`, webSocket: NodeSocket });
    stderr.write(`GLADOS is ready at ${lab.url}; running examples/${example}.\n`);
    const outputPath = join(directory, 'results.csv');
    const exitCode = await runExperiment({
      client,
      path: fileURLToPath(new URL(`../../examples/${example}`, import.meta.url)),
      outputPath,
      stdout: { write: () => undefined },
      stderr,
      color: stderr.isTerminal,
    });
    const [header = [], ...rows] = parse(readFileSync(outputPath, 'utf8')) as string[][];
    process.stdout.write(`${tableLines(header, rows).join('\n')}\n`);
    return exitCode;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

process.exitCode = await demo();
