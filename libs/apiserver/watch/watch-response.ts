import { expired, type Status } from '#apimachinery';
import type { Limits } from '../limits.js';
import type { ListOptions } from '../request/options.js';
import type { RestScope } from '../rest/scope.js';
import { toStatusError } from '../rest/storage-errors.js';
import { watchObjects } from '../rest/watch.js';
import { WatchEncoder, type WatchForm } from './watch-encoder.js';
import { type ByteStream, FrameQueue } from './watch-stream.js';

const SECOND = 1000;

/**
 * The lifetime of a watch, in milliseconds of the machine (endpoints/handlers/get.go). Randomized by the request's id, so that watches do
 * not all end at the same time.
 */
function lifetime(options: ListOptions, limits: Limits, requestId: string): number {
  const asked = (options.timeoutSeconds ?? 0) * SECOND;
  // A negative timeout expires immediately, as a context's does.
  if (asked !== 0) return Math.min(Math.max(asked, 0), limits.watchLongest);
  let sum = 0;
  for (let i = 0; i < requestId.length; i++) sum = (sum * 31 + requestId.charCodeAt(i)) % 1000;
  return Math.floor(limits.watchTimeout * (1 + sum / 1000));
}

/**
 * Opens a watch as a stream of frames; bytes flow once the stream is started. Throws StatusError only before anything was sent. Ends at its
 * timeout with a last bookmark, when its reader falls too far behind, or when the cluster's store ends it.
 */
export async function openWatch(
  scope: RestScope,
  options: ListOptions,
  { onEnd, ...form }: Omit<WatchForm, 'clock'> & { onEnd(): void },
): Promise<ByteStream> {
  const { timers, limits, clock } = scope.cluster;
  const encoder = new WatchEncoder({ ...form, clock });
  let stop: (() => void) | undefined;
  let cancelTimer: (() => void) | undefined;
  let progress = 0;
  let over = false;
  const overflow = () => encoder.error(lagging());
  const queue = new FrameQueue(limits, overflow, () => {
    over = true;
    onEnd();
    cancelTimer?.();
    stop?.();
  });
  /** Pushes a frame; an object that cannot be shown in this version ends the watch. */
  const shown = (make: () => Uint8Array) => {
    try {
      queue.push(make());
    } catch (error) {
      queue.push(encoder.error(toStatusError(error, scope.resource.groupResource).status));
      queue.finish();
    }
  };
  const watch = scope.storage.watch ?? watchObjects;
  stop = await watch(scope, options, {
    event(type, stored, event) {
      progress = Math.max(progress, stored.revision);
      if (event === undefined) queue.pushInitial(encoder.initial(stored));
      else shown(() => encoder.event(type, stored, event));
    },
    bookmark(revision, initial) {
      progress = revision;
      if (initial && options.allowWatchBookmarks) queue.push(encoder.bookmark(revision, true));
    },
    end(error) {
      if (error !== undefined) queue.push(encoder.error(error.status));
      queue.finish();
    },
  });
  if (over) {
    stop();
    return queue;
  }
  const bookmark = () => {
    if (options.allowWatchBookmarks && progress > 0) queue.push(encoder.bookmark(progress, false));
  };
  let left = lifetime(options, limits, scope.requestId);
  const tick = () => {
    const wait = options.allowWatchBookmarks ? Math.min(left, limits.watchBookmarkEvery) : left;
    left -= wait;
    cancelTimer = timers.after(wait, () => {
      bookmark();
      if (left > 0) tick();
      else queue.finish();
    });
  };
  tick();
  return queue;
}

/** The error for a reader that has fallen too far behind: it has to list again. */
function lagging(): Status {
  return expired('the watch was closed because its reader did not keep up with the events').status;
}
