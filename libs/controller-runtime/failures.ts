import { StatusError } from '#apimachinery';
import { FencedError } from '#storage';

/** Whether the object (or its namespace) is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'NotFound';
}

/** Whether something stands there already. */
export function isAlreadyExists(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'AlreadyExists';
}

/** Whether the object was changed by another since it was read. */
export function isConflict(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'Conflict';
}

/** Whether the write was refused because its namespace is on its way out (apiserver HasStatusCause NamespaceTerminating). */
export function isNamespaceTerminating(error: unknown): boolean {
  return error instanceof StatusError && error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true;
}

/** Whether the turn was overtaken: nothing of it may be tried again. */
export function isFenced(error: unknown): boolean {
  return error instanceof FencedError;
}
