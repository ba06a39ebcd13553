import type { ApiResponse } from '../request/request.js';
import { toStatusError, UnexpectedError } from '../rest/storage-errors.js';
import { type Asker, errorResponse } from './responses.js';

/**
 * The response to a failed request, whatever the error is. For an unexpected error it names the request id and carries the error for the
 * log.
 */
export function failureResponse(
  error: unknown,
  requestId: string,
  { asker, warnings = [] }: { asker?: Asker; warnings?: readonly string[] } = {},
): ApiResponse {
  const status = toStatusError(error, { group: '', resource: '' });
  if (!(status instanceof UnexpectedError)) return errorResponse(status, asker, warnings);
  return { ...errorResponse(new UnexpectedError(status.cause, requestId), asker, warnings), failure: status.cause };
}
