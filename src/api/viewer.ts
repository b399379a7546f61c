import type { Viewer } from '../model/viewer.js';
import type { RunnerTokens } from '../store/runner-tokens.js';
import { HttpRefusal } from './http/refusal.js';
import { forbidden } from './refusals.js';

/** The owner that a person's verbs act for. @throws GraphQLError FORBIDDEN for a runner */
export function ownerOf(viewer: Viewer): string {
  if (viewer.kind === 'person') return viewer.owner;
  throw forbidden('A runner may only claim and report trials.');
}

/** The experiment that a runner works for. @throws GraphQLError FORBIDDEN for anybody else */
export function runnerOf(viewer: Viewer): string {
  if (viewer.kind === 'runner') return viewer.experimentId;
  throw forbidden('Only a runner may claim and report trials: send the token of its experiment.');
}

/**
 * Who sends a request. On a laptop nobody logs in: who reaches the loopback
 * address is the one person, a runner shows its token.
 *
 * @throws HttpRefusal 401 for a token that is none of ours
 */
export function createViewerOf(tokens: RunnerTokens): (authorization: string | undefined) => Viewer {
  return (authorization) => {
    if (authorization === undefined) return { kind: 'person', owner: 'local' };
    const experimentId = tokens.check(authorization.replace(/^Bearer /i, ''));
    if (experimentId === undefined) throw new HttpRefusal(401, 'UNAUTHENTICATED', 'This token is not known here.');
    return { kind: 'runner', experimentId };
  };
}
