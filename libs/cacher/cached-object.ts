import type { KubeObject } from '#apimachinery';
import type { Cause, LogEntry, Revision, StoredObject } from '#storage';
import type { CachedObject, CacheEvent } from './cacher.js';
import type { TextPattern } from './text-pattern.js';

/** Measured on V8: parsed values take up to twice the size of their text, plus this many bytes per object or array. */
const PARSED_PER_CHARACTER = 2;
const CONTAINER_BYTES = 56;

function occurrences(text: string, character: string): number {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) count += 1;
  return count;
}

/** What an object with this key and text takes, as text and parsed. */
export function sizeInMemory(key: string, text: string): number {
  return key.length + text.length * (1 + PARSED_PER_CHARACTER) + (occurrences(text, '{') + occurrences(text, '[')) * CONTAINER_BYTES;
}

/** A cached object; parsed and measured on first access. */
class LazyObject implements CachedObject {
  #object: KubeObject | undefined;
  #read = false;
  #bytes: number | undefined;

  constructor(
    readonly key: string,
    readonly value: string,
    readonly revision: Revision,
    readonly createRevision: Revision,
    /** What parsing would return, if that is known. */
    parsed?: KubeObject,
  ) {
    this.#object = parsed;
  }

  get object(): KubeObject {
    this.#read = true;
    if (this.#object === undefined) {
      const object = JSON.parse(this.value) as KubeObject;
      object.metadata.resourceVersion = String(this.revision);
      this.#object = object;
    }
    return this.#object;
  }

  /** The object, if it is known without parsing, as of another revision. */
  asOf(revision: Revision): KubeObject | undefined {
    const object = this.#object;
    return object && { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
  }

  /** Parsed again if it is read again. */
  forget(): void {
    this.#object = undefined;
    this.#read = false;
  }

  forgetUnread(): void {
    if (!this.#read) this.#object = undefined;
  }

  get bytes(): number {
    this.#bytes ??= sizeInMemory(this.key, this.value);
    return this.#bytes;
  }

  get held(): number {
    return this.bytes;
  }
}

/** What a pattern has in common for all of its objects. */
export interface Alike {
  readonly key: string;
  readonly pattern: TextPattern;
  readonly bytes: number;
}

/** A cached object of a pattern: only what differs from the others is held in memory. Its object is made on first access, its text each time. */
class AlikeObject implements CachedObject {
  #object: KubeObject | undefined;

  constructor(
    private readonly alike: Alike,
    private readonly values: readonly string[],
    readonly revision: Revision,
    readonly createRevision: Revision,
  ) {}

  get key(): string {
    return this.alike.key;
  }

  get value(): string {
    return this.alike.pattern.textOf(this.values);
  }

  get object(): KubeObject {
    this.#object ??= this.alike.pattern.objectOf(this.values, String(this.revision));
    return this.#object;
  }

  forget(): void {
    this.#object = undefined;
  }

  get bytes(): number {
    return this.alike.bytes;
  }

  get held(): number {
    return this.alike.pattern.copied * CONTAINER_BYTES;
  }
}

/** An object whose text has these values in the places of a pattern. */
export function alikeObject(alike: Alike, values: readonly string[], { modRevision, createRevision }: StoredObject): CachedObject {
  return new AlikeObject(alike, values, modRevision, createRevision);
}

/**
 * Drops what was parsed of an object that is no longer current: it stays in the window of events for watchers that start in the past, but
 * hardly any of them reads it.
 */
export function forgetParsed(object: CachedObject): void {
  if (object instanceof LazyObject || object instanceof AlikeObject) object.forget();
}

/** Drops what was given as parsed, if nobody has read it: most objects without watchers are never read. */
export function forgetUnread(object: CachedObject): void {
  if (object instanceof LazyObject) object.forgetUnread();
}

/** A change; the cache of its encodings is created on first access. */
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

/** A stored object in the form the cache returns it. */
export function cachedObject(stored: StoredObject): CachedObject {
  return new LazyObject(stored.key, stored.value, stored.modRevision, stored.createRevision);
}

/** The last state of a deleted object: what was parsed of it is used again. */
function deletedState(previous: CachedObject | undefined, value: string, revision: Revision): KubeObject | undefined {
  return previous instanceof LazyObject && previous.value === value ? previous.asOf(revision) : undefined;
}

/**
 * A log entry as an event for watchers. `parsed`: the object of the entry, if it is known. If `previous` is not given, it is built from the
 * entry's previousValue, if that was read.
 */
export function cacheEvent(entry: LogEntry, previous?: CachedObject, parsed?: KubeObject): CacheEvent {
  const { type, key, value, revision, createRevision, previousRevision, previousValue } = entry;
  const before =
    previous ??
    (previousRevision !== undefined && previousValue !== undefined
      ? new LazyObject(key, previousValue, previousRevision, createRevision)
      : undefined);
  const object = type === 'delete' ? deletedState(previous, value, revision) : parsed;
  return new LazyEvent(type, revision, new LazyObject(key, value, revision, createRevision, object), before, entry.cause, entry.at);
}
