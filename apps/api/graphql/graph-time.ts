import type { UserInfo } from '#apiserver';
import type { GraphTime } from '#graphql';
import { type OpenApi, Problem } from '#hosting';
import type { ClusterCopies } from '../platform/cluster-copies.js';
import { type ClusterAddress, createdView } from '../platform/views.js';
import { ClockFollower, type FollowerParts } from './clock-follower.js';
import { listable } from './listable.js';
import { graphError } from './problem-errors.js';
import type { StartStream } from './standing-streams.js';

/** What the time of clusters is told from, and turned with. */
export interface GraphTimeParts extends FollowerParts {
  clusterCopies: ClusterCopies;
  address: ClusterAddress;
}

/** Who asks for it. */
export interface TimeCaller {
  open: OpenApi;
  user: UserInfo;
  requestId: string;
  /** Throws for users who may not see or change everything in the cluster. */
  check(): Promise<void>;
  start: StartStream;
  /** Whether it is the platform's token. */
  platform: boolean;
}

/** The time and the past of one cluster for the graph. */
export function graphTime(parts: GraphTimeParts, caller: TimeCaller): GraphTime {
  const { time, clusterCopies: copies, past, address } = parts;
  const { requestId } = caller;
  const { id } = caller.open.cluster;
  const inWords = (error: unknown): never => {
    throw graphError(error);
  };
  const asked = <T>(work: () => Promise<T>): Promise<T> => caller.check().then(work).catch(inWords);
  return {
    clock: () => asked(() => time.brief(id)),
    async change(clock) {
      await asked(() => time.change(id, { clock }));
      return time.brief(id);
    },
    advance: (request) => asked(() => time.advance(id, request)),
    cancel: () => asked(() => time.cancel(id)),
    follow: (on) =>
      asked(() => caller.start({ check: caller.check, end: on.end, start: async () => new ClockFollower(parts, caller.open, on).start() })),
    async diff(from, to, selection = {}) {
      const { of, refused } = await listable(caller.open.api, caller, selection);
      return { ...(await past.diff(id, { from, to, of }).catch(inWords)), refused };
    },
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
