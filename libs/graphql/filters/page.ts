import type { Resource } from '#api';
import type { KubeObject } from '#apimachinery';
import type { GraphContext } from '../context.js';
import { badInput } from '../errors.js';
import { limits } from '../limits.js';
import type { Reading } from '../loaders.js';
import { exactly, listAt } from '../past/list-at.js';
import { type Cursor, decodeCursor, encodeCursor } from './cursor.js';
import { filtered, type Selection, sorted } from './selection.js';

/** A page of a list. */
export interface Page {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  readonly continue: string | null;
  readonly remainingItemCount: number | null;
}

/** What is listed: `reading` by the server, at the newest revision unless one is given; and how its objects are shown. */
export interface Listing {
  readonly resource: Resource;
  readonly reading: Reading;
  readonly revision?: number | undefined;
  shown(object: KubeObject): KubeObject;
}

/** Which page is wanted. */
export interface Paging {
  readonly limit: number;
  readonly continue?: string | undefined;
}

const placeOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/** All objects of a listing at one revision. */
async function wholeList(
  listing: Listing,
  revision: string | undefined,
  context: GraphContext,
): Promise<{ readonly items: readonly KubeObject[]; readonly resourceVersion: string }> {
  if (revision !== undefined) return listAt(listing, revision, context);
  const { resource, reading, shown } = listing;
  const { client, meter } = context;
  // One more than allowed, so that exceeding the limit is noticed.
  const listed = await client.list(resource, { ...reading, limit: meter.left('scanned') + 1 });
  meter.count('scanned', listed.items.length);
  const wait = meter.turn();
  if (wait) await wait;
  return { items: listed.items.map(shown), resourceVersion: listed.resourceVersion };
}

/** The revision at which a page is read; unset: the newest one. */
const revisionOf = ({ revision }: Listing, cursor: Cursor | undefined): string | undefined =>
  cursor?.revision ?? (revision === undefined ? undefined : String(revision));

/** A page in the list's own order: as many pages of the server as it takes to fill it, or `limits.filterScan` objects. */
async function scanned(
  listing: Listing,
  { limit, holds, cursor }: { readonly limit: number; readonly holds: Selection['holds']; readonly cursor: Cursor | undefined },
  { client, meter }: GraphContext,
): Promise<Page> {
  const items: KubeObject[] = [];
  const { resource, reading } = listing;
  let { page, skip = 0 } = cursor ?? ({} as Partial<Cursor>);
  let revision = revisionOf(listing, cursor);
  const answer = (next: Omit<Cursor, 'revision'> | undefined): Page => ({
    items,
    resourceVersion: revision ?? '',
    continue: next ? encodeCursor({ revision: revision ?? '', ...next }) : null,
    remainingItemCount: null,
  });
  for (let looked = 0; ; skip = 0) {
    const from = page ? { continue: page } : exactly(revision);
    const listed = await client.list(resource, { ...reading, ...from, limit: limits.largestPage });
    revision ??= listed.resourceVersion;
    meter.count('scanned', listed.items.length);
    for (const [place, object] of listed.items.entries()) {
      const wait = meter.turn();
      if (wait) await wait;
      if (place < skip) continue;
      const shown = listing.shown(object);
      if (holds?.(shown) === false) continue;
      items.push(shown);
      if (items.length < limit) continue;
      const isLast = place + 1 === listed.items.length;
      if (isLast) return answer(listed.continue ? { page: listed.continue } : undefined);
      return answer({ page, skip: place + 1 });
    }
    if (!listed.continue) return answer(undefined);
    page = listed.continue;
    looked += listed.items.length;
    if (looked >= limits.filterScan) return answer({ page });
  }
}

/** A page in the order that was asked for: all objects are looked at for each page. */
async function ordered(
  listing: Listing,
  {
    limit,
    holds,
    order,
    cursor,
  }: Required<Pick<Selection, 'order'>> & Pick<Selection, 'holds'> & { limit: number; cursor: Cursor | undefined },
  context: GraphContext,
): Promise<Page> {
  const { items, resourceVersion } = await wholeList(listing, revisionOf(listing, cursor), context);
  const matching = await filtered(items, holds, context);
  const after = cursor?.last === undefined ? undefined : matching.find((object) => placeOf(object) === cursor.last);
  if (cursor && !after) throw badInput('continue: this list does not have the object it continues behind');
  const first = await sorted(matching, { order, most: limit + 1, after }, context);
  const shown = first.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown,
    resourceVersion,
    continue: first.length > limit && last ? encodeCursor({ revision: resourceVersion, last: placeOf(last) }) : null,
    remainingItemCount: null,
  };
}

/** A page of the objects that a question selects, and where the next one begins. */
export async function selectedPage(
  listing: Listing,
  { holds, order }: Selection,
  { limit, continue: from }: Paging,
  context: GraphContext,
): Promise<Page> {
  const cursor = from ? decodeCursor(from) : undefined;
  return order ? ordered(listing, { limit, holds, order, cursor }, context) : scanned(listing, { limit, holds, cursor }, context);
}
