import type { FollowNeeds, Trial, TrialsChanged } from './trials.js';
import { apply, trialsChanged } from './trials.js';

/**
 * Follows an experiment's trials with nothing but a WebSocket: the protocol is
 * graphql-transport-ws. @returns what ends it
 */
export function followTrials({ url, experimentId, token, webSocket, onChange, onError }: FollowNeeds): () => void {
  const Socket = (webSocket ?? WebSocket) as typeof WebSocket;
  const held = new Map<string, Trial>();
  let after: string | undefined;
  let failures = 0;
  let socket: WebSocket;
  let timer: ReturnType<typeof setTimeout>;
  let isOver = false;

  function open(): void {
    socket = new Socket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
    const say = (message: object) => socket.send(JSON.stringify(message));
    const end = (cause: unknown) => {
      isOver = true;
      socket.close(1000);
      onError(cause);
    };
    socket.onerror = () => undefined; // `close` follows
    socket.onopen = () => say({ type: 'connection_init', ...(token && { payload: { authorization: `Bearer ${token}` } }) });
    socket.onclose = ({ code, reason }) => {
      if (isOver) return;
      if ([4400, 4401, 4403, 4406].includes(code)) return end(new Error(reason));
      const bound = Math.min(5_000, 250 * 2 ** failures);
      failures = Math.min(failures + 1, 10);
      timer = setTimeout(open, Math.max(20, bound * Math.random()));
    };
    socket.onmessage = ({ data }) => {
      if (isOver) return;
      const { type, payload } = JSON.parse(data);
      if (type === 'connection_ack') {
        const variables = { experimentId, after };
        say({ id: '1', type: 'subscribe', payload: { query: trialsChanged, variables } });
      } else if (type === 'ping') say({ type: 'pong', payload });
      else if (type === 'error') end(payload);
      else if (type === 'complete') socket.close(1000);
      else if (type === 'next') {
        if (payload.errors) return end(payload.errors);
        const change = payload.data.trialsChanged as TrialsChanged;
        failures = 0;
        after = change.cursor;
        apply(held, change);
        if (change.synced) onChange(held);
      }
    };
  }

  open();
  return () => {
    isOver = true;
    clearTimeout(timer);
    socket.close(1000);
  };
}
