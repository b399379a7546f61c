import { iniConfig } from './config-ini.js';
import { jsonConfig } from './config-json.js';
import { yamlConfig } from './config-yaml.js';
import type { Assignment } from './parameter.js';

export type ConfigFormat = 'INI' | 'YAML' | 'JSON';

const makers = { INI: iniConfig, YAML: yamlConfig, JSON: jsonConfig } as const;

/** What a configuration file is made of beside the settings; INI when no format is given. */
export interface ConfigTemplate {
  readonly configFormat?: ConfigFormat;
  readonly constants: string;
}

/**
 * The file a program gets for one trial.
 *
 * @throws ConfigFlaw when the text, with its places filled, is none of its format; never for INI
 */
export function configFile({ configFormat = 'INI', constants }: ConfigTemplate, assignment: Assignment): string {
  return makers[configFormat](assignment, constants);
}
