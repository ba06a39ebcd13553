import { tooManyRequests } from '#apimachinery';
import type { AuditRecord } from './audit-record.js';
import type { AuditStore } from './audit-store.js';
import { decodeChunk, inflated } from './chunk-reader.js';
import { LOG_LIMITS } from './limits.js';

/** Who follows a cluster's log. */
export interface Follower {
  record(record: AuditRecord): void;
  /** Ends it. */
  error(error: unknown): void;
}

export interface FollowOptions {
  store: Pick<AuditStore, 'newer' | 'newest'>;
  after(milliseconds: number, callback: () => void): () => void;
  giveWay(): Promise<void>;
}

/** Looks after which a chunk that has a lower number than one that was seen is no longer expected: it was numbered but not yet committed. */
const LATE = 30;

/** The chunks of one cluster that have been stored since the last look. */
class NewChunks {
  /** For each of the last looks, the highest number seen before it. */
  private readonly bounds: number[];
  private seen: number[] = [];

  constructor(
    private readonly store: FollowOptions['store'],
    private readonly cluster: string,
    from: number,
  ) {
    this.bounds = [from];
  }

  async look(): Promise<Buffer[]> {
    const { bounds } = this;
    const found = await this.store.newer(this.cluster, bounds[0] ?? 0, this.seen);
    for (const { id } of found) this.seen.push(id);
    bounds.push(Math.max(bounds.at(-1) ?? 0, found.at(-1)?.id ?? 0));
    if (bounds.length > LATE) bounds.shift();
    const [oldest = 0] = bounds;
    this.seen = this.seen.filter((id) => id > oldest);
    return found.map(({ body }) => body);
  }
}

/** The followers of all clusters in a process. Those of a cluster share one look at the store a second. */
export class Followers {
  private readonly clusters = new Map<string, Set<Follower>>();

  constructor(private readonly options: FollowOptions) {}

  /** Hands on each record that is stored from now on, until the returned function is called. Throws 429 if there are too many followers. */
  async follow(cluster: string, follower: Follower): Promise<() => void> {
    const known = this.clusters.get(cluster);
    if (known && known.size >= LOG_LIMITS.followers)
      throw tooManyRequests('too many subscriptions follow the audit log of the cluster', 10);
    const followers = known ?? new Set();
    this.clusters.set(cluster, followers.add(follower));
    const leave = (): void => {
      followers.delete(follower);
      if (followers.size === 0 && this.clusters.get(cluster) === followers) this.clusters.delete(cluster);
    };
    if (known) return leave;
    try {
      this.again(cluster, new NewChunks(this.options.store, cluster, await this.options.store.newest(cluster)), followers);
    } catch (error) {
      this.end(cluster, followers, error);
    }
    return leave;
  }

  private again(cluster: string, chunks: NewChunks, followers: Set<Follower>): void {
    this.options.after(LOG_LIMITS.flushEvery, () => {
      if (followers.size === 0) return;
      this.look(chunks, followers).then(
        () => this.again(cluster, chunks, followers),
        (error: unknown) => this.end(cluster, followers, error),
      );
    });
  }

  private async look(chunks: NewChunks, followers: ReadonlySet<Follower>): Promise<void> {
    for (const body of await chunks.look()) {
      for (const record of decodeChunk(await inflated(body))) {
        for (const follower of followers) follower.record(record);
        // Each follower looks whether the record matches.
        if (followers.size > 10) await this.options.giveWay();
      }
      await this.options.giveWay();
    }
  }

  private end(cluster: string, followers: ReadonlySet<Follower>, error: unknown): void {
    if (this.clusters.get(cluster) === followers) this.clusters.delete(cluster);
    for (const follower of followers) follower.error(error);
  }
}
