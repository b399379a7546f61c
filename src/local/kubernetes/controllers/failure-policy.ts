import type { Pod } from '../node/pod.js';
import type { Job, PodFailureRule } from './job.js';

/** What a Job's podFailurePolicy says of a failed pod. */
export interface Verdict {
  /** Undefined when no rule matched: then the failure counts. */
  readonly action: PodFailureRule['action'] | undefined;
  readonly counts: boolean;
  /** Set for FailJob: the message of the condition. */
  readonly jobMessage?: string;
}

/** The first rule that matches decides. @see k8s.io/kubernetes/pkg/controller/job/pod_failure_policy.go */
export function judgeFailure(job: Job, pod: Pod): Verdict {
  for (const [index, rule] of (job.spec.podFailurePolicy?.rules ?? []).entries()) {
    const what = matchedExit(rule, pod) ?? matchedCondition(rule, pod);
    if (what === undefined) continue;
    const { action } = rule;
    const jobMessage = `${what} matching ${action} rule at index ${index}`;
    return { action, counts: action !== 'Ignore', ...(action === 'FailJob' && { jobMessage }) };
  }
  return { action: undefined, counts: true };
}

function matchedExit({ onExitCodes }: PodFailureRule, pod: Pod): string | undefined {
  if (!onExitCodes) return undefined;
  const { containerName, operator, values } = onExitCodes;
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  const matched = statuses.find(({ name, state }) => {
    const exitCode = state.terminated?.exitCode ?? 0;
    if (exitCode === 0 || (containerName && containerName !== name)) return false;
    return values.includes(exitCode) === (operator === 'In');
  });
  const where = `${pod.metadata.namespace}/${pod.metadata.name}`;
  return (
    matched && `Container ${matched.name} for pod ${where} failed with exit code ${matched.state.terminated?.exitCode}`
  );
}

function matchedCondition({ onExitCodes, onPodConditions }: PodFailureRule, pod: Pod): string | undefined {
  if (onExitCodes) return undefined;
  const matched = pod.status?.conditions?.find((condition) =>
    onPodConditions?.some(({ type, status }) => type === condition.type && (status ?? 'True') === condition.status),
  );
  return matched && `Pod ${pod.metadata.namespace}/${pod.metadata.name} has condition ${matched.type}`;
}
