import { makeExecutableSchema } from '@graphql-tools/schema';
import type { IExecutableSchemaDefinition } from '@graphql-tools/schema';
import { GraphQLError, parse, specifiedRules, validate } from 'graphql';
import type { DocumentNode, GraphQLSchema, ValidationRule } from 'graphql';
import { conditionalRoot } from './conditional-root.js';
import { createDocumentCache, hashOf } from './document-cache.js';
import type { DocumentCache, KnownDocument } from './document-cache.js';
import { documentLimits } from './document-limits.js';
import { createExecution } from './execution.js';
import type { Execution } from './execution.js';
import type { HttpLimits } from './limits.js';

/** A resolver map for `makeExecutableSchema`, scalars included. */
export type ResolverMap<C> = NonNullable<IExecutableSchemaDefinition<C>['resolvers']>;

export type Prepared = KnownDocument | { readonly errors: readonly GraphQLError[] };

/**
 * What every operation passes before it runs, whichever way it came: one
 * schema, one parser setting, one set of rules, one cache of valid documents.
 *
 * WebSocket operations go through `prepare`. Apollo is given the same parts
 * and takes the same steps with them; either path finds what the other parsed.
 */
export interface Pipeline {
  readonly schema: GraphQLSchema;
  readonly parseOptions: { readonly maxTokens: number };
  /** Ours, beyond those of the specification. */
  readonly rules: readonly ValidationRule[];
  readonly documents: DocumentCache;
  readonly execution: Execution;
  /** Parses and validates. Never throws: what is wrong with the document is in `errors`, each with its code. */
  prepare(text: string): Prepared;
}

export function createPipeline<C>(needs: {
  readonly typeDefs: string;
  readonly resolvers: ResolverMap<C>;
  readonly limits: HttpLimits;
}): Pipeline {
  const schema = makeExecutableSchema<C>({
    typeDefs: needs.typeDefs,
    resolvers: needs.resolvers,
    resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
  });
  const parseOptions = { maxTokens: needs.limits.documentTokens };
  const rules = [documentLimits(needs.limits)];
  const documents = createDocumentCache();

  return {
    schema,
    parseOptions,
    rules,
    documents,
    execution: createExecution(schema),
    prepare(text) {
      const known = documents.ofText(text);
      if (known) return known;
      let document: DocumentNode;
      try {
        document = parse(text, parseOptions);
      } catch (error) {
        if (error instanceof GraphQLError) return { errors: [withCode(error, 'GRAPHQL_PARSE_FAILED')] };
        throw error;
      }
      const conditional = conditionalRoot(document);
      if (conditional) return { errors: [conditional] };
      const errors = validate(schema, document, [...specifiedRules, ...rules]);
      if (errors.length > 0) return { errors: errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) };
      const hash = hashOf(text);
      documents.set(hash, document);
      return { document, hash };
    },
  };
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(error.message, {
    ...(error.nodes && { nodes: error.nodes }),
    ...(error.source && { source: error.source }),
    ...(error.positions && { positions: error.positions }),
    extensions: { code },
  });
}
