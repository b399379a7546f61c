import type { ClusterCode } from '../diagnosis.js';
import type { KubernetesEvent } from '../event.js';
import type { Container, Pod, Termination } from '../pod.js';
import { creationFault } from './creation.js';
import type { Finding } from './finding.js';
import { ageSeconds, condition, containerWords, newest, quoted, time } from './scene.js';
import type { Scene } from './scene.js';

/** Signals that a shell or the kernel reports as 128 + number. */
const signals: Readonly<Record<number, readonly [name: string, meaning: string]>> = {
  1: ['SIGHUP', 'hangup'],
  2: ['SIGINT', 'interrupt'],
  3: ['SIGQUIT', 'quit'],
  4: ['SIGILL', 'illegal instruction'],
  5: ['SIGTRAP', 'trap'],
  6: ['SIGABRT', 'it gave up by itself, e.g. a failed assertion'],
  7: ['SIGBUS', 'bus error'],
  8: ['SIGFPE', 'arithmetic error, e.g. a division by zero'],
  9: ['SIGKILL', 'somebody killed it'],
  10: ['SIGUSR1', 'user signal'],
  11: ['SIGSEGV', 'segmentation fault'],
  12: ['SIGUSR2', 'user signal'],
  13: ['SIGPIPE', 'broken pipe'],
  14: ['SIGALRM', 'alarm'],
  15: ['SIGTERM', 'it was told to stop'],
  24: ['SIGXCPU', 'CPU time limit'],
  25: ['SIGXFSZ', 'file size limit'],
  31: ['SIGSYS', 'forbidden system call'],
};

/** A pod that ran longer than it may by its own limit. */
export function podDeadline({ pod }: Scene): Finding | undefined {
  if (pod.reason !== 'DeadlineExceeded') return undefined;
  const limit = pod.activeDeadlineSeconds;
  return {
    code: 'DEADLINE_EXCEEDED',
    course: 'failed',
    cause: `it ran longer than ${limit === undefined ? 'it may' : `its limit of ${limit} s`}`,
    hint: "Raise activeDeadlineSeconds of the pod's template, or make the trials shorter.",
    evidence: `Pod ${pod.name}: status.reason is DeadlineExceeded`,
    since: endOf(pod.containers.find(({ state }) => state === 'TERMINATED'))?.at ?? pod.startedAt,
  };
}

/** A container that ends and is started again, over and over. */
export function crashing({ pod, events, now }: Scene): Finding | undefined {
  if (pod.phase === 'FAILED' || pod.phase === 'SUCCEEDED' || pod.deletedAt !== undefined) return undefined;
  const isBackingOff = newest(events, 'BackOff')?.message.startsWith('Back-off restarting') === true;
  const looping = pod.containers.find((container) => {
    const { state, reason, restarts, exitCode = 0, startedAt } = container;
    if (state === 'WAITING') return reason === 'CrashLoopBackOff';
    const isRestarted = pod.restartPolicy !== undefined || container.sidecar === true;
    if (state === 'TERMINATED') return isRestarted && exitCode !== 0 && (restarts > 0 || isBackingOff);
    return restarts > 1 && container.last?.exitCode !== 0 && ageSeconds(now, startedAt) < justStartedSeconds;
  });
  if (!looping) return undefined;
  const end = endOf(looping) ?? looping.last ?? {};
  const stopped = stoppedBy(events);
  const inner = explained(causeOfEnd(pod, looping, end), stopped);
  const isStopped = inner.code === 'PROGRAM_SIGNAL' && stopped !== undefined;
  const isPlain = inner.code === 'PROGRAM_EXIT' || inner.code === 'UNKNOWN' || isStopped;
  return {
    code: isPlain ? 'CRASH_LOOP' : inner.code,
    course: 'fails',
    cause: inner.cause,
    hint: isPlain
      ? `Read the log of its last run (kubectl logs ${pod.name} -c ${looping.name} --previous).`
      : inner.hint,
    evidence: `${endEvidence(pod, looping, end)}; ${looping.restarts} restart${looping.restarts === 1 ? '' : 's'}`,
    since: end.at ?? pod.startedAt,
  };
}

const justStartedSeconds = 5;

/** A container that ended in failure, in a pod that failed or will. */
export function ended({ pod, events }: Scene): Finding | undefined {
  if (pod.phase === 'SUCCEEDED') return undefined;
  const failed = pod.containers
    .filter(({ state, exitCode }) => state === 'TERMINATED' && exitCode !== undefined && exitCode !== 0)
    .filter((container) => pod.deletedAt === undefined || !wasStopped(container));
  const first = failed.toSorted((a, b) => rank(a) - rank(b) || time(a.finishedAt) - time(b.finishedAt))[0];
  if (!first) return pod.phase === 'FAILED' && pod.deletedAt === undefined ? unexplained(pod) : undefined;
  const end = endOf(first) ?? {};
  return {
    ...explained(causeOfEnd(pod, first, end), stoppedBy(events)),
    course: 'failed',
    evidence: endEvidence(pod, first, end),
    since: end.at ?? pod.startedAt,
  };
}

/** How a container of a pod ended before, that is started again in place and now goes with its Job. */
export function restarted({ pod }: Scene): Finding | undefined {
  if (pod.restartPolicy === undefined || pod.phase === 'SUCCEEDED') return undefined;
  const container = pod.containers.find(({ last }) => last?.exitCode !== undefined && last.exitCode !== 0);
  if (!container?.last) return undefined;
  return {
    ...causeOfEnd(pod, container, container.last),
    course: 'failed',
    evidence: endEvidence(pod, container, container.last),
    since: container.last.at ?? pod.startedAt,
  };
}

/** Why the kubelet itself stopped a container, in words. */
function stoppedBy(events: readonly KubernetesEvent[]): string | undefined {
  if (!newest(events, 'Killing')) return undefined;
  if (newest(events, 'FailedPostStartHook')) return 'its postStart hook failed';
  const probed = events.findLast(
    ({ reason, message }) => reason === 'Unhealthy' && /^(?:Liveness|Startup) probe/.test(message),
  );
  return probed && `its ${probed.message.startsWith('Startup') ? 'startup' : 'liveness'} probe failed`;
}

function explained<T extends { code: ClusterCode; cause: string }>(end: T, stopped: string | undefined): T {
  return end.code === 'PROGRAM_SIGNAL' && stopped !== undefined
    ? { ...end, cause: `${end.cause}, because ${stopped}` }
    : end;
}

/** Memory first: what ends after that ends because of it. Sidecars last: they are stopped with the rest. */
function rank({ reason, sidecar }: Container): number {
  if (reason === 'OOMKilled') return 0;
  return sidecar === true ? 2 : 1;
}

/** Ended as a pod ends that is deleted. */
function wasStopped({ exitCode, reason }: Container): boolean {
  return (exitCode === 143 || exitCode === 137) && reason !== 'OOMKilled';
}

function unexplained(pod: Pod): Finding {
  const said = quoted(pod.message ?? pod.reason, 200);
  return {
    code: 'UNKNOWN',
    course: 'failed',
    cause: said === '' ? 'Kubernetes does not say why' : said,
    hint: `Look at the pod and its node (kubectl describe pod ${pod.name}).`,
    evidence: `Pod ${pod.name}: status.phase is Failed${pod.reason === undefined ? '' : `, reason ${pod.reason}`}`,
    since: condition(pod, 'Ready', 'False')?.at,
  };
}

function endOf(container: Container | undefined): Termination | undefined {
  if (container?.state !== 'TERMINATED') return undefined;
  const { exitCode, signal, reason, message, finishedAt } = container;
  return {
    ...(exitCode !== undefined && { exitCode }),
    ...(signal !== undefined && { signal }),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
    ...(finishedAt !== undefined && time(finishedAt) > 0 && { at: finishedAt }),
  };
}

function endEvidence({ name }: Pod, container: Container, { exitCode, reason, message }: Termination): string {
  const said = message === undefined ? '' : `: ${quoted(message)}`;
  return `Pod ${name}: container ${container.name} ended, exit code ${exitCode ?? 'unknown'}, reason ${reason ?? 'none'}${said}`;
}

/** What an exit code and a reason say. Exit 137 is memory only when Kubernetes says so. */
export function causeOfEnd(
  pod: Pod,
  container: Container,
  end: Termination,
): { readonly code: ClusterCode; readonly cause: string; readonly hint: string } {
  const { exitCode, reason, message = '' } = end;
  const who = containerWords(pod, container);
  if (reason === 'OOMKilled') return outOfMemory(who, container.memoryLimit);
  if (reason === 'ContainerStatusUnknown' || reason === 'Unknown') {
    const hint = 'Look at its node: it, or its container runtime, was started anew.';
    return { code: 'UNKNOWN', cause: `the node lost sight of ${who}`, hint };
  }
  if (reason === 'StartError' || reason === 'ContainerCannotRun' || (exitCode === 128 && message !== '')) {
    const { code, hint } = creationFault(message);
    const said = quoted(message.replace(/^.*unable to start container process: /s, ''), 200);
    return { code, cause: `${who} cannot be started: ${said}`, hint };
  }
  if (exitCode === 126 || exitCode === 127 || /exec format error/.test(message)) {
    const cause =
      exitCode === 126
        ? `what ${who} calls cannot be executed (exit code 126)`
        : `what ${who} calls is not there (exit code ${exitCode ?? 127})`;
    return { code: 'PROGRAM_NOT_FOUND', cause, hint: 'Correct the command, or put the program into the image.' };
  }
  const number = end.signal ?? (exitCode !== undefined && exitCode > 128 ? exitCode - 128 : 0);
  const [name, meaning] = signals[number] ?? [];
  if (name !== undefined && meaning !== undefined) {
    const cause = `${who} was ended by the signal ${name} (${meaning})`;
    return { code: 'PROGRAM_SIGNAL', cause, hint: signalHint(number) };
  }
  const said = quoted(message, 160);
  return {
    code: 'PROGRAM_EXIT',
    cause: `${who} ended with exit code ${exitCode ?? 'unknown'}${said === '' ? '' : `: ${said}`}`,
    hint: `Read its log (kubectl logs ${pod.name} -c ${container.name}).`,
  };
}

function outOfMemory(who: string, limit: string | undefined): ReturnType<typeof causeOfEnd> {
  return {
    code: 'OUT_OF_MEMORY',
    cause: `${who} needed more memory than ${limit === undefined ? 'there was' : `its limit of ${limit}`}`,
    hint:
      limit === undefined
        ? 'The node ran out of memory: request what the program needs, or let it use less.'
        : `Raise the memory limit of ${limit}, or let the program use less.`,
  };
}

function signalHint(number: number): string {
  if (number === 9 || number === 15 || number === 2 || number === 1) {
    return 'Find out who stopped it: the program itself, a probe that failed, or somebody on the node.';
  }
  return "The program crashed: debug it with this trial's configuration.";
}
