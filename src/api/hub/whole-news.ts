import { hash } from 'node:crypto';
import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import type { SetMessage } from '../../stream/set-message.js';
import { News } from './news.js';
import type { NewsNeeds } from './news.js';
import type { Sources } from './shared-source.js';

/**
 * News of a source of which every message says everything: it is sent as it is,
 * when something that was selected reads otherwise than in the last one. A little
 * fresher is no news here either.
 */
export class WholeNews extends News {
  readonly #selection: NewsNeeds['selection'];
  /** A fingerprint of what was last sent. */
  #told: string | undefined;

  constructor(needs: NewsNeeds) {
    super(needs);
    this.#selection = needs.selection;
  }

  /** It has to be executed to be compared. */
  override isRendered(): boolean {
    return false;
  }

  override textOf(
    { freshness }: SetMessage<Sources>,
    result: ExecutionResult | FormattedExecutionResult,
  ): string | undefined {
    const { root, fields } = this.#selection;
    const answer = result.data?.[root];
    if (result.errors || typeof answer !== 'object' || answer === null) {
      this.#told = undefined;
      return JSON.stringify(result);
    }
    let text = '';
    let compared = '';
    for (const [name, value] of Object.entries(answer)) {
      const part = JSON.stringify(value);
      text += `${text === '' ? '' : ','}"${name}":${part}`;
      compared += fields.get(name) === 'freshness' ? JSON.stringify([freshness.staleSince, freshness.reason]) : part;
    }
    const told = hash('sha256', compared, 'base64');
    if (told === this.#told) return undefined;
    this.#told = told;
    return `{"data":{"${root}":{${text}}}}`;
  }
}
