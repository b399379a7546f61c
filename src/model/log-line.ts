/** One line of a runner's pod log, taken apart. */
export interface LogLineParts {
  readonly trialIndex?: number;
  readonly attempt?: number;
  readonly stream: 'STDOUT' | 'STDERR' | 'RUNNER';
  readonly text: string;
}

/**
 * Takes apart one line of a runner's pod log, given without its line end.
 *
 * The runner prefixes every line of a trial's program, so that one pod log holds
 * many trials: `#<index>.<attempt> out: text` or `#<index>.<attempt> err: text`.
 * What the runner says itself is `runner: text`; a line of any other form is
 * taken as the runner's own, whole. The runner repeats this format, since it
 * knows nothing but the API's schema.
 */
export function parseLogLine(line: string): LogLineParts {
  const match = /^#(\d{1,16})\.(\d{1,10}) (out|err):(?: (.*)|)$/s.exec(line);
  const trialIndex = Number(match?.[1]);
  if (!match || !Number.isSafeInteger(trialIndex)) {
    return { stream: 'RUNNER', text: line.replace(/^runner: ?/, '') };
  }
  const stream = match[3] === 'out' ? 'STDOUT' : 'STDERR';
  return { trialIndex, attempt: Number(match[2]), stream, text: match[4] ?? '' };
}
