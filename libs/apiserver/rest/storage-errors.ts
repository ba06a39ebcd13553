import { conflict, expired, failureStatus, type GroupResource, internalError, StatusError, serviceUnavailable } from '#apimachinery';
import { Compacted, FencedError, FutureRevision, StorageFull, StorageUnavailable, UnknownCluster } from '#storage';

const RETRY_SECONDS = 2;
/** apimachinery/pkg/api/errors NewGenericServerResponse, NewTimeoutError. */
const UNABLE = 'the server is currently unable to handle the request';
const TIMED_OUT = 'Timeout: the request did not complete within the allotted time: it may or may not have been carried out';

/** 504: a revision that is not there yet (apiserver/pkg/storage/errors.go NewTooLargeResourceVersionError). */
export function tooLargeResourceVersion(requested: number, current: number): StatusError {
  const message = `Timeout: Too large resource version: ${requested}, current: ${current}`;
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  return new StatusError(failureStatus({ code: 504, reason: 'Timeout', message, details: { causes, retryAfterSeconds: 1 } }));
}

/** 503 if nothing was done, 504 if that is not known; both may be retried. */
function unavailable({ outcomeUnknown }: StorageUnavailable): StatusError {
  const details = { retryAfterSeconds: RETRY_SECONDS };
  if (outcomeUnknown) return new StatusError(failureStatus({ code: 504, reason: 'Timeout', message: TIMED_OUT, details }));
  return new StatusError(failureStatus({ code: 503, reason: 'ServiceUnavailable', message: UNABLE, details }));
}

/** 507: the disk of the store is full. */
function insufficientStorage(): StatusError {
  const details = { retryAfterSeconds: RETRY_SECONDS };
  return new StatusError(failureStatus({ code: 507, reason: 'InsufficientStorage', message: 'the server has no storage left', details }));
}

/** Any error as the Status that a client gets. Storage errors become API errors only here. */
export function toStatusError(error: unknown, resource: GroupResource): StatusError {
  if (error instanceof StatusError) return error;
  if (error instanceof Compacted) return expired('The resourceVersion for the provided list is too old.');
  if (error instanceof FutureRevision) return tooLargeResourceVersion(error.requested, error.current);
  if (error instanceof StorageUnavailable) return unavailable(error);
  if (error instanceof StorageFull) return insufficientStorage();
  if (error instanceof FencedError) return conflict(resource, '', error.message);
  if (error instanceof UnknownCluster) return serviceUnavailable(error.message);
  return new UnexpectedError(error);
}

/** An unexpected error. Its own message is only for the log, as the `cause`. */
export class UnexpectedError extends StatusError {
  constructor(cause: unknown, requestId?: string) {
    super(internalError(requestId === undefined ? 'unexpected error' : `unexpected error, request ${requestId}`).status);
    this.cause = cause;
  }
}
