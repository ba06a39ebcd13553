import { FutureRevision, type Storage } from '#storage';
import { cachedObject } from './cached-object.js';
import type { CachedObject, ClusterStore } from './cacher.js';
import { filtered } from './filtered.js';
import type { StoreLimits } from './limits.js';

type ListQuery = Parameters<ClusterStore['list']>[0];
type ListAnswer = Awaited<ReturnType<ClusterStore['list']>>;

/** A list straight from the store. With a filter, pages are read at one revision until enough items match. */
export async function listFromStorage(storage: Storage, query: ListQuery, limits: StoreLimits): Promise<ListAnswer> {
  const { prefix, after, limit, at, filter, notOlderThan = 0 } = query;
  if (filter !== undefined) return listFiltered(storage, { ...query, filter }, limits);
  const { items, revision, remaining } = await storage.list({ prefix, after, limit, at });
  if (revision < notOlderThan) throw new FutureRevision(notOlderThan, revision);
  return { items: items.map(cachedObject), revision, more: remaining > 0, remaining };
}

async function listFiltered(
  storage: Storage,
  { prefix, after, limit, at, filter, loop, notOlderThan = 0 }: ListQuery & { filter: (object: CachedObject) => boolean },
  limits: StoreLimits,
): Promise<ListAnswer> {
  const items: CachedObject[] = [];
  const page = limit === undefined ? undefined : Math.max(limit, limits.batchKeys);
  let cursor = after;
  let revision = at;
  for (;;) {
    const read = await storage.list({ prefix, after: cursor, limit: page, at: revision });
    revision = read.revision;
    if (revision < notOlderThan) throw new FutureRevision(notOlderThan, revision);
    const left = limit === undefined ? undefined : limit - items.length;
    const found = await filtered(read.items.map(cachedObject), { filter, limit: left, loop });
    items.push(...found.items);
    if (found.more) return { items, revision, more: true };
    cursor = read.items[read.items.length - 1]?.key;
    if (read.remaining === 0 || cursor === undefined) return { items, revision, more: false };
  }
}
