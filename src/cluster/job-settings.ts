import { amountOf } from './quantity.js';

/** What the operator of an installation may set about Jobs and their pods; everything has a default. */
export interface JobChoices {
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never' | undefined;
  /** Names of Secrets in the runner namespace. */
  readonly imagePullSecrets?: readonly string[] | undefined;
  /** How long an ended Job stays to be looked at; 3,600 when left out. */
  readonly ttlSecondsAfterFinished?: number | undefined;
  /**
   * How long a Job may be active; 1,209,600 (14 days) when left out. An experiment may take longer: trials are bounded
   * by their own timeout, and a Job that ends while trials are left is made again as long as trials end in its life.
   */
  readonly activeDeadlineSeconds?: number | undefined;
  /** How often the pod of one index may fail by itself; 6 when left out. */
  readonly backoffLimitPerIndex?: number | undefined;
  /** Kubernetes quantity, for /work and for /tmp each; 2Gi when left out. */
  readonly scratchSize?: string | undefined;
  /** For what an experiment does not say itself. */
  readonly requests?: Amounts | undefined;
  /** For what an experiment does not say itself. */
  readonly limits?: Amounts | undefined;
  readonly priorityClassName?: string | undefined;
  readonly runtimeClassName?: string | undefined;
  readonly serviceAccountName?: string | undefined;
  /** Of a Kueue LocalQueue. */
  readonly queueName?: string | undefined;
  readonly nodeSelector?: Readonly<Record<string, string>> | undefined;
  readonly tolerations?: readonly object[] | undefined;
  readonly affinity?: object | undefined;
}

/** What an installation says of its Jobs. */
export interface JobSettings extends JobChoices {
  readonly runnerImage: string;
  readonly namespace: string;
  /** Of GLADOS, as it is fit for a label. */
  readonly version?: string | undefined;
}

/** Kubernetes quantities. */
export interface Amounts {
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
  readonly 'ephemeral-storage'?: string | undefined;
}

const defaultScratchSize = '2Gi';
const resourceNames = ['cpu', 'memory', 'ephemeral-storage'] as const;
const defaultRequests = { cpu: '50m', memory: '64Mi', 'ephemeral-storage': '64Mi' };
const defaultLimits = { cpu: '2', memory: '2Gi' };
/** For logs and for the copy of the runner beside /work and /tmp. */
const otherStorageBytes = 2 ** 30;

export function scratchSizeOf(settings: JobChoices): string {
  return settings.scratchSize ?? defaultScratchSize;
}

/**
 * The `resources` of a runner container. What the experiment says is both asked
 * for and the most that there is; the rest is what the operator set, or a little
 * asked for and 2 CPUs and 2Gi at most. The disk's limit leaves room for both
 * scratch directories to be full. A default gives way to what was set.
 */
export function resourcesOf(settings: JobChoices, said: Amounts): { requests: Amounts; limits: Amounts } {
  const storage = 2 * amountOf(scratchSizeOf(settings)) + otherStorageBytes;
  const defaults = { ...defaultLimits, 'ephemeral-storage': `${Math.ceil(storage / 2 ** 20)}Mi` };
  const pairs = resourceNames.map((name) => {
    const request = said[name] ?? settings.requests?.[name];
    const limit = said[name] ?? settings.limits?.[name];
    const [least, most] = [defaultRequests[name], defaults[name]];
    return [
      [name, request ?? (limit !== undefined && amountOf(limit) < amountOf(least) ? limit : least)],
      [name, limit ?? (request !== undefined && amountOf(request) > amountOf(most) ? request : most)],
    ] as const;
  });
  return {
    requests: Object.fromEntries(pairs.map(([request]) => request)),
    limits: Object.fromEntries(pairs.map(([, limit]) => limit)),
  };
}
