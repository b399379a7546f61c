import type { ClusterCode } from '../diagnosis.js';
import type { Condition } from '../job.js';
import type { Pod } from '../pod.js';
import { ofCondition } from './finding.js';
import type { Finding } from './finding.js';
import { ageSeconds, condition, quoted } from './scene.js';
import type { Scene } from './scene.js';

/** Longer without a word from a scheduler or kubelet means that there is none. */
const silenceSeconds = 30;
const volumes = /persistent ?volume|\bpvc|\bvolume|storageclass/i;

interface Obstacle {
  readonly nodes: number;
  readonly text: string;
}

/** A pod that has no node, or whose node does not take it up. */
export function scheduling({ pod, now }: Scene): Finding | undefined {
  if (pod.phase !== 'PENDING') return undefined;
  const refused = condition(pod, 'PodScheduled', 'False');
  if (refused && pod.nodeName === undefined) return unscheduled(pod, refused);
  if (pod.startedAt !== undefined || ageSeconds(now, pod.createdAt) < silenceSeconds) return undefined;
  return pod.nodeName === undefined ? unseen(pod) : untaken(pod, pod.nodeName);
}

function unscheduled(pod: Pod, from: Condition): Finding {
  const { reason, message = '' } = from;
  const common = { course: 'waits', evidence: ofCondition(pod, from), since: from.at ?? pod.createdAt } as const;
  if (reason === 'SchedulingGated') {
    const hint =
      'Whoever set the gates (spec.schedulingGates) has to remove them, e.g. a queue that lets it start later.';
    return { ...common, code: 'UNSCHEDULABLE_OTHER', cause: 'a scheduling gate holds it back', hint };
  }
  const { total, obstacles } = nodesIn(message);
  const code = codeOf(message, obstacles);
  const nodes = total === undefined ? 'no node has' : `0 of ${total} node${total === 1 ? ' has' : 's have'}`;
  if (code === 'UNSCHEDULABLE_CPU') {
    const cause = `${nodes} ${cpuWords(pod)}`;
    return { ...common, code, cause, hint: roomHint(message, 'fewer CPUs per pod') };
  }
  if (code === 'UNSCHEDULABLE_MEMORY') {
    const cause = `${nodes} ${memoryWords(pod)}`;
    return { ...common, code, cause, hint: roomHint(message, 'less memory per pod') };
  }
  const said = quoted(obstacles.length > 0 ? obstacles.map(({ text }) => text).join('; ') : message, 200);
  if (code === 'VOLUME_PENDING')
    return { ...common, code, cause: `a volume is not ready: ${said}`, hint: volumeHint(message) };
  const suits = total === undefined ? 'no node suits it' : `0 of ${total} node${total === 1 ? ' suits' : 's suit'}`;
  return { ...common, code, cause: `${suits}: ${said || 'Kubernetes gives no reason'}`, hint: otherHint(pod, message) };
}

/**
 * The nodes and what stands in the way on how many of them.
 *
 * Given '0/4 nodes are available: 1 Insufficient cpu, 3 node(s) had untolerated taint(s). no new claims …' return 4
 * and two obstacles. What follows the first sentence, e.g. about preemption, is no cause.
 */
function nodesIn(message: string): { total?: number; obstacles: readonly Obstacle[] } {
  const [, total, rest = ''] = /^0\/(\d+) nodes are available: (.*)$/s.exec(message) ?? [];
  if (total === undefined) return { obstacles: [] };
  const [own = ''] = rest.split(/\.\s+(?:no new claims|preemption:)|\.\s*preemption:|\.$/);
  const obstacles = own.split(/,\s+(?=\d+ )/).map((part) => {
    const [, nodes = total, text = part] = /^(\d+) (.*)$/s.exec(part) ?? [];
    return { nodes: Number(nodes), text: text.replace(/^node\(s\) /, '') };
  });
  return { total: Number(total), obstacles: obstacles.filter(({ text }) => text !== '') };
}

/** Where a node has room is what the user can change; taints and labels of other nodes are not the nearest cause. */
function codeOf(message: string, obstacles: readonly Obstacle[]): ClusterCode {
  if (obstacles.length === 0) return volumes.test(message) ? 'VOLUME_PENDING' : 'UNSCHEDULABLE_OTHER';
  const on = (pattern: RegExp): number =>
    obstacles.reduce((sum, { nodes, text }) => sum + (pattern.test(text) ? nodes : 0), 0);
  const [cpu, memory, volume] = [on(/^Insufficient cpu\b/), on(/^Insufficient memory\b/), on(volumes)];
  const device = on(/^Insufficient [^ ]*\//);
  if (volume > 0 && volume >= Math.max(cpu, memory)) return 'VOLUME_PENDING';
  if (device > 0 && device > Math.max(cpu, memory)) return 'UNSCHEDULABLE_OTHER';
  if (cpu > 0 && cpu >= memory) return 'UNSCHEDULABLE_CPU';
  return memory > 0 ? 'UNSCHEDULABLE_MEMORY' : 'UNSCHEDULABLE_OTHER';
}

function cpuWords({ requests: { cpus } = {} }: Pod): string {
  if (cpus === undefined) return 'enough free CPU';
  const rounded = Number(cpus.toFixed(3));
  return `${rounded} free CPU${rounded === 1 ? '' : 's'}`;
}

function memoryWords({ requests: { memoryBytes } = {} }: Pod): string {
  if (memoryBytes === undefined) return 'enough free memory';
  const mebibytes = memoryBytes / 2 ** 20;
  return mebibytes < 1024
    ? `${Math.ceil(mebibytes)} MiB of free memory`
    : `${Number((mebibytes / 1024).toFixed(1))} GiB of free memory`;
}

/** The scheduler tells apart a node that is full and one that is too small. */
function roomHint(message: string, less: string): string {
  return /Preemption is not helpful/.test(message)
    ? `Request ${less}, or add a larger node.`
    : `It starts when others end; to start sooner request ${less}, lower the parallelism or add a node.`;
}

function volumeHint(message: string): string {
  const [, claim] = /persistentvolumeclaim "([^"]+)" not found/.exec(message) ?? [];
  if (claim !== undefined) return `Create the claim ${claim} in this namespace, or correct its name.`;
  return 'Look at the claim (kubectl describe pvc): it needs a storage class that makes volumes, or a volume that this node can reach.';
}

function otherHint({ nodeSelector }: Pod, message: string): string {
  if (/affinity\/selector/.test(message)) {
    return nodeSelector === undefined
      ? 'Correct the node affinity, or label a node as it asks.'
      : `Remove or correct the nodeSelector, or label a node ${nodeSelector}.`;
  }
  if (/taint/.test(message)) return 'Tolerate the taint of the nodes, or use other nodes.';
  if (/free ports/.test(message)) return 'Do without hostPort, or run fewer pods per node.';
  if (/Too many pods/.test(message)) return 'The nodes hold no more pods: lower the parallelism or add a node.';
  if (/unschedulable/.test(message)) return 'The nodes are cordoned: uncordon one (kubectl uncordon).';
  const [, device] = /Insufficient ([^ ,.]+(?:\.[^ ,]+)*\/[^ ,.]+)/.exec(message) ?? [];
  if (device !== undefined) return `Use nodes that offer ${device} (with their device plugin), or do without.`;
  return 'Change what the pod asks of a node, or add a node that offers it.';
}

function unseen(pod: Pod): Finding {
  const name = pod.schedulerName;
  return {
    code: 'UNKNOWN',
    course: 'waits',
    cause: name === undefined ? 'no scheduler has looked at it' : `the scheduler ${name} has not looked at it`,
    hint: name === undefined ? "Check that the cluster's scheduler runs." : `Start ${name}, or remove schedulerName.`,
    evidence: `Pod ${pod.name}: no node, no condition PodScheduled; spec.schedulerName is ${name ?? 'default-scheduler'}`,
    since: pod.createdAt,
  };
}

function untaken(pod: Pod, node: string): Finding {
  return {
    code: 'NODE_LOST',
    course: 'waits',
    cause: `the node ${node} does not take it up`,
    hint: `Check that the node ${node} exists and its kubelet runs (kubectl get node ${node}).`,
    evidence: `Pod ${pod.name}: spec.nodeName is ${node}, and no kubelet has written a start time`,
    since: pod.createdAt,
  };
}
