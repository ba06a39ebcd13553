import { GraphQLError } from 'graphql';
import { StatusError } from '#apimachinery';
import { Compacted, FutureRevision } from '#storage';

/** A wrong argument of ours. */
export const badInput = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

/** Told of what nobody foresaw: the client only hears that it happened, and the request's id. */
export type OnUnexpected = (error: unknown, requestId: string) => void;

/** What went wrong with a request, and its id. */
export interface Reporting {
  requestId: string;
  onUnexpected: OnUnexpected;
}

function codeAndMessage(error: unknown): { message: string; extensions: Record<string, unknown> } | undefined {
  if (error instanceof StatusError) {
    const { status } = error;
    const code = (status.reason || 'InternalError').replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
    return { message: status.message ?? code, extensions: { code, status } };
  }
  if (error instanceof Compacted) {
    return { message: `The log before revision ${error.compactRevision} has been compacted.`, extensions: { code: 'EXPIRED' } };
  }
  if (error instanceof FutureRevision) {
    const message = `Too large resource version: ${error.requested}, current: ${error.current}`;
    return { message, extensions: { code: 'BAD_USER_INPUT' } };
  }
  return undefined;
}

/** What was thrown, below the errors that only say where. */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? causeOf(error.originalError) : error;
}

/**
 * What a client is told of an error: the API's own Status under `extensions.status`, with a code made of its reason;
 * of what was unforeseen only that it happened. Path and location stay.
 */
export function toGraphQLError(error: unknown, { requestId, onUnexpected }: Reporting): GraphQLError {
  const cause = causeOf(error);
  const where =
    error instanceof GraphQLError ? { nodes: error.nodes, source: error.source, positions: error.positions, path: error.path } : {};
  const known = codeAndMessage(cause);
  if (known) return new GraphQLError(known.message, { ...where, extensions: known.extensions });
  if (cause instanceof GraphQLError) {
    const { code = 'BAD_USER_INPUT' } = cause.extensions;
    // The outer error's text: it may say more, such as which variable.
    const { message } = error instanceof GraphQLError ? error : cause;
    return new GraphQLError(message, { ...where, extensions: { ...cause.extensions, code } });
  }
  onUnexpected(cause, requestId);
  return new GraphQLError('Internal error', { ...where, extensions: { code: 'INTERNAL_SERVER_ERROR', requestId } });
}
