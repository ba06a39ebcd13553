import {
  conflict,
  expired,
  failureStatus,
  type GroupResource,
  internalError,
  StatusError,
  serverTimeout,
  serviceUnavailable,
} from '#apimachinery';
import { Compacted, FencedError, FutureRevision, StorageUnavailable, UnknownCluster } from '#storage';

const RETRY_SECONDS = 2;

/** 504: a revision that has not happened yet (apiserver/pkg/storage/errors.go NewTooLargeResourceVersionError). */
export function tooLargeResourceVersion(requested: number, current: number): StatusError {
  const message = `Timeout: Too large resource version: ${requested}, current: ${current}`;
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  return new StatusError(failureStatus({ code: 504, reason: 'Timeout', message, details: { causes, retryAfterSeconds: 1 } }));
}

/** Any error as the Status that a client gets; the one place where the store's errors become the API's. */
export function toStatusError(error: unknown, resource: GroupResource, verb: string): StatusError {
  if (error instanceof StatusError) return error;
  if (error instanceof Compacted) return expired('The resourceVersion for the provided list is too old.');
  if (error instanceof FutureRevision) return tooLargeResourceVersion(error.requested, error.current);
  if (error instanceof StorageUnavailable) return serverTimeout(resource, verb, RETRY_SECONDS);
  if (error instanceof FencedError) return conflict(resource, '', error.message);
  if (error instanceof UnknownCluster) return serviceUnavailable(error.message);
  return new UnexpectedError(error);
}

/** An error that nothing foresaw. Its own text is for the log alone: it stands in `cause`. */
export class UnexpectedError extends StatusError {
  constructor(cause: unknown, requestId?: string) {
    super(internalError(requestId === undefined ? 'unexpected error' : `unexpected error, request ${requestId}`).status);
    this.cause = cause;
  }
}
