import type { Duplex } from 'node:stream';
import type {
  ExecutionArgs,
  ExecutionResult,
  FormattedExecutionResult,
  GraphQLError,
  OperationDefinitionNode,
} from 'graphql';
import { Slab } from './frame.js';
import { Group } from './group.js';
import { Line } from './line.js';
import type { LineNeeds, LineSocket } from './line.js';
import { mappedStream } from './mapped-stream.js';
import { Member } from './member.js';
import type { Subscriber } from './member.js';
import { Plan } from './plan.js';
import { Renderings } from './renderings.js';
import type { Selection } from './selection.js';
import { SharedSource } from './shared-source.js';
import { Turn } from './turn.js';

export interface HubNeeds extends Omit<LineNeeds, 'turn' | 'slab'> {
  readonly execute: (args: ExecutionArgs) => Promise<ExecutionResult> | ExecutionResult;
  /** The result with its errors as they may be shown. */
  readonly mask: (errors: readonly GraphQLError[], result: ExecutionResult) => FormattedExecutionResult;
}

export interface Subscribing {
  readonly args: ExecutionArgs;
  /** The one that `args` name. */
  readonly operation: OperationDefinitionNode;
  /** Tells documents apart: equal texts, equal hashes. */
  readonly documentHash: string;
  readonly subscriber: Subscriber;
  readonly line: Line;
}

/** What a group is begun from: the first subscription of its kind. */
interface Beginning {
  readonly key: string;
  /** Groups of one kind say the same of one object. */
  readonly kind: string;
  readonly args: ExecutionArgs;
  readonly source: SharedSource;
  readonly selection: Selection;
}

export interface Hub {
  /** What the hub writes to one socket. */
  openLine(webSocket: LineSocket, socket: Duplex): Line;
  /** A `SharedSource` gives a member, and what it tells is written to the line; everything else comes out of the iterator. */
  subscribe(needs: Subscribing): Promise<Member | AsyncIterableIterator<ExecutionResult> | ExecutionResult>;
  /** Shared subscriptions that are open, and groups of equal ones among them. */
  counts(): { readonly subscriptions: number; readonly groups: number };
}

/**
 * Runs subscriptions: each one that is shared is executed once per change for
 * everybody who asks the same, framed once, and written once per turn of the
 * event loop to every socket.
 *
 * The same is: document, operation name, variables as coerced (but those that
 * only say where to resume) and viewer scope. Answers are made in the context
 * of whoever came first.
 */
export function createHub(needs: HubNeeds): Hub {
  const { execute, mask } = needs;
  const turn = new Turn();
  const lineNeeds: LineNeeds = { ...needs, turn, slab: new Slab() };
  const groups = new Map<string, Group>();
  const kinds = new Map<string, Renderings>();
  const plans = new WeakMap<OperationDefinitionNode, Plan>();

  function planOf({ schema, document }: ExecutionArgs, operation: OperationDefinitionNode): Plan {
    const plan = plans.get(operation) ?? new Plan(schema, document, operation);
    plans.set(operation, plan);
    return plan;
  }

  function begin({ key, kind, args, source, selection }: Beginning): Group {
    const { maxRate, idOf, sourceOf, isWhole = false } = source.needs;
    const renderings = kinds.get(kind) ?? new Renderings(turn);
    if (renderings.groups === 0) kinds.set(kind, renderings);
    renderings.groups += 1;
    const group = new Group({
      turn,
      source,
      maxRate,
      isWhole,
      onEmpty() {
        groups.delete(key);
        renderings.groups -= 1;
        if (renderings.groups === 0) kinds.delete(kind);
      },
      news: { selection, idOf, sourceOf, renderings },
      execute(message) {
        const result = execute({ ...args, rootValue: message });
        return result instanceof Promise ? result.then(shown) : shown(result);
      },
    });
    groups.set(key, group);
    return group;
  }

  const shown = (result: ExecutionResult) => (result.errors ? mask(result.errors, result) : result);

  return {
    counts() {
      let subscriptions = 0;
      for (const { members } of groups.values()) subscriptions += members;
      return { subscriptions, groups: groups.size };
    },
    openLine: (webSocket, socket) => new Line(webSocket, socket, lineNeeds),

    async subscribe({ args, operation, documentHash, subscriber, line }) {
      const plan = planOf(args, operation);
      const opened = await plan.open(args);
      if (!('source' in opened)) return opened;
      const { source, variables } = opened;
      const { selection } = plan;
      if (!(source instanceof SharedSource) || !selection) {
        return mappedStream(source, (rootValue) => execute({ ...args, rootValue }));
      }
      const scope = JSON.stringify([documentHash, args.operationName ?? '', source.needs.viewerScope]);
      const values = Object.entries(variables);
      const keyWith = (counts: (name: string) => boolean) => scope + canonical(values.filter(([name]) => counts(name)));
      const key = keyWith((name) => !selection.resumeVariables.has(name));
      const group =
        groups.get(key) ??
        begin({ key, kind: keyWith((name) => selection.objectVariables.has(name)), args, source, selection });
      group.gain();
      return new Member({ subscriber, line, group, after: source.needs.after });
    },
  };
}

/** Equal texts for equal variables: objects have their keys in order. */
function canonical(variables: readonly (readonly [name: string, value: unknown])[]): string {
  return variables.length === 0 ? '{}' : JSON.stringify(Object.fromEntries(variables), sorted);
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
