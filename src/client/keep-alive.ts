/** How a connection that has gone silent is found. TCP alone notices only after many minutes. */
export interface KeepAlive {
  /** From opening a socket until the server has acknowledged the connection, at most. */
  readonly openMilliseconds: number;
  /** After so long without a message a ping is sent. */
  readonly quietMilliseconds: number;
  /** After so long without any message since that ping, the connection counts as lost. */
  readonly answerMilliseconds: number;
}

/** A dead connection is found within 15 s. */
export const defaultKeepAlive: KeepAlive = {
  openMilliseconds: 10_000,
  quietMilliseconds: 10_000,
  answerMilliseconds: 5_000,
};

/**
 * Watches one connection until `stop`.
 *
 * By a clock that nobody sets back. A machine that slept wakes with a ping,
 * not with a lost connection: silence counts only from the ping on.
 */
export function watchSilence(
  { quietMilliseconds, answerMilliseconds }: KeepAlive,
  { ping, lost }: { ping(): void; lost(): void },
): { heard(): void; stop(): void } {
  let heardAt = performance.now();
  let isAsked = false;
  let timer = setTimeout(look, quietMilliseconds);

  function look(): void {
    if (isAsked) return lost();
    const quiet = performance.now() - heardAt;
    isAsked = quiet >= quietMilliseconds;
    if (isAsked) ping();
    timer = setTimeout(look, isAsked ? answerMilliseconds : quietMilliseconds - quiet);
  }

  return {
    heard: () => {
      heardAt = performance.now();
      if (!isAsked) return;
      isAsked = false;
      clearTimeout(timer);
      timer = setTimeout(look, quietMilliseconds);
    },
    stop: () => clearTimeout(timer),
  };
}
