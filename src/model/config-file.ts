import { iniConfig } from './config-ini.js';
import { jsonConfig } from './config-json.js';
import { ConfigFlaw } from './config-template.js';
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
 * The file a program gets for one trial. Submissions are held to their first and last
 * trial; of one in between whose values make it none of its format the text is given
 * with its places filled, and the program is the one to say so.
 */
export function configFile(template: ConfigTemplate, assignment: Assignment): string {
  try {
    return checkedConfigFile(template, assignment);
  } catch (error) {
    if (error instanceof ConfigFlaw) return error.text;
    throw error;
  }
}

/** The same. @throws ConfigFlaw when the text, with its places filled, is none of its format; never for INI */
export function checkedConfigFile({ configFormat = 'INI', constants }: ConfigTemplate, assignment: Assignment): string {
  return makers[configFormat](assignment, constants);
}
