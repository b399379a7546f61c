import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createPodParser } from '../../src/cluster/pod-parser.js';
import type { RawPod } from '../../src/cluster/raw-pod.js';
import { toPod } from '../../src/cluster/to-pod.js';
import { makePod } from '../bench/support/pods.js';

type Json = Record<string, unknown>;

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', '"', '\\', '\\"', '}{][', ']},"spec":{', ']},', 'ä', '😀', '\u0000\n', 'x'.repeat(300)),
);
const odd = fc.oneof(text, fc.integer(), fc.constantFrom<unknown>(null, true, [], {}, [{ a: [']'] }], { name: 'x' }));
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined, freq: 4 });
const extras = fc.dictionary(fc.constantFrom('env', 'volumes', 'volumeMounts', 'command', 'hostname', 'ä"'), odd);

/** Members in any order, among others that nobody reads. */
const shuffled = (members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Json> =>
  fc
    .tuple(fc.record(members), extras)
    .chain(([mine, others]) => fc.shuffledSubarray(Object.entries({ ...others, ...mine }), { minLength: 0 }))
    .map((entries) => Object.fromEntries(entries));

const time = fc.constantFrom('2026-11-25T10:00:00Z', '2026-11-25T10:00:01Z');
const label = fc.constantFrom('glados.io/experiment', 'job-name', 'batch.kubernetes.io/job-completion-index', 'other');
const amounts = fc.dictionary(fc.constantFrom('cpu', 'memory', 'nvidia.com/gpu'), fc.constantFrom('1', '500m', '2Gi'));
const container = shuffled({
  name: fc.constantFrom('a', 'b'),
  image: text,
  resources: maybe(fc.record({ limits: amounts, requests: amounts })),
});
const state = maybe(
  fc.oneof(
    fc.record({ waiting: shuffled({ reason: text, message: text }) }),
    fc.record({ running: fc.record({ startedAt: fc.option(time) }) }),
    fc.record({ terminated: shuffled({ exitCode: fc.integer(), signal: fc.nat(64), reason: text, finishedAt: time }) }),
  ),
);
const containerStatus = shuffled({
  name: fc.constantFrom('a', 'b'),
  ready: fc.boolean(),
  restartCount: fc.nat(1_000),
  image: text,
  state,
  lastState: state,
});
const managedFields = fc.array(fc.dictionary(text, odd, { maxKeys: 3 }), { maxLength: 2 });
const condition = shuffled({
  type: fc.constantFrom('Ready', 'PodScheduled'),
  status: text,
  reason: text,
  lastTransitionTime: fc.option(time),
});
const metadata = shuffled({
  name: text,
  namespace: text,
  uid: fc.constantFrom('1', '2'),
  creationTimestamp: time,
  labels: maybe(fc.dictionary(label, text)),
  annotations: maybe(fc.dictionary(label, text)),
  ownerReferences: maybe(fc.array(shuffled({ kind: fc.constantFrom('Job', 'ReplicaSet'), uid: text }))),
  managedFields: maybe(managedFields),
});
const spec = shuffled({
  nodeName: text,
  restartPolicy: text,
  activeDeadlineSeconds: maybe(fc.nat()),
  nodeSelector: maybe(fc.dictionary(text, text)),
  initContainers: maybe(fc.array(container, { maxLength: 2 })),
  containers: fc.array(container, { maxLength: 3 }),
});
const status = shuffled({
  phase: fc.constantFrom('Pending', 'Running', 'Failed'),
  reason: text,
  startTime: time,
  conditions: maybe(fc.array(condition, { maxLength: 3 })),
  initContainerStatuses: maybe(fc.array(containerStatus, { maxLength: 2 })),
  containerStatuses: maybe(fc.array(containerStatus, { maxLength: 3 })),
});
const pod = shuffled({ metadata, spec, status }).map((value) => JSON.parse(JSON.stringify(value)) as Json);

const bytesOf = (value: unknown, indent = 0): Buffer => Buffer.from(JSON.stringify(value, null, indent));
const trimmed = (value: unknown): string => JSON.stringify(toPod(value as RawPod));
const ofEvent = (value: unknown): unknown => (value as { object: unknown }).object;

describe('a pod as it is parsed', () => {
  it('is trimmed to the same as what JSON.parse makes of it, whatever else stands in it and in whatever order', () => {
    const parser = createPodParser();
    fc.assert(
      fc.property(pod, fc.constantFrom(0, 0, 1), (value, indent) => {
        expect(trimmed(parser.object(bytesOf(value, indent)))).toBe(trimmed(value));
      }),
      { numRuns: 300 },
    );
  });

  it('is the same as part of an event, whatever was seen of that pod before', () => {
    const parser = createPodParser();
    const type = fc.constantFrom('ADDED', 'MODIFIED', 'DELETED');
    fc.assert(
      fc.property(pod, pod, type, (one, other, kind) => {
        for (const object of [one, other, { ...other, spec: one['spec'] ?? {} }, one]) {
          const event = parser.event(bytesOf({ type: kind, object })) as { type: string };
          expect([event.type, trimmed(ofEvent(event))]).toEqual([kind, trimmed(object)]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('does not carry managedFields, environment and volumes', () => {
    const whole = makePod(3, 7) as { metadata: Json };
    const { metadata: read, spec: wanted } = createPodParser().object(bytesOf(whole)) as { metadata: Json; spec: Json };
    expect(whole.metadata['managedFields']).toHaveLength(2);
    expect('managedFields' in read).toBe(false);
    expect(JSON.stringify(wanted)).not.toMatch(/env|volume|command/);
  });

  it('is an error when it was cut off anywhere', () => {
    const parser = createPodParser();
    const bytes = bytesOf({ type: 'MODIFIED', object: makePod(1, 1) });
    const errors = Array.from(bytes, (_byte, length) => {
      try {
        return parser.event(Buffer.from(bytes.subarray(0, length)));
      } catch (error) {
        return error instanceof SyntaxError;
      }
    });
    expect(errors.filter((error) => error !== true)).toEqual([]);
  });

  it('leaves bookmarks and errors of a watch whole', () => {
    const parser = createPodParser();
    const failure = { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } };
    const bookmark = {
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    };
    for (const event of [failure, bookmark]) expect(parser.event(bytesOf(event))).toEqual(event);
  });
});
