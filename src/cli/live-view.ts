import type { ExperimentTreeChange, StreamOptions } from '../client/client.js';
import type { Experiment, Tree } from '../client/tree-store.js';
import { createTree } from '../client/tree-store.js';
import { frame } from './live-frame.js';
import { createLiveLines } from './live-lines.js';
import type { Out } from './out.js';
import { createScreen } from './screen.js';
import { endedPhases } from './words.js';

export interface FollowNeeds {
  readonly client: {
    experimentTree(needs: { readonly id: string } & StreamOptions): AsyncIterable<ExperimentTreeChange>;
  };
  readonly id: string;
  readonly out: Out;
  readonly color: boolean;
  /** Aborting stops following; the experiment goes on. */
  readonly signal?: AbortSignal;
}

const redrawMilliseconds = 120;
/** How long to wait, once an experiment has ended, for the last of its trials to be told. */
const lastTrialsMilliseconds = 1000;

/**
 * Shows an experiment live until it has ended: a tree drawn in place on a
 * terminal, one line per change otherwise.
 *
 * @returns the experiment as last seen; undefined when nothing was seen before `signal`.
 * @throws RequestError when the server refuses, e.g. because there is no such experiment.
 */
export async function followExperiment({
  client,
  id,
  out,
  color,
  signal,
}: FollowNeeds): Promise<Experiment | undefined> {
  const tree = createTree();
  const view = out.isTerminal ? terminalView(tree, out, color) : plainView(tree, out);
  const enough = new AbortController();
  const changes = client.experimentTree({
    id,
    signal: signal ? AbortSignal.any([signal, enough.signal]) : enough.signal,
    onInterrupted: (reason) => view.interrupted(reason),
  });
  let lastTrials: ReturnType<typeof setTimeout> | undefined;
  try {
    for await (const change of changes) {
      tree.apply(change);
      view.changed(change);
      if (!tree.synced || !tree.experiment || !endedPhases.has(tree.experiment.phase)) continue;
      if (hasAllTrials(tree, tree.experiment)) break;
      lastTrials ??= setTimeout(() => enough.abort(), lastTrialsMilliseconds);
    }
  } finally {
    clearTimeout(lastTrials);
    view.end();
  }
  return tree.experiment;
}

/** True when every trial that the experiment counts as ended is there, ended. Untouched ones that were cancelled are never sent. */
function hasAllTrials(tree: Tree, { counts }: Experiment): boolean {
  let ended = 0;
  for (const { phase } of tree.trials.values()) {
    if (phase === 'RUNNING') return false;
    if (phase === 'SUCCEEDED' || phase === 'FAILED' || phase === 'TIMED_OUT') ended += 1;
  }
  return ended >= counts.succeeded + counts.failed + counts.timedOut;
}

interface View {
  changed(change: ExperimentTreeChange): void;
  interrupted(reason: string): void;
  end(): void;
}

/** Draws at a steady pace, however many changes there are; the clocks in it run on without any. */
function terminalView(tree: Tree, out: Out, color: boolean): View {
  const screen = createScreen(out, color);
  let interruption: string | undefined;
  const draw = (): void =>
    screen.draw(
      frame({
        tree,
        now: Date.now(),
        interrupted: interruption,
        rows: Math.max(1, out.rows - 1),
      }),
    );
  const pace = setInterval(draw, redrawMilliseconds);
  draw();
  return {
    changed: () => {
      interruption = undefined;
    },
    interrupted: (reason) => {
      interruption = reason;
    },
    end: () => {
      clearInterval(pace);
      draw();
      screen.end();
    },
  };
}

function plainView(tree: Tree, out: Out): View {
  const lines = createLiveLines();
  let interrupted = false;
  const tell = (texts: readonly string[]): void => {
    if (texts.length > 0) out.write(`${texts.join('\n')}\n`);
  };
  return {
    changed: () => {
      interrupted = false;
      // A snapshot that comes in parts is told when it is whole.
      if (tree.synced) tell(lines(tree, false));
    },
    interrupted: (reason) => {
      if (!interrupted) tell([`! No connection: ${reason}. Trying again …`]);
      interrupted = true;
    },
    end: () => tell(lines(tree, true)),
  };
}
