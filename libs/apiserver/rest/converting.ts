import { expired, type KubeObject } from '#apimachinery';
import type { CachedObject, CacheEvent } from '#cacher';
import { CONVERTED_AT_ONCE, CONVERTED_TEXT } from '../webhooks/limits.js';
import type { APIResource, ConversionContext } from './api-resource.js';
import type { Listing } from './list.js';
import { type RestScope, randomOf } from './scope.js';
import type { Capabilities, Written } from './storage.js';
import { toStatusError } from './storage-errors.js';
import type { Stored } from './view.js';
import type { WatchSink, WatchType } from './watch.js';

const contextOf = (scope: RestScope): ConversionContext => ({ webhooks: scope.cluster.webhooks, random: randomOf(scope) });

/** An object in a version, if something has to be asked for that; otherwise the same. */
export async function asked(scope: RestScope, object: KubeObject, apiVersion: string): Promise<KubeObject> {
  const convert = scope.resource.conversion?.convert;
  if (convert === undefined || object.apiVersion === apiVersion) return object;
  const [converted = object] = await convert([object], apiVersion, contextOf(scope));
  return converted;
}

/** What is asked for at once; at least one. */
function batchAt<T extends Stored>(all: readonly T[], start: number): T[] {
  let end = start;
  let length = 0;
  while (end < all.length && end - start < CONVERTED_AT_ONCE) {
    length += all[end]?.value.length ?? 0;
    if (end > start && length > CONVERTED_TEXT) break;
    end += 1;
  }
  return all.slice(start, end);
}

/** Stored objects as those of the request's version; they are asked for together. */
async function shown<T extends Stored>(scope: RestScope, all: readonly T[]): Promise<T[]> {
  const { conversion, apiVersion } = scope.resource;
  const made: T[] = [];
  while (made.length < all.length) {
    const batch = batchAt(all, made.length);
    const objects = batch.map(({ object }) => object);
    const converted = (await conversion?.convert?.(objects, apiVersion, contextOf(scope))) ?? objects;
    await scope.work.pause();
    for (const [index, one] of batch.entries()) made.push(inPlaceOf(one, converted[index] ?? one.object));
  }
  return made;
}

function inPlaceOf<T extends Stored>(stored: T, object: KubeObject): T {
  if (object === stored.object) return stored;
  const { revision } = stored;
  const { key = '', createRevision = 0, bytes = 0 } = stored as Partial<CachedObject>;
  const one = {
    ...{ key, revision, createRevision, bytes, object },
    get value() {
      return JSON.stringify(object);
    },
  };
  return one as Stored as T;
}

async function shownText<T extends Written>(scope: RestScope, written: T): Promise<T> {
  const stored = JSON.parse(written.value) as KubeObject;
  const object = await asked(scope, stored, scope.resource.apiVersion);
  return object === stored ? written : { ...written, value: JSON.stringify(object), object: undefined };
}

async function shownListing(scope: RestScope, listing: Listing): Promise<Listing> {
  return { ...listing, items: await shown(scope, listing.items) };
}

interface Change {
  type: WatchType;
  stored: Stored;
  event?: CacheEvent | undefined;
}

/** Passes a watch's events on in their order, each in the request's version. */
class ConvertedEvents implements WatchSink {
  private waiting: Array<Change | (() => void)> = [];
  private running = false;
  private over = false;

  constructor(
    private readonly scope: RestScope,
    private readonly sink: WatchSink,
  ) {}

  event(type: WatchType, stored: Stored, event?: CacheEvent): void {
    this.add({ type, stored, event });
    if (event !== undefined && this.waiting.length > this.scope.cluster.limits.watchQueueEvents)
      this.stop(() => this.sink.end(expired('the watch was closed because its conversion did not keep up with the events')));
  }

  bookmark(revision: number, initial: boolean): void {
    this.add(() => this.sink.bookmark?.(revision, initial));
  }

  end(error?: Parameters<WatchSink['end']>[0]): void {
    this.add(() => this.stop(() => this.sink.end(error)));
  }

  private stop(last: () => void): void {
    if (this.over) return;
    this.over = true;
    this.waiting = [];
    last();
  }

  private add(step: Change | (() => void)): void {
    if (this.over) return;
    this.waiting.push(step);
    if (this.running) return;
    this.running = true;
    void this.run()
      .catch((error: unknown) => this.stop(() => this.sink.end(toStatusError(error, this.scope.resource.groupResource))))
      .finally(() => {
        this.running = false;
      });
  }

  private async run(): Promise<void> {
    // What comes with the call that started this is converted together.
    await Promise.resolve();
    while (this.waiting.length > 0 && !this.over) {
      const first = this.waiting[0];
      if (typeof first === 'function') {
        this.waiting.shift();
        first();
        continue;
      }
      const until = this.waiting.findIndex((step) => typeof step === 'function');
      const count = Math.min(until < 0 ? this.waiting.length : until, CONVERTED_AT_ONCE);
      const batch = this.waiting.splice(0, count) as Change[];
      const objects = await shown(
        this.scope,
        batch.map(({ stored }) => stored),
      );
      if (this.over) return;
      for (const [index, { type, stored, event }] of batch.entries()) this.sink.event(type, objects[index] ?? stored, event);
    }
  }
}

/** The storage of a version whose objects somebody has to be asked for: everything that is read is in that version. */
export function converting(generic: Capabilities, { conversion }: APIResource): Capabilities {
  if (conversion?.convert === undefined) return generic;
  const { get, list, watch, create, update, delete: erase, deleteCollection } = generic;
  const made: Capabilities = { ...generic };
  if (get)
    made.get = async (scope, version) => {
      const stored = await get(scope, version);
      const [one = stored] = await shown(scope, [stored]);
      return one;
    };
  if (list) made.list = async (scope, options) => shownListing(scope, await list(scope, options));
  if (watch) made.watch = (scope, options, sink) => watch(scope, options, new ConvertedEvents(scope, sink));
  if (create)
    made.create = async (scope, object, options) => {
      const created = await create(scope, object, options);
      return 'answer' in created ? created : shownText(scope, created);
    };
  if (update) made.update = async (scope, change) => shownText(scope, await update(scope, change));
  if (erase)
    made.delete = async (scope, options) => {
      const deleted = await erase(scope, options);
      return 'written' in deleted ? { ...deleted, written: await shownText(scope, deleted.written) } : deleted;
    };
  if (deleteCollection)
    made.deleteCollection = async (scope, options, deletion) => shownListing(scope, await deleteCollection(scope, options, deletion));
  return made;
}
