import { createHash, timingSafeEqual } from 'node:crypto';
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
 * Who sends a request. Without an administrator's token, as on a laptop, nobody
 * logs in: who reaches the address is the one person. With it a person has to
 * send it. A runner shows its own in any case. Which tokens are good is asked
 * anew each time: both kinds change while a server runs.
 *
 * @throws HttpRefusal 401 for a token that is none of ours, and for none where one is asked for
 */
export function createViewerOf(
  tokens: Pick<RunnerTokens, 'check'>,
  administratorToken?: { readonly current: string },
): (authorization: string | undefined) => Viewer {
  return (authorization) => {
    if (authorization === undefined) {
      if (!administratorToken) return { kind: 'person', owner: 'local' };
      throw new HttpRefusal(401, 'UNAUTHENTICATED', 'Send a token: Authorization: Bearer TOKEN.');
    }
    const token = authorization.replace(/^Bearer /i, '');
    if (administratorToken && timingSafeEqual(digest(token), digest(administratorToken.current))) {
      return { kind: 'person', owner: 'admin' };
    }
    const experimentId = tokens.check(token);
    if (experimentId === undefined) throw new HttpRefusal(401, 'UNAUTHENTICATED', 'This token is not known here.');
    return { kind: 'runner', experimentId };
  };
}

/** Of equal length whatever was sent, so that a comparison tells nothing by its time. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
