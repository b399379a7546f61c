import type { ExperimentPreviewResolvers } from '../generated/resolvers.js';
import { namedValue } from '../named-value.js';
import { decodeCursor, encodeCursor, pageSize, readIndex } from '../paging.js';
import { badInput } from '../refusals.js';
import { toUserError, toWarning } from '../payload.js';
import { assignmentOf, configOf } from '../spaces.js';

export const ExperimentPreview: ExperimentPreviewResolvers = {
  userErrors: ({ problems }) => problems.map(toUserError),
  warnings: ({ warnings }) => warnings.map(toWarning),
  trialCount: ({ trialCount }) => trialCount ?? null,
  jobManifest: ({ jobManifest }) => jobManifest ?? null,

  trials({ spec, trialCount = 0 }, { first, after, at }) {
    if (!spec) return [];
    return indices(trialCount, pageSize('first', first), after, at).map((index) => ({
      index,
      assignment: assignmentOf(spec, index).map(({ name, text }) => namedValue(name, text)),
      config: configOf(spec, index),
      cursor: encodeCursor(index),
    }));
  },
};

function indices(
  total: number,
  first: number,
  after: string | null | undefined,
  at: readonly number[] | null | undefined,
): number[] {
  if (at != null) {
    if (at.length > 100) throw badInput(`at takes up to 100 indices; ${at.length} were given.`);
    const outside = at.find((index) => index >= total);
    if (outside !== undefined) throw badInput(`There is no trial ${outside}: they are numbered 0 to ${total - 1}.`);
    return [...at];
  }
  const place = after == null ? -1 : readIndex(decodeCursor(after));
  if (place === undefined) throw badInput('after is not a cursor of this list.');
  return Array.from({ length: Math.max(0, Math.min(first, total - place - 1)) }, (_, offset) => place + 1 + offset);
}
