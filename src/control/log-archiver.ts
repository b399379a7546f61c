import { backoffMs, pause } from '../cluster/backoff.js';
import { isGone } from '../cluster/logs.js';
import { hasEnded, type Pod } from '../model/pod.js';
import type { LiveStore } from '../stream/live-store.js';
import { startController } from './controller.js';
import { archivePodLog, type LogArchiveNeeds } from './log-archive.js';

interface LogArchiverNeeds extends LogArchiveNeeds {
  readonly livePods: LiveStore<Pod>;
  readonly onError: (podId: string, error: unknown) => void;
}

export interface LogArchiver extends AsyncDisposable {
  /** Archives what a pod writes until the answer is called: as long as somebody reads what would be lost otherwise. */
  hold(pod: Pod): () => void;
}

interface Held {
  readonly stop: AbortController;
  holders: number;
}

/** Logs of ending pods that are read at the same time: one that is told to go has its grace for it. */
const workers = 32;

/**
 * Archives the logs of pods: of those whose container has ended or that are told
 * to go, to the end; of those that somebody follows, as they write. A pod that
 * runs and is not looked at costs nothing.
 */
export function startLogArchiver(needs: LogArchiverNeeds): LogArchiver {
  const { livePods, onError } = needs;
  const whole = new Set<string>();
  const held = new Map<string, Held>();
  const running = new Set<Promise<void>>();
  const controller = startController({
    workers,
    onError,
    async reconcile(podId, signal) {
      const pod = livePods.get(podId);
      if (!pod || !isEnding(pod) || whole.has(podId)) return {};
      try {
        await archivePodLog(needs, pod, signal);
        if (!signal.aborted && livePods.get(podId)) whole.add(podId);
      } catch (error) {
        // What was not read by now is lost; readers see that the archive has no end.
        if (!isGone(error)) throw error;
      }
      return {};
    },
  });
  const stopListening = livePods.onChange(({ key, object }) => {
    if (!object) whole.delete(key);
    else if (isEnding(object) && !whole.has(key)) controller.add(key);
  });
  for (const pod of livePods.values()) if (isEnding(pod)) controller.add(pod.id);

  async function archiveWhileHeld(pod: Pod, signal: AbortSignal): Promise<void> {
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        return await archivePodLog(needs, pod, signal);
      } catch (error) {
        if (signal.aborted || isGone(error)) return;
        onError(pod.id, error);
        await pause(backoffMs(failures, { minMs: 250, maxMs: 5000, random: Math.random }), signal);
      }
    }
  }

  return {
    hold(pod) {
      let one = held.get(pod.id);
      if (!one) {
        const stop = new AbortController();
        one = { stop, holders: 0 };
        held.set(pod.id, one);
        const ended = archiveWhileHeld(pod, stop.signal).finally(() => running.delete(ended));
        running.add(ended);
      }
      const own = one;
      own.holders += 1;
      return () => {
        own.holders -= 1;
        if (own.holders > 0 || held.get(pod.id) !== own) return;
        held.delete(pod.id);
        own.stop.abort();
      };
    },
    async [Symbol.asyncDispose]() {
      stopListening();
      for (const { stop } of held.values()) stop.abort();
      await Promise.all([controller[Symbol.asyncDispose](), ...running]);
    },
  };
}

/** Nothing more is written soon, and there is a log. */
function isEnding(pod: Pod): boolean {
  const runner = pod.containers.find(({ init }) => !init);
  if (pod.experimentId === undefined || runner === undefined) return false;
  const hasLog = runner.state !== 'WAITING' || runner.exitCode !== undefined;
  return hasLog && (hasEnded(pod) || runner.state === 'TERMINATED' || pod.deletedAt !== undefined);
}
