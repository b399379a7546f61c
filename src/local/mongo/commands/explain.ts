import { type Doc, isDoc } from '../bson/document.js';
import { MongoFailure, notImplemented } from '../failure.js';
import { planOf, type Query, select } from '../storage/select.js';
import type { Plan } from '../storage/plan.js';
import { leadingQuery } from './aggregate-source.js';
import { type CommandContext, checkNamespace } from './context.js';
import { filterOf, queryOf } from './find.js';

function accessOf(plan: Plan, filter: Doc): Doc {
  if (!plan.index) return { stage: 'COLLSCAN', filter, direction: plan.backwards ? 'backward' : 'forward' };
  return {
    stage: 'FETCH',
    ...(!plan.exact && { filter }),
    inputStage: {
      stage: 'IXSCAN',
      keyPattern: plan.index.spec['key'],
      indexName: plan.index.name,
      isMultiKey: plan.index.multikey,
      isUnique: plan.index.unique,
      isSparse: plan.index.sparse,
      isPartial: plan.index.partial !== undefined,
      direction: plan.backwards ? 'backward' : 'forward',
      boundedFields: plan.bounded,
    },
  };
}

function stagesOf(plan: Plan, query: Query, sort: unknown): Doc {
  let stage = accessOf(plan, query.filter);
  if (!plan.sorted) stage = { stage: 'SORT', sortPattern: sort, inputStage: stage };
  if (query.skip) stage = { stage: 'SKIP', skipAmount: query.skip, inputStage: stage };
  if (query.limit) stage = { stage: 'LIMIT', limitAmount: query.limit, inputStage: stage };
  return stage;
}

function explained(inner: CommandContext, ns: string): { query: Query; sort: unknown } {
  const { command } = inner;
  switch (Object.keys(command)[0]) {
    case 'find':
      return { query: queryOf(inner, ns, command['filter']), sort: command['sort'] };
    case 'count':
    case 'distinct':
      return { query: queryOf(inner, ns, command['query']), sort: undefined };
    case 'findAndModify':
      return { query: queryOf(inner, ns, command['query']), sort: command['sort'] };
    case 'aggregate': {
      const { query, sort } = leadingQuery(command['pipeline'] as unknown[], inner);
      return { query, sort };
    }
    case 'update':
    case 'delete': {
      const list = command[Object.keys(command)[0] === 'update' ? 'updates' : 'deletes'] ?? [];
      const first: unknown = Array.isArray(list) ? list[0] : undefined;
      return { query: queryOf(inner, ns, filterOf(isDoc(first) ? first['q'] : {})), sort: undefined };
    }
    default:
      throw notImplemented(`explain of ${Object.keys(command)[0] ?? 'nothing'}`);
  }
}

/** `explain`: the plan that would be, and with `executionStats` was, followed. */
export function explain(context: CommandContext): Doc {
  const command = context.command['explain'];
  if (!isDoc(command)) throw new MongoFailure(14, 'explain needs a command');
  const name = Object.keys(command)[0] as string;
  const ns = checkNamespace(context.database, String(command[name]));
  const { query, sort } = explained({ ...context, command, name }, ns);
  const collection = context.side.catalog.find(ns);
  const plan = collection && planOf(collection, query);
  const winningPlan = plan ? stagesOf(plan, query, sort) : { stage: 'EOF' };
  const queryPlanner = {
    namespace: ns,
    indexFilterSet: false,
    parsedQuery: query.filter,
    winningPlan,
    rejectedPlans: [],
  };
  if (context.command['verbosity'] === 'queryPlanner' || !collection || !plan) return { queryPlanner, command };
  let examined = 0;
  const started = Date.now();
  const nReturned = [...select(context.side, collection, { ...query, tick: () => void examined++ })].length;
  const executionStats = {
    executionSuccess: true,
    nReturned,
    executionTimeMillis: Date.now() - started,
    totalKeysExamined: plan.index ? examined : 0,
    totalDocsExamined: examined,
  };
  return { queryPlanner, executionStats, command };
}
