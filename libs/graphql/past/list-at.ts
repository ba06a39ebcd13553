import type { Resource } from '#api';
import type { KubeObject } from '#apimachinery';
import type { Listed, ListQuery } from '#client';
import type { GraphContext } from '../context.js';
import { limits } from '../limits.js';
import type { Reading } from '../loaders.js';

/** What reads a list as it was at a revision, as it is now for none; lists that are computed when they are read have the revision 0, and no past. */
export const exactly = (revision: number | string | undefined): Pick<ListQuery, 'resourceVersion' | 'resourceVersionMatch'> =>
  revision && revision !== '0' ? { resourceVersion: String(revision), resourceVersionMatch: 'Exact' } : {};

/** What is listed, and how its objects are shown. */
interface Listing<T extends KubeObject> {
  readonly resource: Resource<T>;
  readonly reading: Reading;
  shown(object: T): T;
}

/**
 * All objects of a list at a revision. They are read page by page, since the past is not in the cache and each object is parsed; others have
 * their turn after each page. What is read is counted.
 */
export async function listAt<T extends KubeObject>(
  { resource, reading, shown }: Listing<T>,
  revision: number | string,
  { client, meter }: Pick<GraphContext, 'client' | 'meter'>,
): Promise<{ readonly items: T[]; readonly resourceVersion: string }> {
  const items: T[] = [];
  for (let place: Partial<ListQuery> = exactly(revision); ; ) {
    const page: Listed<T> = await client.list(resource, { ...reading, ...place, limit: limits.pageSize });
    meter.count('scanned', page.items.length);
    for (const item of page.items) items.push(shown(item));
    const wait = meter.turn();
    if (wait) await wait;
    if (!page.continue) return { items, resourceVersion: page.resourceVersion };
    place = { continue: page.continue };
  }
}
