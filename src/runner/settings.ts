import type { Claim } from './api.js';

type Settings = Claim['settings'];

/**
 * Settings as environment variables: `learning rate` is GLADOS_PARAM_LEARNING_RATE.
 *
 * Capitals; whatever is neither letter nor digit is an underscore, one for each run.
 * Of two names that become one, the first stands.
 */
export function settingsEnvironment(settings: Settings): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { name, value } of settings) {
    const variable = `GLADOS_PARAM_${name.toUpperCase().replaceAll(/[^\p{L}\p{N}]+/gu, '_')}`;
    variables[variable] ??= value;
  }
  return variables;
}

/**
 * The user's command for one trial: `{x}` is the setting of x, `{config}` the path of
 * the configuration file. A command with such places gets what they name and nothing
 * else, so that a program which reads its arguments runs as it is; one without gets
 * the path as its last argument, as every program does.
 *
 * Braces that name no setting are left as they are.
 */
export function filledCommand(
  command: readonly [string, ...string[]],
  settings: Settings,
  config: string,
): [string, ...string[]] {
  const texts = new Map([['config', config], ...settings.map(({ name, value }) => [name, value] as const)]);
  let isFilled = false;
  const fill = (part: string) =>
    part.replaceAll(/\{([^{}]+)\}/g, (place, name: string) => {
      const text = texts.get(name);
      isFilled ||= text !== undefined;
      return text ?? place;
    });
  const [first, ...rest] = command;
  const filled: [string, ...string[]] = [fill(first), ...rest.map(fill)];
  return isFilled ? filled : [...filled, config];
}
