import { getOperationAST, Kind, visit } from 'graphql';
import type { DocumentNode, FieldNode, FragmentDefinitionNode, SelectionSetNode, ASTNode } from 'graphql';

/** What one subscription operation asks of a set message. */
export interface Selection {
  /** Under what name the message stands in `data`. */
  readonly root: string;
  /** Fields of the message by the names they stand under. */
  readonly fields: ReadonlyMap<string, string>;
  /** Variables that say where to resume and nothing else: they tell no two subscriptions apart. */
  readonly resumeVariables: ReadonlySet<string>;
  /** Variables that what is said of one object may depend on: all but those that only choose objects. */
  readonly objectVariables: ReadonlySet<string>;
}

/** Of a valid document; undefined when the operation is no subscription. */
export function selectionOf(document: DocumentNode, operationName: string | null | undefined): Selection | undefined {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== 'subscription') return undefined;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const roots = [...fieldsIn(operation.selectionSet, fragments)];
  const [root] = roots;
  if (!root) return undefined;
  const fields = new Map<string, string>();
  for (const { selectionSet } of roots) {
    if (!selectionSet) continue;
    for (const field of fieldsIn(selectionSet, fragments)) fields.set(nameOf(field), field.name.value);
  }
  const given = roots.flatMap(({ arguments: all = [] }) => all);
  const resuming = given.filter(({ name }) => name.value === 'after');
  return {
    root: nameOf(root),
    fields,
    resumeVariables: without(variablesIn(resuming), variablesIn(document.definitions, new Set(resuming))),
    objectVariables: variablesIn(document.definitions, new Set(given)),
  };
}

/** Fields of a selection set, fragments written out. A valid document has no circle of fragments. */
function* fieldsIn(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Generator<FieldNode> {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) yield selection;
    else if (selection.kind === Kind.INLINE_FRAGMENT) yield* fieldsIn(selection.selectionSet, fragments);
    else {
      const fragment = fragments.get(selection.name.value);
      if (fragment) yield* fieldsIn(fragment.selectionSet, fragments);
    }
  }
}

function nameOf({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

/** Variables that are used in `nodes`, those in `except` aside. Their definitions are no use of them. */
function variablesIn(nodes: readonly ASTNode[], except: ReadonlySet<ASTNode> = new Set()): Set<string> {
  const names = new Set<string>();
  const visitor = {
    enter(node: ASTNode) {
      if (except.has(node) || node.kind === Kind.VARIABLE_DEFINITION) return false;
      if (node.kind === Kind.VARIABLE) names.add(node.name.value);
      return undefined;
    },
  };
  for (const node of nodes) visit(node, visitor);
  return names;
}

function without(names: ReadonlySet<string>, others: ReadonlySet<string>): Set<string> {
  return new Set([...names].filter((name) => !others.has(name)));
}
