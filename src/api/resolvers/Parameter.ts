import type { ParameterResolvers } from '../generated/resolvers.js';

const typeOf = {
  integer: 'IntegerParameter',
  float: 'FloatParameter',
  bool: 'BoolParameter',
  text: 'TextParameter',
  list: 'ListParameter',
  group: 'GroupParameter',
} as const;

export const Parameter: ParameterResolvers = { __resolveType: ({ kind }) => typeOf[kind] };
