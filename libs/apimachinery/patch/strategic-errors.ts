import { goValue } from '../go-format.js';
import { StatusError as Failure, failureStatus, type StatusError } from '../status.js';
import { badRequest, bareError } from '../status-errors.js';

/** Errors of strategic merge patches (util/mergepatch/errors.go), in the form in which patch.go returns them. */

/** A plain Go error: a bare 500. */
export function plainError(message: string): StatusError {
  if (message !== 'lists of lists are not supported') return bareError(message);
  const rejected = 'the server rejected our request due to an error in our request';
  return new Failure(failureStatus({ code: 422, reason: 'Invalid', message: rejected, details: {} }));
}

/** An element of a merged list does not have its merge key. */
export function noMergeKey(item: Record<string, unknown>, mergeKey: string): StatusError {
  return bareError(`map: ${goValue(item)} does not contain declared merge key: ${mergeKey}`);
}

/** An unknown `$patch` directive: not replace, merge or delete. */
export function badPatchType(directive: unknown, item: Record<string, unknown>): StatusError {
  return bareError(`unknown patch type: ${goValue(directive)} in map: ${goValue(item)}`);
}

/** A directive with a value of the wrong form. */
export function badFormat(directive: 'primitive list' | 'retainKeys' | 'setElementOrder list'): StatusError {
  return badRequest(`invalid patch format of ${directive}`);
}
