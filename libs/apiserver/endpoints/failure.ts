import type { ApiResponse } from '../request/request.js';
import { toStatusError, UnexpectedError } from '../rest/storage-errors.js';
import { errorResponse } from './responses.js';

/**
 * The response to a failed request, whatever the error is. For an unexpected error it names the request id and carries the error for the
 * log.
 */
export function failureResponse(
  error: unknown,
  requestId: string,
  { accept, warnings = [] }: { accept?: string; warnings?: readonly string[] } = {},
): ApiResponse {
  const status = toStatusError(error, { group: '', resource: '' });
  if (!(status instanceof UnexpectedError)) return errorResponse(status, accept, warnings);
  return { ...errorResponse(new UnexpectedError(status.cause, requestId), accept, warnings), failure: status.cause };
}
