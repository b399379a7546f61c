/**
 * What a program sees of the runner's environment: where to find things, and how
 * to write text. A list of names that are let through, so that the runner's token
 * and address, and whatever a cluster adds, are not.
 */
const names = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TZ',
  // What images of scientific software set so that their programs find their own parts.
  'LD_LIBRARY_PATH',
  'JAVA_HOME',
  'PYTHONPATH',
  'NODE_PATH',
  'VIRTUAL_ENV',
  'CONDA_PREFIX',
  'R_HOME',
];

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The environment of every trial's program, but for the trial's number. */
export function programEnvironment(own: NodeJS.ProcessEnv, work: string, temporary: string): Record<string, string> {
  const passed = names.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]] as const]));
  return {
    PATH: defaultPath,
    HOME: work,
    LANG: 'C.UTF-8',
    ...Object.fromEntries(passed),
    TMPDIR: temporary,
    PYTHONUNBUFFERED: '1',
  };
}
