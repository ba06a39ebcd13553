import type { ClusterReader } from '#apiserver';

interface Kept<T> {
  changes: readonly (number | undefined)[];
  value: T;
}

/** What is made of all objects under some prefixes. */
export interface Remembered<T> {
  /** The value, if it is known and nothing has changed since it was made. */
  known(reader: ClusterReader): T | undefined;
  /** The value; made again if something has changed. */
  of(reader: ClusterReader): Promise<T>;
}

/**
 * A value that is made again only when an object under one of the prefixes has changed: a request costs a comparison of numbers as long as
 * nothing has. While a cluster's cache is cold, it is made each time.
 */
export function remembered<T>(prefixes: readonly string[], make: (reader: ClusterReader) => Promise<T>): Remembered<T> {
  const kept = new WeakMap<ClusterReader, Kept<T>>();
  const isCurrent = (reader: ClusterReader, { changes }: Kept<T>): boolean => {
    for (let index = 0; index < prefixes.length; index++) {
      const change = changes[index];
      if (change === undefined || change !== reader.changeOf(prefixes[index] as string)) return false;
    }
    return true;
  };
  const known = (reader: ClusterReader): T | undefined => {
    const entry = kept.get(reader);
    return entry !== undefined && isCurrent(reader, entry) ? entry.value : undefined;
  };
  return {
    known,
    async of(reader) {
      const found = known(reader);
      if (found !== undefined) return found;
      const changes = prefixes.map((prefix) => reader.changeOf(prefix));
      const value = await make(reader);
      kept.set(reader, { changes, value });
      return value;
    },
  };
}
