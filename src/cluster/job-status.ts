import type { RawJob } from './to-job.js';

/**
 * The column STATUS of `kubectl get job`.
 *
 * Running is what is printed of every Job without a condition that says more,
 * also of one that no controller has looked at.
 *
 * @see kubernetes/pkg/printers/internalversion/printers.go, printJob (1.36)
 */
export function printedJob({ metadata, status }: RawJob): string {
  const has = (wanted: string): boolean =>
    (status?.conditions ?? []).some((one) => one.type === wanted && one.status === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata?.deletionTimestamp !== undefined) return 'Terminating';
  if (has('Suspended')) return 'Suspended';
  if (has('FailureTarget')) return 'FailureTarget';
  return has('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}
