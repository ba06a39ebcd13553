import type { KubeObject } from '#apimachinery';
import type { Cause, LogEntry, Revision, StoredObject } from '#storage';
import type { CachedObject, CacheEvent } from './cacher.js';

/** Measured on V8: the parsed values take up to twice their text, and each object or list in it so many bytes more. */
const PARSED_PER_CHARACTER = 2;
const CONTAINER_BYTES = 56;

function occurrences(text: string, character: string): number {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) count += 1;
  return count;
}

/** An object of the cache; parsed and measured when first asked for. */
class LazyObject implements CachedObject {
  #object: KubeObject | undefined;
  #bytes: number | undefined;

  constructor(
    readonly key: string,
    readonly value: string,
    readonly revision: Revision,
    readonly createRevision: Revision,
  ) {}

  get object(): KubeObject {
    if (this.#object === undefined) {
      const object = JSON.parse(this.value) as KubeObject;
      object.metadata.resourceVersion = String(this.revision);
      this.#object = object;
    }
    return this.#object;
  }

  get bytes(): number {
    this.#bytes ??=
      this.key.length +
      this.value.length * (1 + PARSED_PER_CHARACTER) +
      (occurrences(this.value, '{') + occurrences(this.value, '[')) * CONTAINER_BYTES;
    return this.#bytes;
  }
}

/** A change; the memo for its encodings is made when first asked for. */
class LazyEvent implements CacheEvent {
  #encoded: Map<string, Uint8Array> | undefined;

  constructor(
    readonly type: 'put' | 'delete',
    readonly revision: Revision,
    readonly current: CachedObject,
    readonly previous: CachedObject | undefined,
    readonly cause: Cause,
    readonly at: number,
  ) {}

  get encoded(): Map<string, Uint8Array> {
    this.#encoded ??= new Map();
    return this.#encoded;
  }
}

/** What the store holds at a key, as the cache shows it. */
export function cachedObject(stored: StoredObject): CachedObject {
  return new LazyObject(stored.key, stored.value, stored.modRevision, stored.createRevision);
}

/** A line of the log as watchers see it. Where `previous` is not given, it is made of the entry's previousValue, if that was read. */
export function cacheEvent(entry: LogEntry, previous?: CachedObject): CacheEvent {
  const { key, value, revision, createRevision, previousRevision, previousValue } = entry;
  const before =
    previous ??
    (previousRevision !== undefined && previousValue !== undefined
      ? new LazyObject(key, previousValue, previousRevision, createRevision)
      : undefined);
  return new LazyEvent(entry.type, revision, new LazyObject(key, value, revision, createRevision), before, entry.cause, entry.at);
}
