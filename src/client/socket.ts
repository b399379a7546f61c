/** The address of subscriptions: the same as for queries, over ws or wss. */
export function socketUrl(url: string): string {
  const address = new URL(url);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  return address.href;
}

const pongWaitMilliseconds = 10_000;

/**
 * Takes a socket down when the other side has stopped answering.
 *
 * TCP alone notices a peer that went away silently only after many minutes;
 * graphql-ws sends the pings and leaves the rest to its user.
 */
export function keepAlive(terminate: () => void) {
  let overdue: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => clearTimeout(overdue);
  return {
    listeners: {
      ping: (received: boolean): void => {
        if (received) return;
        stop();
        overdue = setTimeout(terminate, pongWaitMilliseconds);
      },
      // Anything that arrives shows that the other side lives.
      message: stop,
      closed: stop,
    },
    stop,
  };
}
