// One line for each step of a rehearsal, with what was seen there; the counts are for the last line.

/** The first failure of these ends a rehearsal: what comes after it stands on it. */
export class Stop extends Error {}

/** @param onInterrupted ends what a step has begun, when the whole is told to end */
export function createChecks({ write = console.log, onInterrupted = () => undefined } = {}) {
  const counts = { passed: 0, failed: 0 };
  // Ends the step, and what is cleared away after a failure is cleared away then too.
  const interrupted = new Promise((_resolve, reject) => {
    for (const name of ['SIGINT', 'SIGTERM']) {
      process.once(name, () => {
        reject(new Error(`ended by ${name}`));
        onInterrupted();
      });
    }
  });
  interrupted.catch(() => {
    // Between two steps nobody waits for it; the next one does.
  });

  /**
   * Does `work` and tells what it says.
   *
   * @returns what `work` returns
   * @throws Stop when it failed or took longer than `atMost` seconds
   */
  async function step(name, work, { atMost = 120 } = {}) {
    const began = Date.now();
    const seconds = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;
    let timer;
    try {
      const late = new Promise((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`not done after ${atMost} s`)), atMost * 1000);
      });
      const { said, ...rest } = (await Promise.race([work(), late, interrupted])) ?? {};
      counts.passed += 1;
      write(`passed   ${name} (${seconds()})${said ? `: ${said}` : ''}`);
      return rest;
    } catch (error) {
      counts.failed += 1;
      write(`FAILED   ${name} (${seconds()}): ${error.message}`);
      throw new Stop(name, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  return { step, counts };
}

/** @throws Error with `message` unless `isTrue` */
export function demand(isTrue, message) {
  if (!isTrue) throw new Error(message);
}

/** Asks again every half second. @returns the first answer that is not undefined @throws Error with `what` after `seconds` */
export async function until(what, seconds, attempt) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await attempt();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: not seen within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
