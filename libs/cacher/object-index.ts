import { SortedKeys } from '#storage';
import type { CachedObject } from './cacher.js';

export interface IndexQuery {
  /** Ends with '/'. */
  prefix: string;
  /** Only keys greater than this one. */
  after?: string;
  limit?: number;
  filter?: (object: CachedObject) => boolean;
}

export interface IndexPage {
  items: CachedObject[];
  /** Whether an object that passes the filter comes after the last item. */
  more: boolean;
  /** Keys after the last item, whether they pass the filter or not. */
  remaining: number;
}

/** Counts the changes of all indexes of the process, so that no two of them are ever taken for one another. */
let changes = 0;

/** Objects of a cluster at one revision, in the order of their keys. */
export class ObjectIndex {
  readonly #objects = new Map<string, CachedObject>();
  /** Keys by resource, so that inserting moves only the keys of one resource. */
  readonly #buckets = new Map<string, SortedKeys>();
  /** The last change of each resource; of one without any, the making of the index. */
  readonly #changed = new Map<string, number>();
  readonly #made = ++changes;
  /** What all objects are reckoned to take. */
  bytes = 0;

  constructor(objects: Iterable<CachedObject>) {
    for (const object of objects) this.put(object);
  }

  get(key: string): CachedObject | undefined {
    return this.#objects.get(key);
  }

  /** Puts an object in; returns the one that stood there. */
  put(object: CachedObject): CachedObject | undefined {
    const before = this.#objects.get(object.key);
    this.#objects.set(object.key, object);
    this.bytes += object.bytes - (before?.bytes ?? 0);
    if (before === undefined) this.#bucket(object.key).add(object.key);
    this.#changed.set(bucketOf(object.key), ++changes);
    return before;
  }

  /** Takes an object out; returns it. */
  delete(key: string): CachedObject | undefined {
    const before = this.#objects.get(key);
    if (before === undefined) return undefined;
    this.#objects.delete(key);
    this.#bucket(key).delete(key);
    this.#changed.set(bucketOf(key), ++changes);
    this.bytes -= before.bytes;
    return before;
  }

  /** Another number after every change under a resource's prefix: `/registry/pods/`. */
  changeOf(prefix: string): number {
    return this.#changed.get(prefix) ?? this.#made;
  }

  /** Objects in it. */
  get size(): number {
    return this.#objects.size;
  }

  /** Keys under a prefix. */
  countOf(prefix: string): number {
    const { start, end } = this.#keysUnder(prefix).range(prefix, undefined);
    return end - start;
  }

  list({ prefix, after, limit, filter }: IndexQuery): IndexPage {
    const keys = this.#keysUnder(prefix);
    const { start, end } = keys.range(prefix, after);
    const items: CachedObject[] = [];
    let index = start;
    for (; index < end && items.length !== limit; index++) {
      const object = this.#at(keys, index);
      if (filter === undefined || filter(object)) items.push(object);
    }
    const remaining = end - index;
    if (filter !== undefined) while (index < end && !filter(this.#at(keys, index))) index++;
    return { items, more: index < end, remaining };
  }

  #at(keys: SortedKeys, index: number): CachedObject {
    return this.#objects.get(keys.at(index) as string) as CachedObject;
  }

  #keysUnder(prefix: string): SortedKeys {
    if (thirdSlash(prefix) >= 0) return this.#buckets.get(bucketOf(prefix)) ?? new SortedKeys();
    // A prefix above the resources (`/registry/`) is rare: gather.
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

/** Index of the slash that ends the resource's part of a key; -1 where there is none. */
function thirdSlash(key: string): number {
  const second = key.indexOf('/', 1);
  return second < 0 ? -1 : key.indexOf('/', second + 1);
}

/** `/registry/pods/` of `/registry/pods/default/web-1`. */
function bucketOf(key: string): string {
  return key.slice(0, thirdSlash(key) + 1);
}
