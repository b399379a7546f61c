import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RawPod } from '../../../src/cluster/raw-pod.js';
import { toEvent } from '../../../src/cluster/to-event.js';
import type { RawEvent } from '../../../src/cluster/to-event.js';
import { toJob } from '../../../src/cluster/to-job.js';
import type { RawJob } from '../../../src/cluster/to-job.js';
import { toPod } from '../../../src/cluster/to-pod.js';
import type { Observed } from '../../../src/model/diagnose/diagnose.js';

/** A real situation, as the READMEs of test/fixtures/faults and test/fixtures/provoked describe them. */
export interface Recording {
  readonly situation: string;
  readonly recordedAt: string;
  readonly kubectl: { readonly pods: string; readonly job: string };
  readonly job: RawJob | null;
  readonly pods: readonly RawPod[];
  readonly events: readonly RawEvent[];
  readonly expected: { readonly code: string | null; readonly accept?: readonly (string | null)[] };
}

export const faults = fileURLToPath(new URL('../../fixtures/faults', import.meta.url));
const provoked = fileURLToPath(new URL('../../fixtures/provoked', import.meta.url));

function recordingsIn(directory: string): (readonly [file: string, recording: Recording])[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.json'))
    .map((file) => [file, JSON.parse(readFileSync(`${directory}/${file}`, 'utf8')) as Recording]);
}

export const recordings = [...recordingsIn(faults), ...recordingsIn(provoked)];

export function recording(start: string): Recording {
  const found = recordings.find(([file]) => file.startsWith(start));
  if (!found) throw new Error(`There is no recording ${start}.`);
  return found[1];
}

export function observed({ job, pods, events, recordedAt }: Recording): Observed {
  return {
    job: job ? toJob(job) : undefined,
    pods: pods.map(toPod),
    events: events.map(toEvent),
    now: Date.parse(recordedAt),
  };
}
