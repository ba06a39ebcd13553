/** A sorted set of keys (by code unit, as etcd sorts ASCII keys). An insertion costs a binary search and moving the tail. */
export class SortedKeys {
  readonly #keys: string[] = [];

  get size(): number {
    return this.#keys.length;
  }

  /** Adds a key; does nothing if it exists. */
  add(key: string): void {
    const keys = this.#keys;
    const last = keys[keys.length - 1];
    if (last === undefined || last < key) {
      keys.push(key);
      return;
    }
    const index = this.lowerBound(key);
    if (keys[index] !== key) keys.splice(index, 0, key);
  }

  delete(key: string): void {
    const index = this.lowerBound(key);
    if (this.#keys[index] === key) this.#keys.splice(index, 1);
  }

  at(index: number): string | undefined {
    return this.#keys[index];
  }

  /** Index of the first key that is not less than `key`. */
  lowerBound(key: string): number {
    const keys = this.#keys;
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Half-open range of the indices of the keys that start with `prefix` (which ends in '/') and are greater than `after`. */
  range(prefix: string, after?: string): { start: number; end: number } {
    const end = this.lowerBound(prefixEnd(prefix));
    let start = this.lowerBound(prefix);
    if (after !== undefined && after >= prefix) {
      start = this.lowerBound(after);
      if (this.#keys[start] === after) start++;
    }
    return { start: Math.min(start, end), end };
  }
}

/** The smallest key that is greater than every key with the prefix (etcd clientv3.GetPrefixRangeEnd, for a last character below 0xffff). */
export function prefixEnd(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}
