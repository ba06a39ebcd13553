import type { Retention, StorageAdmin } from '#storage';
import type { Log } from '../logging.js';

/** How often it is looked what may be compacted. */
const COMPACT_EVERY = 300_000;
const MOST = 1_000;

/**
 * Forgets what clusters' logs hold beyond what is to be kept of them. Where logs stood at which time is remembered in the store: a process
 * that ends takes nothing along. Several may do it: compacting twice changes nothing.
 */
export class Compaction {
  constructor(
    private readonly admin: Pick<StorageAdmin, 'open' | 'compactable'>,
    private readonly options: { retention: Retention; now: () => number; log: Log },
  ) {}

  /** One round, the longest overdue first. Clusters without writes since their last compaction are not looked at. */
  async round(): Promise<void> {
    const { retention, now, log } = this.options;
    for (;;) {
      const found = await this.admin.compactable({ ...retention, now: now(), limit: MOST });
      let failed = 0;
      for (const { cluster, revision } of found) {
        try {
          await this.admin.open(cluster).compact(revision);
        } catch (error) {
          failed += 1;
          log.warn({ err: error, cluster }, 'compaction failed; the next round tries again');
        }
      }
      if (found.length < MOST || failed > 0) return;
    }
  }

  /** Begins the rounds; answers how to end them. */
  start(every = COMPACT_EVERY): () => void {
    const round = () => {
      this.round().catch((error: unknown) => this.options.log.warn({ err: error }, 'compaction failed; the next round tries again'));
    };
    const timer = setInterval(round, every);
    timer.unref();
    // A worker that never lives until its first round compacts all the same.
    round();
    return () => clearInterval(timer);
  }
}
