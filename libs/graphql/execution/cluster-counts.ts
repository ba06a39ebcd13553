/** Adds to the count of a cluster. A count that is zero is not kept. */
export function addToCount(counts: Map<string, number>, cluster: string, by: number): void {
  const count = (counts.get(cluster) ?? 0) + by;
  if (count > 0) counts.set(cluster, count);
  else counts.delete(cluster);
}
