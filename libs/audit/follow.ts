import type { AuditRecord } from './audit-record.js';
import type { AuditStore } from './audit-store.js';
import { decodeChunk, inflated } from './chunk-codec.js';
import { LOG_LIMITS } from './limits.js';

export interface FollowOptions {
  store: AuditStore;
  after(milliseconds: number, callback: () => void): () => void;
  cluster: string;
  on: { record(record: AuditRecord): void; error(error: unknown): void };
}

/** Looks after which a chunk that has a lower number than one that was seen is no longer expected: it was numbered but not yet committed. */
const LATE = 30;

/** Hands on each record that is stored after now, until the returned function is called. An error ends it. */
export async function follow({ store, after, cluster, on }: FollowOptions): Promise<() => void> {
  let over = false;
  let cancel: (() => void) | undefined;
  // For each of the last looks, the highest number seen before it.
  const bounds = [await store.newest(cluster)];
  let seen: number[] = [];
  const look = async (): Promise<void> => {
    const [from = 0] = bounds;
    for (const { id, body } of await store.newer(cluster, from, seen)) {
      seen.push(id);
      for (const record of decodeChunk(await inflated(body))) {
        if (over) return;
        on.record(record);
      }
    }
    bounds.push(Math.max(bounds.at(-1) ?? 0, ...seen.slice(-1)));
    if (bounds.length > LATE) bounds.shift();
    const [oldest = 0] = bounds;
    seen = seen.filter((id) => id > oldest);
  };
  const again = (): void => {
    cancel = after(LOG_LIMITS.flushEvery, () => {
      look().then(
        () => over || again(),
        (error: unknown) => over || on.error(error),
      );
    });
  };
  again();
  return () => {
    over = true;
    cancel?.();
  };
}
