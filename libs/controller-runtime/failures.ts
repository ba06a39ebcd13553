import { FencedError } from '#storage';

/** Whether the turn was overtaken: nothing of it may be tried again. */
export function isFenced(error: unknown): boolean {
  return error instanceof FencedError;
}
