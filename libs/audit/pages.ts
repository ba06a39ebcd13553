import { badRequest } from '#apimachinery';
import { type AuditFilter, type AuditRecord, matches } from './audit-record.js';
import type { AuditStore, StoredChunk } from './audit-store.js';
import { decodeChunk, inflated } from './chunk-reader.js';
import { LOG_LIMITS } from './limits.js';

/** Which page of what matches. */
export interface PageRequest {
  limit: number;
  /** The `continue` of the previous page. Throws 400 if it is not one. */
  continue?: string;
  /** Called between pieces of work, instead of the log's; what it returns is waited for. */
  giveWay?(): Promise<void> | undefined;
}

/** Events, newest first. */
export interface Page {
  items: AuditRecord[];
  /** Gets the next page; unset on the last one. */
  continue?: string;
}

/** The place of a record: newest first, by arrival, then by chunk, then within the chunk. */
interface Place {
  at: number;
  chunk: number;
  index: number;
}

interface Placed {
  place: Place;
  record: AuditRecord;
}

const textOf = ({ at, chunk, index }: Place): string => `${at}.${chunk}.${index}`;

function placeOf(text: string): Place {
  const match = /^(\d{1,15})\.(\d{1,15})\.(\d{1,6})$/.exec(text);
  if (match === null) throw badRequest('continue: is not the continue of a page');
  return { at: Number(match[1]), chunk: Number(match[2]), index: Number(match[3]) };
}

const newestFirst = (a: Place, b: Place): number => b.at - a.at || b.chunk - a.chunk || b.index - a.index;

/** Texts that a chunk must contain if any of its records matches. */
function wantedTexts({ user, resource, namespace, name, id }: AuditFilter): string[] {
  const quoted = (text: string): string => JSON.stringify(text).slice(1, -1);
  // A user stands inside a text of its own, where it is quoted once more.
  const users = user === undefined ? [] : [quoted(quoted(user))];
  return [...users, ...[resource?.split('/')[0], namespace, name, id].filter((text) => text !== undefined).map(quoted)];
}

async function matching(chunk: StoredChunk, filter: AuditFilter, before: Place | undefined): Promise<Placed[]> {
  const json = await inflated(chunk.body);
  if (!wantedTexts(filter).every((text) => json.includes(text))) return [];
  const placed = decodeChunk(json).map((record, index) => ({
    record,
    place: { at: Date.parse(record.requestReceivedTimestamp), chunk: chunk.id, index },
  }));
  return placed.filter(({ record, place }) => (before === undefined || newestFirst(before, place) < 0) && matches(record, filter));
}

const overlaps = ({ firstAt, lastAt }: StoredChunk, { since, until }: AuditFilter): boolean =>
  (since === undefined || lastAt >= since) && (until === undefined || firstAt < until);

type PageOfRequest = PageRequest & Required<Pick<PageRequest, 'giveWay'>> & { filter: AuditFilter };

/**
 * Reads a cluster's chunks from the latest on until the page is full. Chunks of several processes overlap in time: a record has its place as
 * soon as it is later than everything in the chunks that have not been read.
 */
export async function pageOf(store: AuditStore, cluster: string, request: PageOfRequest): Promise<Page> {
  const { filter, limit, giveWay } = request;
  const before = request.continue === undefined ? undefined : placeOf(request.continue);
  // Chunks whose last record is later may still have earlier ones, so reading begins with the latest.
  let found: Placed[] = [];
  let after: StoredChunk | undefined;
  for (;;) {
    const chunks = await store.latest(cluster, after, LOG_LIMITS.chunksPerRead);
    for (const chunk of chunks) {
      if (!overlaps(chunk, filter) || (before && chunk.firstAt > before.at)) continue;
      found.push(...(await matching(chunk, filter, before)));
      await giveWay();
    }
    after = chunks.at(-1);
    const unread = chunks.length < LOG_LIMITS.chunksPerRead || (filter.since !== undefined && (after?.lastAt ?? 0) < filter.since);
    const bound = unread ? Number.NEGATIVE_INFINITY : (after?.lastAt ?? 0);
    found = found.sort((a, b) => newestFirst(a.place, b.place)).slice(0, limit + 1);
    const settled = found.filter(({ place }) => place.at > bound);
    if (settled.length <= limit && !unread) continue;
    const items = settled.slice(0, limit);
    const last = items.at(-1);
    return { items: items.map(({ record }) => record), ...(settled.length > limit && last ? { continue: textOf(last.place) } : {}) };
  }
}
