import type { Revision, StorageAdmin } from '#storage';
import type { Log } from '../logging.js';

/** How often logs are compacted, and so how much of them is kept at least (kube-apiserver --etcd-compaction-interval). */
const COMPACT_EVERY = 300_000;
const most = 10_000;

/**
 * Compacts clusters' logs as kube-apiserver does: at each round to where the log stood at the round before, so that everything of the
 * last interval stays readable. Several processes may do it: compacting twice changes nothing.
 */
export class Compaction {
  private last = new Map<string, Revision>();

  constructor(
    private readonly admin: Pick<StorageAdmin, 'open' | 'uncompacted'>,
    private readonly log: Log,
  ) {}

  /** One round. Clusters without writes since their last compaction are not looked at. */
  async round(): Promise<void> {
    const found = await this.admin.uncompacted(most);
    const before = this.last;
    this.last = new Map(found.map(({ cluster, revision }) => [cluster, revision]));
    for (const { cluster } of found) {
      const revision = before.get(cluster);
      if (revision === undefined) continue;
      try {
        await this.admin.open(cluster).compact(revision);
      } catch (error) {
        this.log.warn({ err: error, cluster }, 'compaction failed; the next round tries again');
      }
    }
  }

  /** Begins the rounds; answers how to end them. */
  start(every = COMPACT_EVERY): () => void {
    const timer = setInterval(() => {
      this.round().catch((error: unknown) => this.log.warn({ err: error }, 'compaction failed; the next round tries again'));
    }, every);
    timer.unref();
    return () => clearInterval(timer);
  }
}
