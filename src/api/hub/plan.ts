import { inspect } from 'node:util';
import { createSourceEventStream, getArgumentValues, getVariableValues, Kind, locatedError } from 'graphql';
import type {
  DocumentNode,
  ExecutionArgs,
  ExecutionResult,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLObjectType,
  GraphQLResolveInfo,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql';
import { selectionOf } from './selection.js';
import type { Selection } from './selection.js';

export interface Opened {
  readonly source: AsyncIterable<unknown>;
  /** As coerced, defaults included. */
  readonly variables: Record<string, unknown>;
}

/** The one field of an operation whose arguments alone depend on variables. */
interface Root {
  readonly node: FieldNode;
  readonly field: GraphQLField<unknown, unknown>;
  readonly info: Omit<GraphQLResolveInfo, 'variableValues' | 'rootValue'>;
}

/** What is the same for everybody who sends one subscription operation, worked out once: thousands connect at once and ask the same. */
export class Plan {
  readonly selection: Selection | undefined;
  readonly #operation: OperationDefinitionNode;
  readonly #root: Root | undefined;

  /** @param operation Of `document`, which is valid. */
  constructor(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) {
    this.selection = selectionOf(document, operation.name?.value);
    this.#operation = operation;
    this.#root = rootOf(schema, document, operation);
  }

  /**
   * Creates the source stream with the same outcome as `createSourceEventStream`
   * of graphql-js, past its way through the document where that leads to one field.
   *
   * @throws Error for a resolver that gives no stream
   * @see GraphQL specification, 6.2.3.1 Source Stream.
   */
  async open(args: ExecutionArgs): Promise<Opened | ExecutionResult> {
    const definitions = this.#operation.variableDefinitions ?? [];
    const { coerced, errors } = getVariableValues(args.schema, definitions, args.variableValues ?? {}, {
      maxErrors: 50,
    });
    if (errors) return { errors };
    const source = this.#root ? await subscribed(this.#root, args, coerced) : await createSourceEventStream(args);
    return isAsyncIterable(source) ? { source, variables: coerced } : source;
  }
}

function rootOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Root | undefined {
  const [node, ...others] = operation.selectionSet.selections;
  const parentType: GraphQLObjectType | null | undefined = schema.getSubscriptionType();
  if (others.length > 0 || node?.kind !== Kind.FIELD || node.directives?.length || !parentType) return undefined;
  const field = parentType.getFields()[node.name.value];
  if (!field?.subscribe) return undefined;
  const path = { prev: undefined, key: (node.alias ?? node.name).value, typename: parentType.name };
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  const common = { fieldName: field.name, fieldNodes: [node], returnType: field.type, parentType, path };
  return { node, field, info: { ...common, schema, fragments, operation } };
}

/** @see GraphQL specification, ResolveFieldEventStream. */
async function subscribed(
  { node, field, info }: Root,
  { rootValue, contextValue }: ExecutionArgs,
  variableValues: Record<string, unknown>,
): Promise<AsyncIterable<unknown> | ExecutionResult> {
  let source: unknown;
  try {
    const given = getArgumentValues(field, node, variableValues);
    source = await field.subscribe?.(rootValue, given, contextValue, infoWith(info, rootValue, variableValues));
    if (source instanceof Error) throw source;
  } catch (error) {
    return { errors: [locatedError(error, info.fieldNodes, [info.path.key])] };
  }
  if (isAsyncIterable(source)) return source;
  throw new Error(`The field "${info.fieldName}" must give an async iterable, and gave ${inspect(source)}.`);
}

/** Written out: to copy an object by spreading costs more than the whole call. */
function infoWith(
  { fieldName, fieldNodes, returnType, parentType, path, schema, fragments, operation }: Root['info'],
  rootValue: unknown,
  variableValues: Record<string, unknown>,
): GraphQLResolveInfo {
  return {
    fieldName,
    fieldNodes,
    returnType,
    parentType,
    path,
    schema,
    fragments,
    operation,
    rootValue,
    variableValues,
  };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
