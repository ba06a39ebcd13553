import type { AuditStore, StoredChunk } from './audit-store.js';
import { LOG_LIMITS } from './limits.js';

const later = (a: StoredChunk, b: StoredChunk): number => b.lastAt - a.lastAt || b.id - a.id;

/** Chunks in memory, for tests. */
export function memoryAuditStore({ bytes, age }: { bytes: number; age: number }): AuditStore {
  const clusters = new Map<string, StoredChunk[]>();
  let ids = 0;
  const of = (cluster: string) => clusters.get(cluster) ?? [];
  return {
    async append(chunks) {
      for (const { cluster, ...chunk } of chunks) clusters.set(cluster, [...of(cluster), { ...chunk, id: ++ids }]);
    },
    async latest(cluster, after, limit) {
      const follows = (chunk: StoredChunk) =>
        after === undefined || chunk.lastAt < after.lastAt || (chunk.lastAt === after.lastAt && chunk.id < after.id);
      return of(cluster).filter(follows).sort(later).slice(0, limit);
    },
    newer: async (cluster, than, known) => of(cluster).filter(({ id }) => id > than && !known.includes(id)),
    newest: async (cluster) => of(cluster).at(-1)?.id ?? 0,
    async trim(named) {
      for (const cluster of named) {
        let kept = 0;
        const fits = ({ body }: StoredChunk) => {
          kept += body.length + LOG_LIMITS.chunkOverhead;
          return kept <= bytes;
        };
        clusters.set(cluster, of(cluster).toReversed().filter(fits).toReversed());
      }
    },
    async expire(now) {
      for (const [cluster, chunks] of clusters)
        clusters.set(
          cluster,
          chunks.filter(({ lastAt }) => lastAt >= now - age),
        );
    },
  };
}
