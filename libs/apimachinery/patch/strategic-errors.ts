import { goValue } from '../go-format.js';
import { StatusError as Failure, failureStatus, type StatusError } from '../status.js';
import { badRequest, bareError } from '../status-errors.js';

/** Errors of strategic merge patches (util/mergepatch/errors.go), as patch.go puts them on the wire. */

/** A plain Go error: a bare 500. */
export function plainError(message: string): StatusError {
  if (message !== 'lists of lists are not supported') return bareError(message);
  const rejected = 'the server rejected our request due to an error in our request';
  return new Failure(failureStatus({ code: 422, reason: 'Invalid', message: rejected, details: {} }));
}

/** An element of a merged list lacks its merge key. */
export function noMergeKey(item: Record<string, unknown>, mergeKey: string): StatusError {
  return bareError(`map: ${goValue(item)} does not contain declared merge key: ${mergeKey}`);
}

/** A `$patch` that is none of replace, merge and delete. */
export function badPatchType(directive: unknown, item: Record<string, unknown>): StatusError {
  return bareError(`unknown patch type: ${goValue(directive)} in map: ${goValue(item)}`);
}

/** A directive whose value has the wrong form. */
export function badFormat(directive: 'primitive list' | 'retainKeys' | 'setElementOrder list'): StatusError {
  return badRequest(`invalid patch format of ${directive}`);
}
