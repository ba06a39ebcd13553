import type { CachedObject, ClusterStore } from './cacher.js';

type ListQuery = Parameters<ClusterStore['list']>[0];

/** The first objects that a filter lets pass, at most `limit`, and whether another one does. Each may have to be parsed for it. */
export async function filtered(
  objects: readonly CachedObject[],
  { filter, limit, loop }: Pick<ListQuery, 'limit' | 'loop'> & Required<Pick<ListQuery, 'filter'>>,
): Promise<{ items: CachedObject[]; more: boolean }> {
  const items: CachedObject[] = [];
  const pause = loop?.();
  for (const object of objects) {
    const wait = pause?.();
    if (wait) await wait;
    if (!filter(object)) continue;
    if (items.length === limit) return { items, more: true };
    items.push(object);
  }
  return { items, more: false };
}
