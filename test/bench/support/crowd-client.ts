import { WebSocket } from 'ws';

/** Many subscribers of one experiment, each on a socket of its own, who read everything they are sent. */
export interface Seen {
  /** ms from a trial's end, as it was recorded, to its arrival; of every subscriber. */
  readonly delaysMs: readonly number[];
  /** Ended trials that a subscriber does not hold. */
  readonly missing: number;
  readonly messages: number;
}

interface Next {
  readonly type: string;
  readonly payload: {
    readonly data?: {
      readonly experimentTree: {
        readonly synced: boolean;
        readonly trials: readonly { index: number; phase: string; finishedAt: string | null }[];
      };
    };
  };
}

const [, , url = '', countText = ''] = process.argv;
const query = `subscription { experimentTree(id: "crowd") { reset synced cursor experiment { phase counts { succeeded } }
  trials { index phase attempt finishedAt result { name value } } gone } }`;
const holdings: Map<number, string>[] = [];
let delaysMs: number[] = [];
let messages = 0;

function subscribe(): Promise<void> {
  const holding = new Map<number, string>();
  holdings.push(holding);
  const socket = new WebSocket(url, 'graphql-transport-ws');
  return new Promise((resolve, reject) => {
    let isWhole = false;
    socket.once('error', reject);
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (text) => {
      const { type, payload } = JSON.parse(String(text)) as Next;
      if (type === 'connection_ack') socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
      if (type !== 'next') return;
      const tree = payload.data?.experimentTree;
      if (!tree) return reject(new Error(String(text).slice(0, 300)));
      messages += 1;
      const at = Date.now();
      for (const { index, phase, finishedAt } of tree.trials) {
        holding.set(index, phase);
        if (isWhole && finishedAt !== null) delaysMs.push(at - Date.parse(finishedAt));
      }
      if (tree.synced) resolve();
      isWhole ||= tree.synced;
    });
  });
}

await Promise.all(Array.from({ length: Number(countText) }, subscribe));
process.on('message', ({ ended }: { ended?: number }) => {
  const missing = holdings.reduce((sum, holding) => {
    const held = [...holding.values()].filter((phase) => phase === 'SUCCEEDED').length;
    return sum + Math.max(0, (ended ?? 0) - held);
  }, 0);
  process.send?.({ delaysMs: delaysMs.toSorted((a, b) => a - b), missing, messages } satisfies Seen);
  delaysMs = [];
  messages = 0;
});
process.send?.({ ready: true });
