/** Keys in a chunk at most: moving that many is cheap, and so is finding a chunk among those of a million keys. */
const CHUNK = 512;

/**
 * A sorted set of keys (by code unit, as etcd sorts ASCII keys), in chunks: an insertion costs two binary searches and moving the tail of a
 * chunk.
 */
export class SortedKeys {
  /** None is empty. */
  #chunks: string[][] = [];
  #size = 0;
  /** The chunk that was read last, and the index of its first key: keys are mostly read in a row. */
  #read = 0;
  #readFrom = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a key; does nothing if it exists. */
  add(key: string): void {
    const chunks = this.#chunks;
    // A key after all others belongs to the last chunk.
    const place = Math.min(this.#chunkOf(key), Math.max(0, chunks.length - 1));
    const chunk = chunks[place];
    if (chunk === undefined) {
      // No larger than it must be: a cluster has many sets of few keys.
      this.#chunks = [[key]];
    } else {
      const index = lowerBound(chunk, key);
      if (chunk[index] === key) return;
      if (index === chunk.length) chunk.push(key);
      else chunk.splice(index, 0, key);
      if (chunk.length > CHUNK) chunks.splice(place + 1, 0, chunk.splice(index === CHUNK ? CHUNK : CHUNK / 2));
    }
    this.#size++;
    this.#read = this.#readFrom = 0;
  }

  delete(key: string): void {
    const place = this.#chunkOf(key);
    const chunk = this.#chunks[place];
    if (chunk === undefined) return;
    const index = lowerBound(chunk, key);
    if (chunk[index] !== key) return;
    chunk.splice(index, 1);
    if (chunk.length === 0) this.#chunks.splice(place, 1);
    this.#size--;
    this.#read = this.#readFrom = 0;
  }

  at(index: number): string | undefined {
    if (index < this.#readFrom) this.#read = this.#readFrom = 0;
    for (;;) {
      const chunk = this.#chunks[this.#read];
      if (chunk === undefined || index < this.#readFrom + chunk.length) return chunk?.[index - this.#readFrom];
      // The end is not remembered: nothing can be read there.
      if (this.#read === this.#chunks.length - 1) return undefined;
      this.#readFrom += chunk.length;
      this.#read++;
    }
  }

  /** Index of the first key that is not less than `key`. */
  lowerBound(key: string): number {
    const place = this.#chunkOf(key);
    let before = 0;
    for (let i = 0; i < place; i++) before += (this.#chunks[i] as string[]).length;
    const chunk = this.#chunks[place];
    return chunk === undefined ? before : before + lowerBound(chunk, key);
  }

  /** Half-open range of the indices of the keys that start with `prefix` (which ends in '/') and are greater than `after`. */
  range(prefix: string, after?: string): { start: number; end: number } {
    const end = this.lowerBound(prefixEnd(prefix));
    let start = this.lowerBound(prefix);
    if (after !== undefined && after >= prefix) {
      start = this.lowerBound(after);
      if (this.at(start) === after) start++;
    }
    return { start: Math.min(start, end), end };
  }

  /** Index of the first chunk whose last key is not less than `key`. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const chunk = this.#chunks[middle] as string[];
      if ((chunk[chunk.length - 1] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Index of the first of the sorted keys that is not less than `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The smallest key that is greater than every key with the prefix (etcd clientv3.GetPrefixRangeEnd, for a last character below 0xffff). */
export function prefixEnd(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}
