import type { Duplex } from 'node:stream';
import { createSourceEventStream, getOperationAST, getVariableValues } from 'graphql';
import type { DocumentNode, ExecutionArgs, ExecutionResult, FormattedExecutionResult, GraphQLError } from 'graphql';
import { Slab } from './frame.js';
import { Group } from './group.js';
import { Line } from './line.js';
import type { LineNeeds, LineSocket } from './line.js';
import { mappedStream } from './mapped-stream.js';
import { Member } from './member.js';
import { Renderings } from './renderings.js';
import { selectionOf } from './selection.js';
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
  /** Tells documents apart: equal texts, equal hashes. */
  readonly documentHash: string;
  /** Of the operation on its socket. */
  readonly id: string;
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
  /** Begins one subscription. What a `SharedSource` tells is written to the line; everything else comes out of the iterator. */
  subscribe(needs: Subscribing): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult>;
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
  let subscriptions = 0;
  const groups = new Map<string, Group>();
  const kinds = new Map<string, Renderings>();
  const selections = new WeakMap<DocumentNode, Map<string, Selection | undefined>>();

  function selectionIn({ document, operationName }: ExecutionArgs): Selection | undefined {
    const known = selections.get(document) ?? new Map<string, Selection | undefined>();
    selections.set(document, known);
    const name = operationName ?? '';
    if (!known.has(name)) known.set(name, selectionOf(document, operationName));
    return known.get(name);
  }

  function begin({ key, kind, args, source, selection }: Beginning): Group {
    const { maxRate, idOf, sourceOf } = source.needs;
    const renderings = kinds.get(kind) ?? new Renderings(turn);
    if (renderings.groups === 0) kinds.set(kind, renderings);
    renderings.groups += 1;
    const group = new Group({
      turn,
      maxRate,
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

  function onLeft(group: Group): void {
    subscriptions -= 1;
    group.lose();
  }

  return {
    counts: () => ({ subscriptions, groups: groups.size }),
    openLine: (webSocket, socket) => new Line(webSocket, socket, lineNeeds),

    async subscribe({ args, documentHash, id, line }) {
      const source = await createSourceEventStream(args);
      if (!(Symbol.asyncIterator in source)) return source;
      const selection = selectionIn(args);
      if (!(source instanceof SharedSource) || !selection) {
        return mappedStream(source, (rootValue) => execute({ ...args, rootValue }));
      }
      const scope = [documentHash, args.operationName ?? '', source.needs.viewerScope];
      const variables = variablesOf(args);
      const keyWith = (counts: (name: string) => boolean) =>
        JSON.stringify([...scope, chosen(variables, counts)], sorted);
      const key = keyWith((name) => !selection.resumeVariables.has(name));
      const group =
        groups.get(key) ??
        begin({ key, kind: keyWith((name) => selection.objectVariables.has(name)), args, source, selection });
      group.gain();
      subscriptions += 1;
      return new Member({ id, line, group, source, onLeft });
    },
  };
}

/** As coerced, defaults included. */
function variablesOf({ schema, document, operationName, variableValues }: ExecutionArgs): Record<string, unknown> {
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  return getVariableValues(schema, definitions, variableValues ?? {}).coerced ?? {};
}

function chosen(variables: Record<string, unknown>, counts: (name: string) => boolean): Record<string, unknown> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => counts(name)));
}

/** Objects with their keys in order, so that equal values have equal texts. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
