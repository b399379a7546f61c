import { GraphQLError, Kind, OperationTypeNode } from 'graphql';
import type { DocumentNode, FragmentDefinitionNode, SelectionNode, SelectionSetNode } from 'graphql';

const conditions = new Set(['skip', 'include']);

/**
 * What is wrong with a subscription whose root field may be skipped; undefined when nothing is. To be
 * asked before a document is validated: graphql-js 16 throws on it in the middle of validating.
 *
 * @see GraphQL specification, 5.2.4.1: such an operation must not use @skip and @include at its root.
 */
export function conditionalRoot({ definitions }: DocumentNode): GraphQLError | undefined {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of definitions) if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  for (const one of definitions) {
    if (one.kind !== Kind.OPERATION_DEFINITION || one.operation !== OperationTypeNode.SUBSCRIPTION) continue;
    for (const node of rootsIn(one.selectionSet, fragments, new Set())) {
      if (!node.directives?.some(({ name }) => conditions.has(name.value))) continue;
      const message = 'A subscription must not use `@skip` or `@include` on its root field.';
      return new GraphQLError(message, { nodes: node, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    }
  }
  return undefined;
}

/** Selections on the first level, and what brings them there. Fragments may lead in a circle: each is gone into once. */
function* rootsIn(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  seen: Set<string>,
): Generator<SelectionNode> {
  for (const selection of selections) {
    yield selection;
    if (selection.kind === Kind.INLINE_FRAGMENT) yield* rootsIn(selection.selectionSet, fragments, seen);
    if (selection.kind !== Kind.FRAGMENT_SPREAD || seen.has(selection.name.value)) continue;
    seen.add(selection.name.value);
    const fragment = fragments.get(selection.name.value);
    if (fragment) yield* rootsIn(fragment.selectionSet, fragments, seen);
  }
}
