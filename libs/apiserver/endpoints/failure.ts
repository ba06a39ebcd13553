import type { ApiResponse } from '../request/request.js';
import { toStatusError, UnexpectedError } from '../rest/storage-errors.js';
import { errorResponse } from './responses.js';

/** The answer to a request that failed, whatever the error is. What was not expected is named by its request, and comes along for the log. */
export function failureResponse(
  error: unknown,
  requestId: string,
  { accept, warnings = [] }: { accept?: string; warnings?: readonly string[] } = {},
): ApiResponse {
  const status = toStatusError(error, { group: '', resource: '' });
  if (!(status instanceof UnexpectedError)) return errorResponse(status, accept, warnings);
  return { ...errorResponse(new UnexpectedError(status.cause, requestId), accept, warnings), failure: status.cause };
}
