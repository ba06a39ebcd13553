import { SortedKeys } from '#storage';
import type { CachedObject } from './cacher.js';

export interface IndexQuery {
  /** Ends with '/'. */
  prefix: string;
  /** Only keys greater than this one. */
  after?: string;
  limit?: number | undefined;
}

export interface IndexPage {
  items: CachedObject[];
  /** Keys after the last item. */
  remaining: number;
}

/** Counts the changes of all indexes of the process, so that numbers of different indexes are never equal. */
let changes = 0;

/** The objects of a cluster at one revision, in key order. */
export class ObjectIndex {
  readonly #objects = new Map<string, CachedObject>();
  /** Keys by resource, so that an insertion moves only the keys of one resource. */
  readonly #buckets = new Map<string, SortedKeys>();
  /** The number of the last change of each resource; for one without changes, the number when the index was created. */
  readonly #changed = new Map<string, number>();
  readonly #made = ++changes;
  /** The estimated size of all objects. */
  bytes = 0;
  /** The same without what they share with objects of other clusters. */
  held = 0;

  constructor(objects: Iterable<CachedObject>) {
    for (const object of objects) this.put(object);
  }

  get(key: string): CachedObject | undefined {
    return this.#objects.get(key);
  }

  /** Adds or replaces an object; returns the previous one. */
  put(object: CachedObject): CachedObject | undefined {
    const before = this.#objects.get(object.key);
    this.#objects.set(object.key, object);
    this.bytes += object.bytes - (before?.bytes ?? 0);
    this.held += object.held - (before?.held ?? 0);
    if (before === undefined) this.#bucket(object.key).add(object.key);
    this.#changed.set(bucketOf(object.key), ++changes);
    return before;
  }

  /** Removes an object; returns it. */
  delete(key: string): CachedObject | undefined {
    const before = this.#objects.get(key);
    if (before === undefined) return undefined;
    this.#objects.delete(key);
    this.#bucket(key).delete(key);
    this.#changed.set(bucketOf(key), ++changes);
    this.bytes -= before.bytes;
    this.held -= before.held;
    return before;
  }

  /** A number that is different after every change under a resource's prefix: `/registry/pods/`; those of some groups share one. */
  changeOf(prefix: string): number {
    return this.#changed.get(bucketOf(prefix)) ?? this.#made;
  }

  /** The number of objects. */
  get size(): number {
    return this.#objects.size;
  }

  /** The number of keys under a prefix. */
  countOf(prefix: string): number {
    const { start, end } = this.#keysUnder(prefix).range(prefix, undefined);
    return end - start;
  }

  list({ prefix, after, limit }: IndexQuery): IndexPage {
    const keys = this.#keysUnder(prefix);
    const { start, end } = keys.range(prefix, after);
    const items: CachedObject[] = [];
    let index = start;
    for (; index < end && items.length !== limit; index++) items.push(this.#objects.get(keys.at(index) as string) as CachedObject);
    return { items, remaining: end - index };
  }

  #keysUnder(prefix: string): SortedKeys {
    if (thirdSlash(prefix) >= 0) return this.#buckets.get(bucketOf(prefix)) ?? new SortedKeys();
    // A prefix above the resources (`/registry/`) is rare: collect all.
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const sorted = new SortedKeys();
    for (const key of keys) sorted.add(key);
    return sorted;
  }

  #bucket(key: string): SortedKeys {
    const name = bucketOf(key);
    const bucket = this.#buckets.get(name) ?? new SortedKeys();
    if (bucket.size === 0) this.#buckets.set(name, bucket);
    return bucket;
  }
}

/** Index of the slash that ends the resource part of a key; -1 if there is none. */
function thirdSlash(key: string): number {
  const second = key.indexOf('/', 1);
  return second < 0 ? -1 : key.indexOf('/', second + 1);
}

/** `/registry/pods/` of `/registry/pods/default/web-1`; '' of a key or prefix above the resources. */
export function bucketOf(key: string): string {
  return key.slice(0, thirdSlash(key) + 1);
}
