import { bareError, expired, type GroupResource, type KubeObject, type StatusError } from '#apimachinery';
import type { CacheEvent, CacheSink } from '#cacher';
import { Compacted, FutureRevision } from '#storage';
import { loopOf } from '../flow-control/work-share.js';
import type { ListOptions } from '../request/options.js';
import { objectKey } from './api-resource.js';
import { versionError } from './get.js';
import type { RestScope } from './scope.js';
import { type Selection, selectionOf } from './selection.js';
import { toStatusError } from './storage-errors.js';
import type { Stored } from './view.js';

export type WatchType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** Receives a watch's events, in order, synchronously. */
export interface WatchSink {
  /** `event` is the original event; unset for objects that existed at the start. */
  event(type: WatchType, stored: Stored, event?: CacheEvent): void;
  /** All events up to this revision have been delivered; `initial`: the initial state is complete. Unset: of no interest. */
  bookmark?(revision: number, initial: boolean): void;
  /** The watch has ended, with an error for the client or without one. Nothing follows. */
  end(error?: StatusError): void;
}

/** The old object, at the revision of the change that removed it from the selection. */
function leaving(previous: Stored, revision: number): Stored {
  return {
    value: previous.value,
    revision,
    get object(): KubeObject {
      const { object } = previous;
      return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    },
  };
}

/** The event type of a change for a watcher with a selector (storage/cacher/cache_watcher.go convertToWatchEvent); undefined: no event. */
function transition(event: CacheEvent, matches: Selection['matches']): { type: WatchType; stored: Stored } | undefined {
  const { current, previous } = event;
  const before = previous !== undefined && (matches === undefined || matches(previous));
  if (event.type === 'delete') return before || previous === undefined ? { type: 'DELETED', stored: current } : undefined;
  const after = matches === undefined || matches(current);
  if (after) return { type: before ? 'MODIFIED' : 'ADDED', stored: current };
  return before ? { type: 'DELETED', stored: leaving(previous, event.revision) } : undefined;
}

interface Place {
  prefix: string;
  /** Only this key, if the selection is a single object. */
  key?: string;
  matches: Selection['matches'];
}

function placeOf(scope: RestScope, options: ListOptions): Place {
  const { resource } = scope;
  const { name, namespace, matches } = selectionOf(resource, scope.namespace, scope.name, options);
  const prefix = namespace === '' ? `${resource.root}/` : `${resource.root}/${namespace}/`;
  if (name === undefined) return { prefix, matches };
  if (namespace !== '' || !resource.namespaced) return { prefix, key: objectKey(resource.stored, namespace, name), matches };
  return { prefix, matches: matches ?? (({ object }) => object.metadata.name === name) };
}

/**
 * Watches the selected objects; returns a function that stops it. Throws StatusError (and the store's errors) only before the first event;
 * a version that is too old is reported to the sink, as upstream reports it in the stream.
 */
export async function watchObjects(scope: RestScope, options: ListOptions, sink: WatchSink): Promise<() => void> {
  const { resourceVersion } = options;
  const wrong = versionError(resourceVersion);
  if (wrong !== undefined) throw bareError(wrong);
  const place = placeOf(scope, options);
  const from = Number(resourceVersion);
  // A /watch/ path has no defaults, but starts with the existing objects all the same.
  const initial = options.sendInitialEvents ?? from === 0;
  const stop = initial ? await watchFromList(scope, place, sink, from) : await follow(scope, place, sink, from > 0 ? from : undefined);
  const forget = scope.cluster.storages.whileServed(scope.resource.groupResource, () => {
    stop();
    sink.end();
  });
  if (forget === undefined) return stop;
  return () => {
    forget();
    stop();
  };
}

async function watchFromList(scope: RestScope, place: Place, sink: WatchSink, notOlderThan: number): Promise<() => void> {
  const { store } = scope.cluster;
  const { prefix, key, matches } = place;
  const filter = key === undefined ? matches : (stored: Stored & { key: string }) => stored.key === key && (matches?.(stored) ?? true);
  const listed = await store.list({
    prefix,
    ...(notOlderThan > 0 ? { notOlderThan } : {}),
    ...(filter && { filter, loop: () => loopOf(scope.cluster.share, scope.cluster.store.cluster) }),
  });
  for (const stored of listed.items) sink.event('ADDED', stored);
  sink.bookmark?.(listed.revision, true);
  return follow(scope, place, sink, listed.revision);
}

async function follow(scope: RestScope, { prefix, key, matches }: Place, sink: WatchSink, after: number | undefined): Promise<() => void> {
  const { store } = scope.cluster;
  // What outlasts the request does not keep its scope.
  const { groupResource } = scope.resource;
  let floor = 0;
  const cacheSink: CacheSink = {
    event(event) {
      if (event.revision <= floor || (key !== undefined && event.current.key !== key)) return;
      const told = transition(event, matches);
      if (told !== undefined) sink.event(told.type, told.stored, event);
    },
    ...(sink.bookmark && {
      progress(revision) {
        if (revision > floor) sink.bookmark?.(revision, false);
      },
    }),
    end(error) {
      sink.end(error === undefined ? undefined : endOf(groupResource, error));
    },
  };
  try {
    return await store.watch(prefix, after, cacheSink);
  } catch (error) {
    if (error instanceof Compacted) {
      sink.end(tooOld(error));
      return () => {};
    }
    if (!(error instanceof FutureRevision)) throw error;
    // Upstream waits silently until a version from the future is reached.
    floor = after ?? 0;
    return store.watch(prefix, undefined, cacheSink);
  }
}

function tooOld({ requested, compactRevision }: Compacted): StatusError {
  return expired(`too old resource version: ${requested} (${compactRevision})`);
}

function endOf(groupResource: GroupResource, error: Error): StatusError {
  return error instanceof Compacted ? tooOld(error) : toStatusError(error, groupResource);
}
