import { GraphQLError } from 'graphql';
import type { GraphClock, GraphTick, GraphTime } from '#graphql';
import type { OpenApi } from '#hosting';
import { Problem } from '#hosting';
import type { StorageAdmin } from '#storage';
import type { ClockFeed } from '../clock-feed.js';
import type { ClusterCopies } from '../platform/cluster-copies.js';
import type { ClusterTime } from '../platform/cluster-time.js';
import type { Past } from '../platform/past.js';
import { pastProblem } from '../platform/problems.js';
import { type ClusterAddress, createdView } from '../platform/views.js';
import type { StartStream } from './standing-streams.js';

/** What the time of clusters is told from, and turned with. */
export interface GraphTimeParts {
  time: ClusterTime;
  clusterCopies: ClusterCopies;
  past: Past;
  address: ClusterAddress;
  feed: ClockFeed;
  admin: Pick<StorageAdmin, 'open'>;
}

/** Who asks for it. */
export interface TimeCaller {
  open: OpenApi;
  requestId: string;
  /** Throws for users who may not see or change everything in the cluster. */
  check(): Promise<void>;
  start: StartStream;
  /** Whether it is the platform's token. */
  platform: boolean;
}

/** How often a moving clock is told of (ms). */
const TICK = 250;

const CODES: Readonly<Record<number, string>> = { 403: 'FORBIDDEN', 404: 'NOT_FOUND', 409: 'CONFLICT', 410: 'EXPIRED', 504: 'TIMEOUT' };

/** What the client can do something about, in the graph's words. */
function graphError(error: unknown): unknown {
  const cause = pastProblem(error);
  if (!(cause instanceof Problem)) return error;
  return new GraphQLError(cause.message, { extensions: { code: CODES[cause.status] ?? 'BAD_USER_INPUT' } });
}

/** The time and the past of one cluster for the graph. */
export function graphTime(parts: GraphTimeParts, caller: TimeCaller): GraphTime {
  const { time, clusterCopies: copies, past, address } = parts;
  const { requestId } = caller;
  const { id } = caller.open.cluster;
  const asked = <T>(work: () => Promise<T>): Promise<T> =>
    caller
      .check()
      .then(work)
      .catch((error: unknown) => {
        throw graphError(error);
      });
  return {
    clock: () => asked(() => time.brief(id)),
    async change(clock) {
      await asked(() => time.change(id, { clock }));
      return time.brief(id);
    },
    advance: (request) => asked(() => time.advance(id, request)),
    cancel: () =>
      asked(() => time.cancel(id)).then(
        () => true,
        (error: unknown) => {
          if (error instanceof GraphQLError && error.extensions.code === 'NOT_FOUND') return false;
          throw error;
        },
      ),
    follow: (on) =>
      asked(() => caller.start({ check: caller.check, end: on.end, start: async () => new ClockFollower(parts, caller.open, on).start() })),
    diff: (from, to) => asked(() => past.diff(id, from, to)),
    snapshots: () => asked(() => copies.snapshots(id)),
    addSnapshot: (request) => asked(() => copies.addSnapshot(id, request)),
    removeSnapshot: (name) => asked(() => copies.removeSnapshot(id, name)),
    restore: (request) => asked(async () => (await copies.restore(id, request, requestId)).revision),
    reset: (request) => asked(async () => (await copies.reset(id, request, requestId)).revision),
    fork: (request) =>
      asked(async () => {
        if (!caller.platform) throw new Problem(403, 'a cluster is forked with the token of the platform');
        return (await copies.fork(id, request)).made.map((fork) => createdView(fork, address));
      }),
  };
}

type Following = Parameters<GraphTime['follow']>[0];

/** Follows the clock and the log of a cluster: tells at most a few times a second what has become of them. */
class ClockFollower {
  private readonly id: string;
  private told: { revision: number; clock: string } = { revision: 0, clock: '' };
  private timer: NodeJS.Timeout | undefined;
  /** Something has changed since the last look. */
  private dirty = false;
  private stopped = false;

  constructor(
    private readonly parts: GraphTimeParts,
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
