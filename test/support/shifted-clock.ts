const hourMs = 3_600_000;

/** The wall clock of this process runs `shiftMs` beside the true one until disposal; timers and `performance` do not notice. */
export function shiftClock(shiftMs: number): Disposable {
  const { now } = Date;
  Date.now = () => now() + shiftMs;
  return { [Symbol.dispose]: () => void (Date.now = now) };
}

/** Runs in a process before anything else: SIGUSR2 sets its wall clock back by an hour, the next one forward again. */
const preload = `
  const { now } = Date;
  let shift = 0;
  process.on('SIGUSR2', () => { shift = shift === 0 ? ${-hourMs} : 0; });
  const shifted = () => now() + shift;
  globalThis.Date = new Proxy(Date, {
    construct: (real, args, of) => Reflect.construct(real, args.length === 0 ? [shifted()] : args, of),
    get: (real, name) => (name === 'now' ? shifted : Reflect.get(real, name)),
  });
`;

/** NODE_OPTIONS of a process whose clock can be set. */
export const settableClock = `--import=data:text/javascript,${encodeURIComponent(preload)}`;
