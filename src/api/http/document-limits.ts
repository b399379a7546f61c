import { GraphQLError, Kind } from 'graphql';
import type { FieldNode, OperationDefinitionNode, SelectionSetNode, ValidationContext, ValidationRule } from 'graphql';
import type { HttpLimits } from './limits.js';

/** One selection set, fragments written out. */
interface Extent {
  /** Levels. */
  readonly depth: number;
  /** Fields on all levels. */
  readonly fields: number;
  /** Fields on the first level. */
  readonly width: number;
  /** Fields on all levels when every page is full. */
  readonly cost: number;
}

const nothing: Extent = { depth: 0, fields: 0, width: 0, cost: 0 };
/** Rows of a connection that nobody sized, and of one that a variable sizes: the most there can be. */
const defaultPage = 50;
const largestPage = 100;
/** Arguments that say how many rows there may be. */
const sizes = new Set(['first', 'last', 'top']);
const introspection = new Set(['__schema', '__type']);

/**
 * A validation rule that refuses operations too large to run for one caller.
 *
 * Linear in the size of the document: every fragment is measured once, so one
 * that doubles itself at each level is counted (2^n fields) without being
 * expanded. The cost is what full pages would hold; lists without pages count
 * as one row, because they are bounded by what they belong to.
 */
export function documentLimits(limits: HttpLimits): ValidationRule {
  return (context) => {
    const measure = measuring(context);
    let aliases = 0;
    return {
      Field(node) {
        if (node.alias) aliases += 1;
        if (aliases === limits.aliases + 1) {
          context.reportError(new GraphQLError(`At most ${limits.aliases} aliases to a document.`, { nodes: node }));
        }
      },
      OperationDefinition(node) {
        for (const message of excesses(node, measure, limits)) {
          context.reportError(new GraphQLError(message, { nodes: node }));
        }
      },
    };
  };
}

function excesses(
  { selectionSet }: OperationDefinitionNode,
  measure: (selectionSet: SelectionSetNode) => Extent,
  limits: HttpLimits,
): string[] {
  const { depth, fields, width, cost } = measure(selectionSet);
  return [
    ...(depth > limits.depth ? [`The operation is ${depth} levels deep; at most ${limits.depth} are allowed.`] : []),
    ...(fields > limits.fields
      ? [`The operation asks for ${fields} fields; at most ${limits.fields} are allowed.`]
      : []),
    ...(cost > limits.cost
      ? [`The operation may cost ${cost} fields on full pages; at most ${limits.cost} are allowed.`]
      : []),
    ...(width > limits.rootFields
      ? [`The operation has ${width} fields at its root; at most ${limits.rootFields} are allowed.`]
      : []),
  ];
}

/** A fragment inside itself counts as nothing: NoFragmentCycles reports it in the same pass. */
function measuring(context: ValidationContext): (selectionSet: SelectionSetNode) => Extent {
  const fragments = new Map<string, Extent>();

  const ofFragment = (name: string): Extent => {
    const known = fragments.get(name);
    if (known) return known;
    fragments.set(name, nothing);
    const fragment = context.getFragment(name);
    const extent = fragment ? ofSelections(fragment.selectionSet) : nothing;
    fragments.set(name, extent);
    return extent;
  };

  const ofSelections = (selectionSet: SelectionSetNode): Extent => {
    let depth = 0;
    let fields = 0;
    let width = 0;
    let cost = 0;
    for (const selection of selectionSet.selections) {
      let inner = nothing;
      if (selection.kind === Kind.FRAGMENT_SPREAD) inner = ofFragment(selection.name.value);
      else if (selection.selectionSet) inner = ofSelections(selection.selectionSet);
      const isField = selection.kind === Kind.FIELD;
      const levels = isField && introspection.has(selection.name.value) ? 0 : inner.depth;
      depth = Math.max(depth, levels + (isField ? 1 : 0));
      fields += inner.fields + (isField ? 1 : 0);
      width += isField ? 1 : inner.width;
      cost += isField ? 1 + pageOf(selection) * inner.cost : inner.cost;
    }
    return { depth, fields, width, cost };
  };

  return ofSelections;
}

/** How often what lies under a field may come. */
function pageOf({ arguments: given = [], selectionSet }: FieldNode): number {
  const size = given.find(({ name }) => sizes.has(name.value))?.value;
  if (size?.kind === Kind.INT) return Number(size.value);
  if (size) return largestPage;
  const isConnection = selectionSet?.selections.some(
    (selection) => selection.kind === Kind.FIELD && ['nodes', 'edges'].includes(selection.name.value),
  );
  return isConnection ? defaultPage : 1;
}
