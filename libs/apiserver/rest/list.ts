import { badRequest, expired, type StatusError } from '#apimachinery';
import type { CachedObject } from '#cacher';
import { Compacted, FutureRevision } from '#storage';
import { loopOf } from '../flow-control/work-share.js';
import { decodeContinue, encodeContinue, InvalidContinue } from '../request/continue-token.js';
import type { ListOptions } from '../request/options.js';
import { objectKey } from './api-resource.js';
import { versionError } from './get.js';
import type { RestScope } from './scope.js';
import { type Selection, selectionOf } from './selection.js';

/** A page of a list. */
export interface Listing {
  items: readonly CachedObject[];
  /** 0 if the objects are not stored. */
  revision: number;
  /** The continue token; '' if there are no more items. */
  continue: string;
  remaining?: number;
}

/** What to read, from the options (apiserver/pkg/storage ValidateListOptions). */
interface Reading {
  at?: number;
  notOlderThan?: number;
  after?: string;
  limit?: number;
}

const INCONSISTENT =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

function readingOf(options: ListOptions, prefix: string): Reading {
  const { resourceVersion, resourceVersionMatch: match } = options;
  // A list from '0' is served whole from the cache (storage/cacher delegate.go).
  const limited = options.limit > 0 && resourceVersion !== '0' ? { limit: options.limit } : {};
  if (options.continue !== '') return { ...continued(options, prefix), ...(options.limit > 0 ? { limit: options.limit } : {}) };
  if (resourceVersion === '') return limited;
  const wrong = versionError(resourceVersion);
  if (wrong !== undefined) throw badRequest(`invalid resource version: ${wrong}`);
  const version = Number(resourceVersion);
  if (match === 'Exact' || (match === '' && options.limit > 0 && version > 0)) return { ...limited, at: version };
  return { ...limited, notOlderThan: version };
}

function continued({ continue: text, resourceVersion }: ListOptions, prefix: string): Reading {
  try {
    const token = decodeContinue(text, prefix);
    if (resourceVersion !== '' && resourceVersion !== '0') {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    // The key in a token is the first one to read: the last one that was read, followed by a NUL, which no key contains.
    const [after = ''] = token.start.split('\u0000', 1);
    return token.revision > 0 ? { after, at: token.revision } : { after };
  } catch (error) {
    if (error instanceof InvalidContinue) throw badRequest(`invalid continue token: ${error.message}`);
    throw error;
  }
}

/** 410 with a token that continues at the newest revision (storage/etcd3/errors.go handleCompactedErrorForPaging). */
function inconsistentContinue(reading: Reading, prefix: string): StatusError {
  const error = expired(INCONSISTENT);
  Object.assign(error.status, { metadata: { continue: encodeContinue(reading.after ?? prefix, prefix, -1) } });
  return error;
}

/** Reads one page of the selected objects. Throws StatusError, and the store's errors (see storage-errors.ts). */
export async function listObjects(scope: RestScope, options: ListOptions): Promise<Listing> {
  const { resource, cluster } = scope;
  const selection = selectionOf(resource, scope.namespace, scope.name, options);
  if (selection.name !== undefined && (selection.namespace !== '' || !resource.namespaced)) return single(scope, selection, options);
  const prefix = selection.namespace === '' ? `${resource.root}/` : `${resource.root}/${selection.namespace}/`;
  const reading = readingOf(options, prefix);
  const { matches } = selection;
  const name = selection.name;
  const filter = matches ?? (name === undefined ? undefined : ({ object }: CachedObject) => object.metadata.name === name);
  const filtering = filter && { filter, loop: () => loopOf(scope.cluster.share, scope.cluster.store.cluster) };
  const listed = await cluster.store.list({ prefix, ...reading, ...filtering }).catch((error: unknown) => {
    if (error instanceof Compacted && reading.after !== undefined) throw inconsistentContinue(reading, prefix);
    throw error;
  });
  const last = listed.items.at(-1);
  const more = listed.more && last !== undefined;
  return {
    items: listed.items,
    revision: reading.at ?? listed.revision,
    continue: more ? encodeContinue(last.key, prefix, reading.at ?? listed.revision) : '',
    ...(more && filter === undefined && listed.remaining !== undefined ? { remaining: listed.remaining } : {}),
  };
}

/** fieldSelector=metadata.name=x: a get that returns a list. */
async function single(scope: RestScope, selection: Selection, options: ListOptions): Promise<Listing> {
  const { store } = scope.cluster;
  const reading = readingOf(options, `${scope.resource.root}/`);
  const key = objectKey(scope.resource.stored, selection.namespace, selection.name ?? '');
  if (reading.at !== undefined) {
    const past = await store.past(key, reading.at);
    return { items: past !== undefined && (selection.matches?.(past) ?? true) ? [past] : [], revision: reading.at, continue: '' };
  }
  // The revision is read first: otherwise a change between the two reads would be neither in the list nor in a watch from its version.
  const known = await store.revision();
  if (reading.notOlderThan !== undefined && reading.notOlderThan > known) throw new FutureRevision(reading.notOlderThan, known);
  const stored = await store.get(key);
  const revision = Math.max(known, stored?.revision ?? 0);
  const found = stored !== undefined && (selection.matches?.(stored) ?? true);
  return { items: found ? [stored] : [], revision, continue: '' };
}
