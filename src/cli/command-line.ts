import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { createClient } from '../client/client.js';
import type { ExperimentPhase } from '../client/generated/graphql.js';
import { createCommands, previewFormats, resultFormats } from './commands.js';
import { diagnoseFiles, diagnosisFormats } from './diagnose.js';
import type { DiagnoseNeeds } from './diagnose.js';
import { exitCodes, explain } from './failures.js';
import { outputFormats } from './listing.js';
import { NodeSocket } from './node-socket.js';
import { serverUrl } from './server-address.js';

export interface CommandLineNeeds extends DiagnoseNeeds {
  /** Without the program's own name. */
  readonly args: readonly string[];
  readonly version: string;
  readonly color: boolean;
  /** Where to look for the server that runs, absolute. */
  readonly directory: string;
  readonly server?: string | undefined;
  readonly token?: string | undefined;
  readonly signal: AbortSignal;
}

type Commands = ReturnType<typeof createCommands>;
const phases: readonly ExperimentPhase[] = [
  'QUEUED',
  'RUNNING',
  'PAUSED',
  'CANCELLING',
  'CANCELLED',
  'SUCCEEDED',
  'FAILED',
];

/** Does what the arguments say. @returns the exit code. @throws only a fault of our own. */
export async function runCommandLine(needs: CommandLineNeeds): Promise<number> {
  const { stderr } = needs;
  let exitCode: number = exitCodes.done;
  let url = needs.server ?? '';

  const offline = async (act: () => Promise<number>): Promise<void> => {
    exitCode = await act();
  };
  const program = createProgram(needs, offline, async (act) => {
    const options = program.opts<{ server?: string; token?: string }>();
    url = await serverUrl(options.server ?? needs.server, needs.directory);
    const token = options.token ?? needs.token;
    const client = createClient({ url, webSocket: NodeSocket, ...(token ? { token } : {}) });
    try {
      exitCode = await act(createCommands({ ...needs, client }));
    } finally {
      await client[Symbol.asyncDispose]();
    }
  });

  try {
    await program.parseAsync([...needs.args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (needs.signal.aborted) return exitCodes.interrupted;
    const { lines, exitCode: code } = explain(error, url);
    stderr.write(lines.map((line) => `${line}\n`).join(''));
    return code;
  }
}

function createProgram(
  needs: CommandLineNeeds,
  offline: (act: () => Promise<number>) => Promise<void>,
  on: (act: (commands: Commands) => Promise<number>) => Promise<void>,
): Command {
  const { version, stdout, stderr } = needs;
  const program = new Command('glados')
    .description('Runs experiments and shows them live.')
    .version(version)
    .option('--server <url>', 'where GLADOS answers (or GLADOS_SERVER)')
    .option('--token <token>', 'whom to be (or GLADOS_TOKEN)')
    // Both before the commands, which take them over.
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .showHelpAfterError('(glados --help names the commands)');
  const id = ['<id>', 'an experiment; @latest is the newest'] as const;
  const path = ['<path>', 'a directory with an experiment.yml, or such a file'] as const;

  program
    .command('run')
    .description('submit an experiment, follow it live, save results.csv')
    .argument(...path)
    .option('--output <file>', 'where results go, instead of results.csv beside the experiment')
    .action((given: string, options: { output?: string }) => on((commands) => commands.run(given, options)));
  program
    .command('submit')
    .description('submit an experiment and print its id')
    .argument(...path)
    .action((given: string) => on((commands) => commands.submit(given)));
  program
    .command('preview')
    .description('check an experiment and show its first trials; nothing is started')
    .argument(...path)
    .option('-n, --count <number>', 'how many trials to show, at most 100', count, 10)
    .addOption(output(previewFormats))
    .action((given: string, options: Parameters<Commands['preview']>[1]) =>
      on((commands) => commands.preview(given, options)),
    );
  program
    .command('list')
    .description('the newest experiments')
    .addOption(new Option('--phase <phase...>', 'only in these phases').choices(phases))
    .option('--tag <tag...>', 'only with all of these tags')
    .option('--search <text>', 'only with this in the name')
    .option('--archived', 'only archived ones, which are left out otherwise')
    .option('--limit <number>', 'how many at most', count, 30)
    .addOption(output(outputFormats))
    .action(
      ({ phase, tag, ...rest }: { phase?: ExperimentPhase[]; tag?: string[] } & Parameters<Commands['list']>[0]) =>
        on((commands) =>
          commands.list({ ...rest, ...(phase ? { phases: phase } : {}), ...(tag ? { tags: tag } : {}) }),
        ),
    );
  program
    .command('get')
    .description('one experiment')
    .argument(...id)
    .addOption(output(outputFormats))
    .action((given: string, options: Parameters<Commands['get']>[1]) => on((commands) => commands.get(given, options)));
  program
    .command('watch')
    .description('follow an experiment live until it has ended')
    .argument(...id)
    .action((given: string) => on((commands) => commands.watch(given)));
  program
    .command('logs')
    .description('what an experiment, a trial or a pod wrote')
    .argument(...id)
    .option('-f, --follow', 'go on until no more can come', false)
    .option('--trial <number>', 'only of this trial', count)
    .option('--pod <id>', 'only of this pod')
    .option('--tail <lines>', 'only the last lines', count)
    .action((given: string, options: Parameters<Commands['logs']>[1]) =>
      on((commands) => commands.logs(given, options)),
    );
  program
    .command('results')
    .description('the results of an experiment')
    .argument(...id)
    .addOption(output(resultFormats))
    .action((given: string, options: Parameters<Commands['results']>[1]) =>
      on((commands) => commands.results(given, options)),
    );
  program
    .command('export')
    .description('write experiment.yml and the program, to be run again')
    .argument(...id)
    .argument('[directory]', 'where; named after the experiment when left out')
    .action((given: string, directory?: string) => on((commands) => commands.export(given, directory)));
  program
    .command('cancel')
    .description('stop an experiment; results that are there stay')
    .argument(...id)
    .action((given: string) => on((commands) => commands.cancel(given)));
  program
    .command('pause')
    .description('let an experiment run nothing until it is resumed')
    .argument(...id)
    .action((given: string) => on((commands) => commands.pause(given)));
  program
    .command('resume')
    .description('let a paused experiment go on')
    .argument(...id)
    .action((given: string) => on((commands) => commands.resume(given)));
  program
    .command('retry')
    .description('run trials again that did not succeed')
    .argument(...id)
    .option('--trial <number...>', 'only these, instead of all that failed, timed out or were cancelled', counts)
    .action((given: string, { trial }: { trial?: number[] }) => on((commands) => commands.retry(given, trial)));
  program
    .command('edit')
    .description('change the name, description or tags of an experiment')
    .argument(...id)
    .option('--name <name>', 'its new name')
    .option('--description <text>', 'its new description')
    .option('--tag <tag...>', 'all of its tags')
    .action((given: string, { tag, ...rest }: { name?: string; description?: string; tag?: string[] }) =>
      on((commands) => commands.update(given, { ...rest, ...(tag ? { tags: tag } : {}) })),
    );
  program
    .command('archive')
    .description('leave an ended experiment out of the list')
    .argument(...id)
    .action((given: string) => on((commands) => commands.archive(given)));
  program
    .command('unarchive')
    .description('put an archived experiment back into the list')
    .argument(...id)
    .action((given: string) => on((commands) => commands.unarchive(given)));
  program
    .command('delete')
    .description('delete an ended experiment for good, with results and logs')
    .argument(...id)
    .action((given: string) => on((commands) => commands.delete(given)));
  program
    .command('diagnose')
    .description('why Jobs and pods wait or failed, from files alone; - is the standard input')
    .argument('<file...>', 'what kubectl get job,pod,event -o json printed, or { job, pods, events, recordedAt }')
    .option('--at <time>', 'the moment that ages count from, instead of the newest in the file', moment)
    .addOption(output(diagnosisFormats))
    .action((files: string[], options: Parameters<typeof diagnoseFiles>[2]) =>
      offline(() => diagnoseFiles(needs, files, options)),
    );
  return program;
}

function moment(text: string): number {
  const at = text === 'now' ? Date.now() : Date.parse(text);
  if (Number.isNaN(at)) throw new InvalidArgumentError('It has to be a time like 2026-11-25T10:30:00Z, or now.');
  return at;
}

function output<T extends string>(choices: readonly T[]): Option {
  return new Option('-o, --output <format>', 'how to print it').choices(choices).default(choices[0]);
}

/** One more of an option that may be given several times. */
function counts(text: string, before: number[] = []): number[] {
  return [...before, count(text)];
}

function count(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number, 0 or more.');
  return Number(text);
}
