import { checkedConfigFile, type ConfigTemplate } from './config-file.js';
import { ConfigFlaw } from './config-template.js';
import type { Note } from './note.js';
import type { SearchSpace } from './parameter.js';
import { assignmentAt, trialCount } from './search-space.js';

/**
 * Notes what keeps the constants text from being a configuration file: looked for in
 * the first and in the last trial. Values fill one line each, so the line is the text's own.
 */
export function checkConfig(template: ConfigTemplate, space: SearchSpace, note: Note): void {
  for (const index of new Set([0, trialCount(space) - 1])) {
    try {
      checkedConfigFile(template, assignmentAt(space, index));
    } catch (error) {
      if (!(error instanceof ConfigFlaw)) throw error;
      const { message, line, column } = error;
      const where = `line ${line}, column ${column}`;
      note(
        'CONFIG_INVALID',
        `In trial ${index} the constants text is no ${template.configFormat} (${where}): ${message}.`,
        ['constants'],
      );
      return;
    }
  }
}
