/** The runner's own standard output, which becomes the pod's log. */
export interface Output {
  /** Writes whole lines. The answer, when there is one, settles as soon as more may be written. */
  write(lines: string): Promise<void> | undefined;
  /** Says something in the runner's own name. */
  say(text: string): void;
}

/**
 * Puts a stream behind `Output`. A broken stream (nobody reads any more) swallows
 * what is written from then on and calls `onBroken` once; it never throws.
 */
export function createOutput(stream: NodeJS.WritableStream, onBroken: () => void): Output {
  let broken = false;
  let drained: Promise<void> | undefined;

  stream.on('error', () => {
    if (broken) return;
    broken = true;
    onBroken();
  });

  function write(lines: string): Promise<void> | undefined {
    if (broken || stream.write(lines)) return undefined;
    return (drained ??= new Promise((resolve) => {
      const settle = (): void => {
        stream.off('drain', settle).off('error', settle);
        drained = undefined;
        resolve();
      };
      stream.on('drain', settle).on('error', settle);
    }));
  }

  return {
    write,
    say: (text) =>
      void write(
        `${text
          .split('\n')
          .map((line) => `runner: ${line}\n`)
          .join('')}`,
      ),
  };
}
