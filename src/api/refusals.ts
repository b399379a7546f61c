import { GraphQLError } from 'graphql';

const refusal = (code: string) => (message: string) => new GraphQLError(message, { extensions: { code } });

/** Errors of a response, not of a mutation's payload: the caller asked for what cannot be. */
export const badInput = refusal('BAD_USER_INPUT');
export const notFound = refusal('NOT_FOUND');
export const forbidden = refusal('FORBIDDEN');
