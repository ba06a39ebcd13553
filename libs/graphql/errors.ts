import { GraphQLError } from 'graphql';
import { type Status, StatusError } from '#apimachinery';
import { BeforeLog } from '#history';
import { Compacted, FutureRevision } from '#storage';

/** An invalid argument. */
export const badInput = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

/** Called for unexpected errors: the client only gets a general message and the request's id. */
export type OnUnexpected = (error: unknown, requestId: string) => void;

/** The error of a request, and the request's id. */
export interface Reporting {
  requestId: string;
  onUnexpected: OnUnexpected;
}

/** The code of an API error: its reason in capitals. */
export const codeOf = ({ reason }: Status): string => (reason || 'InternalError').replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

function codeAndMessage(error: unknown): { message: string; extensions: Record<string, unknown> } | undefined {
  if (error instanceof StatusError) {
    const { status } = error;
    const code = codeOf(status);
    return { message: status.message ?? code, extensions: { code, status } };
  }
  if (error instanceof Compacted) {
    return { message: `The log before revision ${error.compactRevision} has been compacted.`, extensions: { code: 'EXPIRED' } };
  }
  if (error instanceof BeforeLog) return { message: `${error.message}: nothing is known of before.`, extensions: { code: 'EXPIRED' } };
  if (error instanceof FutureRevision) {
    const message = `Too large resource version: ${error.requested}, current: ${error.current}`;
    return { message, extensions: { code: 'BAD_USER_INPUT' } };
  }
  return undefined;
}

/** The original error, below the errors that only add a location. */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? causeOf(error.originalError) : error;
}

/**
 * An error as the client sees it: the API's Status under `extensions.status`, with a code derived from its reason; only a general message
 * for an unexpected one. Path and location are kept.
 */
export function toGraphQLError(error: unknown, { requestId, onUnexpected }: Reporting): GraphQLError {
  const cause = causeOf(error);
  const where =
    error instanceof GraphQLError ? { nodes: error.nodes, source: error.source, positions: error.positions, path: error.path } : {};
  const known = codeAndMessage(cause);
  if (known) return new GraphQLError(known.message, { ...where, extensions: known.extensions });
  if (cause instanceof GraphQLError) {
    const { code = 'BAD_USER_INPUT' } = cause.extensions;
    // The outer error's message: it may contain more, such as the name of the variable.
    const { message } = error instanceof GraphQLError ? error : cause;
    return new GraphQLError(message, { ...where, extensions: { ...cause.extensions, code } });
  }
  onUnexpected(cause, requestId);
  return new GraphQLError('Internal error', { ...where, extensions: { code: 'INTERNAL_SERVER_ERROR', requestId } });
}
