import { formatKey, isNamespaceTerminating, isNotFound, keyOf } from '#apimachinery';
import { FencedError } from '#storage';
import type { ClusterContext } from './component.js';
import type { EventNote } from './event-object.js';

/** Whether the turn was superseded: nothing may be retried. */
export function isFenced(error: unknown): boolean {
  return error instanceof FencedError;
}

/** Reports dropped events as failures of a controller, except where the namespace is terminating or the turn is over. */
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
