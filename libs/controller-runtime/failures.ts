import { formatKey, isNamespaceTerminating, isNotFound, keyOf } from '#apimachinery';
import { FencedError } from '#storage';
import type { ClusterContext } from './component.js';
import type { EventNote } from './recorder.js';

/** Whether the turn was overtaken: nothing of it may be tried again. */
export function isFenced(error: unknown): boolean {
  return error instanceof FencedError;
}

/** Reports events that were dropped as failures of a controller. That a namespace is going, or a turn over, is none. */
export function reportDroppedEvents(
  { onFailure }: Pick<ClusterContext, 'onFailure'>,
  component: string,
  controller: string,
): (note: EventNote, error: unknown) => void {
  return ({ about }, error) => {
    if (isFenced(error) || isNamespaceTerminating(error) || isNotFound(error)) return;
    onFailure?.({ component, controller, key: formatKey(keyOf(about)), error, failures: 1 });
  };
}
