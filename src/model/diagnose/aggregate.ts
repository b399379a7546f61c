import type { Diagnosis } from '../diagnosis.js';
import type { Course, Finding } from './finding.js';
import { precedence } from './pod-causes.js';
import { time } from './scene.js';

/** How many pods' proofs are shown. */
const proofs = 3;

const verbs: Readonly<Record<Course, readonly [one: string, many: string]>> = {
  waits: ['waits', 'wait'],
  fails: ['keeps failing', 'keep failing'],
  failed: ['failed', 'failed'],
  ends: ['is ending', 'are ending'],
  hangs: ['is lost', 'are lost'],
};

/**
 * One diagnosis from what was found of single pods.
 *
 * Given 37 findings of UNSCHEDULABLE_CPU among 120 pods return "37 of 120 pods wait: 0 of 3 nodes have 4 free CPUs."
 *
 * @param findings at least one, in the order of their pods.
 * @param total pods that are spoken of, with those that nothing is wrong with.
 */
export function aggregate(findings: readonly Finding[], total: number): Diagnosis | undefined {
  const code = precedence.find((candidate) => findings.some((one) => one.code === candidate));
  const same = findings.filter((one) => one.code === code);
  const [first] = mostFrequent(same);
  if (code === undefined || !first) return undefined;
  const [one, many] = verbs[first.course];
  const subject = `${same.length} of ${total} pods ${same.length === 1 ? one : many}`;
  const since = same
    .map((finding) => finding.since)
    .filter((at) => at !== undefined)
    .toSorted((a, b) => time(a) - time(b))[0];
  return {
    code,
    message: `${total <= 1 ? `The pod ${one}` : subject}: ${first.cause}.`,
    hint: first.hint,
    evidence: [first, ...same.filter((finding) => finding !== first)].slice(0, proofs).map(({ evidence }) => evidence),
    ...(since !== undefined && { since }),
  };
}

/** Those with the cause that most of them have, in their order. */
function mostFrequent(findings: readonly Finding[]): readonly Finding[] {
  const byCause = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.course} ${finding.cause}`;
    const group = byCause.get(key);
    if (group) group.push(finding);
    else byCause.set(key, [finding]);
  }
  return [...byCause.values()].toSorted((a, b) => b.length - a.length)[0] ?? [];
}
