import type { Informers } from './informers.js';

/** What a component keeps in memory about each cluster: made when it is first asked for, and gone with the cluster's informers. */
export function perCluster<T extends object>(make: (informers: Informers) => T): (informers: Informers) => T {
  const kept = new WeakMap<Informers, T>();
  return (given) => {
    const informers = given.origin ?? given;
    const known = kept.get(informers) ?? make(informers);
    kept.set(informers, known);
    return known;
  };
}
