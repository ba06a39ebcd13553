import type { KubeObject } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import { Compacted, type Revision } from '#storage';
import { type Location, storageKey } from './rest/keys.js';

/** An object as it was at a revision; undefined if there was none, or if the log does not reach as far back. */
export async function pastObject<T extends KubeObject>(
  store: Pick<ClusterStore, 'past'>,
  location: Location,
  at: Revision,
): Promise<T | undefined> {
  if (at <= 0) return undefined;
  try {
    return (await store.past(storageKey(location), at))?.object as T | undefined;
  } catch (error) {
    if (error instanceof Compacted) return undefined;
    throw error;
  }
}
