import { execute, getOperationAST, OperationTypeNode } from 'graphql';
import type { DocumentNode, ExecutionArgs, ExecutionResult, GraphQLSchema } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';

export type Execute = (args: ExecutionArgs) => Promise<ExecutionResult> | ExecutionResult;

/** A compiled operation. */
type Compiled = (
  root: unknown,
  context: unknown,
  variables: Record<string, unknown>,
) => Promise<ExecutionResult> | ExecutionResult;

/** How often one operation runs before it is worth compiling: about a millisecond, which most never earn back. */
const worthCompiling = 3;

export interface Execution {
  /** Any operation. */
  readonly execute: Execute;
  /** Compiled; undefined when it cannot be, need not be, or went wrong: graphql-js then has the word. */
  tryCompiled(args: ExecutionArgs): Promise<ExecutionResult | undefined> | ExecutionResult | undefined;
}

/**
 * Executes what comes often as compiled code (graphql-jit), all else by
 * graphql-js.
 *
 * Only what has no effect is compiled, because a result with errors is thrown
 * away and asked for again of graphql-js: what is wrong then reads the same
 * either way. A document that cannot be compiled is left to graphql-js too.
 *
 * Not the same: compiled code reads a field that has no resolver as it stands,
 * where graphql-js would call a function and await a promise. What resolvers
 * give back holds neither.
 */
export function createExecution(schema: GraphQLSchema, compileAfter = worthCompiling): Execution {
  const seen = new WeakMap<DocumentNode, Map<string, { runs: number; compiled?: Compiled | 'never' }>>();

  function compiledOf({ document, operationName }: ExecutionArgs): Compiled | undefined {
    const operations = seen.get(document) ?? new Map<string, { runs: number; compiled?: Compiled | 'never' }>();
    seen.set(document, operations);
    const name = operationName ?? '';
    const operation = operations.get(name) ?? { runs: 0 };
    operations.set(name, operation);
    operation.runs += 1;
    if (operation.runs <= compileAfter) return undefined;
    operation.compiled ??= compile(schema, document, operationName);
    return operation.compiled === 'never' ? undefined : operation.compiled;
  }

  function tryCompiled(args: ExecutionArgs): Promise<ExecutionResult | undefined> | ExecutionResult | undefined {
    const compiled = compiledOf(args);
    if (!compiled) return undefined;
    const result = compiled(args.rootValue, args.contextValue, args.variableValues ?? {});
    return result instanceof Promise ? result.then(unlessWrong) : unlessWrong(result);
  }

  return {
    tryCompiled,
    execute(args) {
      const result = tryCompiled(args);
      if (result instanceof Promise) return result.then((good) => good ?? execute(args));
      return result ?? execute(args);
    },
  };
}

function unlessWrong(result: ExecutionResult): ExecutionResult | undefined {
  return result.errors ? undefined : result;
}

function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): Compiled | 'never' {
  if (getOperationAST(document, operationName)?.operation === OperationTypeNode.MUTATION) return 'never';
  const compiled = compileQuery(schema, document, operationName ?? undefined);
  return isCompiledQuery(compiled) ? compiled.query : 'never';
}
