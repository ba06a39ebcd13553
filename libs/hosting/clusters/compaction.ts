import { type PlatformRecords, type Quotas, quotasOf } from '#platform';
import type { Retention, StorageAdmin } from '#storage';
import type { Log } from '../logging.js';

/** Interval between rounds. */
const COMPACT_EVERY = 300_000;
const MOST = 1_000;

/** The retention of a cluster's log according to its organization's quotas. Ages are known to a sixth of the time. */
function retentionOf({ logMinutes, logRevisions }: Quotas): Retention {
  const age = Math.max(1, logMinutes) * 60_000;
  return { age, revisions: logRevisions, every: age / 6 };
}

/** The retention of the clusters whose organizations have set a non-default one. */
async function exceptionsIn(records: Pick<PlatformRecords, 'organizations' | 'clusterIds'>): Promise<Map<string, Retention>> {
  const exceptions = new Map<string, Retention>();
  for (const { id, quotas } of await records.organizations()) {
    if (quotas.logMinutes === undefined && quotas.logRevisions === undefined) continue;
    const retention = retentionOf(quotasOf(quotas));
    for (const cluster of await records.clusterIds(id)) exceptions.set(cluster, retention);
  }
  return exceptions;
}

/**
 * Compacts the logs of clusters according to their organizations' quotas. The store remembers the revision of each log at past times, so
 * nothing is lost in a restart. Several processes may do this: compacting twice changes nothing.
 */
export class Compaction {
  constructor(
    private readonly admin: Pick<StorageAdmin, 'open' | 'compactable'>,
    private readonly options: { records: Pick<PlatformRecords, 'organizations' | 'clusterIds'>; now: () => number; log: Log },
  ) {}

  /** One round, longest overdue first. Skips clusters without writes since their last compaction. */
  async round(): Promise<void> {
    const { records, now, log } = this.options;
    const exceptions = await exceptionsIn(records);
    for (;;) {
      const found = await this.admin.compactable({ ...retentionOf(quotasOf({})), now: now(), limit: MOST, exceptions });
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

  /** Starts the rounds; returns a function that stops them. */
  start(every = COMPACT_EVERY): () => void {
    const round = () => {
      this.round().catch((error: unknown) => this.options.log.warn({ err: error }, 'compaction failed; the next round tries again'));
    };
    const timer = setInterval(round, every);
    timer.unref();
    // So that workers that are restarted before their first interval compact too.
    round();
    return () => clearInterval(timer);
  }
}
