import { GraphQLError } from 'graphql';
import { StatusError } from '#apimachinery';
import { Compacted } from '#storage';

/** A wrong argument of ours. */
export const badInput = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

/**
 * What a client is told of an error: the API's own Status under `extensions.status`, with a code made of its reason;
 * anything unforeseen only as an internal error, without its text.
 */
export function toGraphQLError(error: unknown): GraphQLError {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  const where = error instanceof GraphQLError ? { nodes: error.nodes, path: error.path } : {};
  if (original instanceof StatusError) {
    const { status } = original;
    const code = (status.reason ?? 'InternalError').replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
    return new GraphQLError(status.message ?? code, { ...where, extensions: { code, status } });
  }
  if (original instanceof Compacted) {
    return new GraphQLError(`The log before revision ${original.compactRevision} has been compacted.`, {
      ...where,
      extensions: { code: 'EXPIRED' },
    });
  }
  if (original instanceof GraphQLError) return original;
  return new GraphQLError('Internal error', { ...where, extensions: { code: 'INTERNAL_SERVER_ERROR' } });
}
