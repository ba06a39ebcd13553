import type { ClusterReader } from '#apiserver';

interface Kept<T> {
  changes: readonly (number | undefined)[];
  value: T;
}

/**
 * A value that is made of all objects under some prefixes, and made again only when one of them has changed: a request costs a comparison
 * of numbers as long as nothing has. While a cluster's cache is cold, it is made each time.
 */
export function remembered<T>(
  prefixes: readonly string[],
  make: (reader: ClusterReader) => Promise<T>,
): (reader: ClusterReader) => T | Promise<T> {
  const kept = new WeakMap<ClusterReader, Kept<T>>();
  const isCurrent = (reader: ClusterReader, { changes }: Kept<T>): boolean => {
    for (let index = 0; index < prefixes.length; index++) {
      const change = changes[index];
      if (change === undefined || change !== reader.changeOf(prefixes[index] as string)) return false;
    }
    return true;
  };
  const again = async (reader: ClusterReader): Promise<T> => {
    const changes = prefixes.map((prefix) => reader.changeOf(prefix));
    const value = await make(reader);
    kept.set(reader, { changes, value });
    return value;
  };
  return (reader) => {
    const known = kept.get(reader);
    return known !== undefined && isCurrent(reader, known) ? known.value : again(reader);
  };
}
