import type { AuditEvent } from '#apiserver';
import { ChunkWriter } from './chunk-writer.js';
import { LOG_LIMITS } from './limits.js';

/** A cluster's events that are not stored yet. */
interface Waiting {
  /** The last one is being filled. */
  chunks: ChunkWriter[];
  unauthenticated: number;
}

const isUnauthenticated = ({ attributes, impersonator }: AuditEvent): boolean => {
  const user = impersonator ?? attributes?.user;
  return user === undefined || user.name === '' || user.groups.includes('system:unauthenticated');
};

/**
 * The events of a process that wait to be stored. What they may take is bounded for each cluster; beyond it a cluster's own oldest events are
 * dropped, a chunk at a time, however many events other clusters have.
 */
export class WaitingEvents {
  private readonly clusters = new Map<string, Waiting>();
  /** Events that were dropped since the process started. */
  dropped = 0;

  /** `at`: when the event's request arrived. */
  add(cluster: string, event: AuditEvent, at: number): void {
    const waiting = this.clusters.get(cluster) ?? this.open(cluster);
    if (isUnauthenticated(event) && ++waiting.unauthenticated > LOG_LIMITS.unauthenticatedPerFlush) {
      this.dropped += 1;
      return;
    }
    const last = waiting.chunks.at(-1);
    const room = last !== undefined && last.events < LOG_LIMITS.chunkEvents && last.bytes < this.bytesEach() / LOG_LIMITS.chunksWaiting;
    (room ? last : this.next(waiting)).add(event, at);
  }

  /** Takes what waits: of one cluster, or of all. */
  take(cluster?: string): Map<string, ChunkWriter[]> {
    const taken = new Map<string, ChunkWriter[]>();
    for (const [id, { chunks }] of this.clusters) {
      if (cluster !== undefined && id !== cluster) continue;
      if (chunks.length > 0) taken.set(id, chunks);
      this.clusters.delete(id);
    }
    return taken;
  }

  /** Chunks that could not be stored wait again, before those that came since. */
  putBack(cluster: string, chunks: readonly ChunkWriter[]): void {
    const waiting = this.clusters.get(cluster) ?? this.open(cluster);
    waiting.chunks = [...chunks, ...waiting.chunks];
    this.dropOldest(waiting);
  }

  private open(cluster: string): Waiting {
    const waiting = { chunks: [], unauthenticated: 0 };
    this.clusters.set(cluster, waiting);
    return waiting;
  }

  private next(waiting: Waiting): ChunkWriter {
    const chunk = new ChunkWriter();
    waiting.chunks.push(chunk);
    this.dropOldest(waiting);
    return chunk;
  }

  private bytesEach(): number {
    const share = LOG_LIMITS.waiting / this.clusters.size;
    return Math.max(LOG_LIMITS.waitingAtLeast, Math.min(LOG_LIMITS.waitingPerCluster, share));
  }

  private dropOldest({ chunks }: Waiting): void {
    const most = this.bytesEach();
    let bytes = 0;
    for (const chunk of chunks) bytes += chunk.bytes;
    while (bytes > most && chunks.length > 1) {
      const oldest = chunks.shift();
      bytes -= oldest?.bytes ?? 0;
      this.dropped += oldest?.events ?? 0;
    }
  }
}
