import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { runCommandLine } from './command-line.js';
import type { Diagnose } from './diagnose.js';
import { outOf } from './out.js';

/** Runs the command line of this process: its arguments, environment, streams and signals. Sets the exit code. */
export async function main({ diagnose }: { readonly diagnose: Diagnose }): Promise<void> {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const { GLADOS_SERVER: server, GLADOS_TOKEN: token, NO_COLOR: noColor, TERM: term } = process.env;
  const plain = Boolean(noColor) || term === 'dumb';

  // The reader of a pipe has seen enough, as `head` does: that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

  const stop = new AbortController();
  // The first one stops following, in order; the second one ends the process.
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());

  const stderr = outOf(process.stderr, plain);
  process.exitCode = await runCommandLine({
    args: process.argv.slice(2),
    version,
    stdout: outOf(process.stdout, plain),
    stderr,
    color: stderr.isTerminal,
    directory: process.cwd(),
    server,
    token,
    signal: stop.signal,
    diagnose,
    readInput: () => text(process.stdin),
  });
}
