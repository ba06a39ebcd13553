import type { GraphClock, GraphTick, GraphTime } from '#graphql';
import type { OpenApi } from '#hosting';
import type { StorageAdmin } from '#storage';
import type { ClockFeed } from '../clock-feed.js';
import type { ClusterTime } from '../platform/cluster-time.js';
import type { Past } from '../platform/past.js';
import { graphError } from './problem-errors.js';

/** How often a moving clock is told of (ms). */
const TICK = 250;

/** What clocks are followed with. */
export interface FollowerParts {
  time: ClusterTime;
  past: Past;
  feed: ClockFeed;
  admin: Pick<StorageAdmin, 'open'>;
}

type Following = Parameters<GraphTime['follow']>[0];

/** Follows the clock and the log of a cluster: tells at most a few times a second what has become of them. */
export class ClockFollower {
  private readonly id: string;
  private told: { revision: number; clock: string } = { revision: 0, clock: '' };
  private timer: NodeJS.Timeout | undefined;
  /** Something has changed since the last look. */
  private dirty = false;
  private stopped = false;

  constructor(
    private readonly parts: FollowerParts,
    private readonly open: OpenApi,
    private readonly on: Following,
  ) {
    this.id = open.cluster.id;
  }

  /** The first tick is how the clock is now. */
  async start(): Promise<() => void> {
    const { store } = this.open.api.cluster;
    this.told.revision = await store.revision();
    const stopFeed = this.parts.feed.follow(this.id, () => this.changed());
    const stopWatch = await store.watch('/registry/', this.told.revision, { event: () => this.changed(), end: (error) => this.end(error) });
    this.changed();
    return () => {
      this.stopped = true;
      clearTimeout(this.timer);
      stopFeed();
      stopWatch();
    };
  }

  private changed(): void {
    this.dirty = true;
    if (this.stopped || this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.dirty = false;
      this.tell()
        .catch((error: unknown) => this.end(error))
        .finally(() => {
          this.timer = undefined;
          if (this.dirty) this.changed();
        });
    }, TICK);
  }

  private async tell(): Promise<void> {
    const clock: GraphClock = await this.parts.time.brief(this.id);
    const { revision } = await this.parts.admin.open(this.id).clock();
    const text = JSON.stringify(clock);
    if (this.stopped || (revision === this.told.revision && text === this.told.clock)) return;
    const happened = await this.parts.past.happened(this.id, this.told.revision, revision);
    this.told = { revision, clock: text };
    const tick: GraphTick = { ...clock, happened };
    if (!this.stopped) this.on.next(tick);
  }

  private end(error: unknown): void {
    this.stopped = true;
    const cause = graphError(error);
    this.on.end(cause instanceof Error ? cause : undefined);
  }
}
