import type { Instant } from '#apimachinery';
import type { DiskTimes } from './disk-times.js';
import { cutBetween, type FaultType, type Hold, holdOf, STATIC_COMPONENTS, type StaticComponent, slowOf } from './fault.js';
import type { LeaderBase } from './leader-election.js';
import type { EtcdPeer } from './membership.js';

/** etcd's --election-timeout in milliseconds. */
export const ELECTION_TIMEOUT = 1_000;

/** What is wrong with the etcd members from a time on; members by their position. */
export interface Impairment {
  readonly at: Instant;
  readonly stopped: readonly number[];
  /** Those of the stopped ones that have lost their data. */
  readonly lost?: readonly number[];
  readonly paused: readonly number[];
  /** Those whose disk takes longer than an election time-out, with the milliseconds that it takes. */
  readonly slow?: ReadonlyArray<readonly [number, number]>;
  readonly cuts: ReadonlyArray<readonly [number, number]>;
  /** Who is to take part from now on; unset: the members stay who they were. */
  readonly peers?: readonly EtcdPeer[];
}

/** What has to be remembered of the control plane to tell its state at any time after. */
export interface ControlPlaneHistory {
  /** What its random values are derived from. */
  readonly seed: string;
  /** The nodes of the control plane, each with a member of etcd. */
  readonly members: readonly string[];
  /** etcd before the first impairment: all members agree; without `peers`, those of kubeadm. */
  readonly etcd: { readonly leader: number; readonly term: number; readonly peers?: readonly EtcdPeer[] };
  readonly impairments: readonly Impairment[];
  /** Leader elections as of the last change of the faults. */
  readonly changedAt: Instant;
  readonly leaders: Readonly<Record<string, LeaderBase>>;
  /** How often the leader of etcd had changed when the faults changed last, and who it was then; unset: never. */
  readonly leaderChanges?: LeaderChanges;
  /** How long the disks of etcd's members took up to the last change; unset: none has ever been slow. */
  readonly diskTimes?: DiskTimes;
  /** The last time that each process was paused. */
  readonly hangs?: readonly PastHang[];
}

/** Changes of etcd's leader up to a time, and the position of the leader then. */
export interface LeaderChanges {
  readonly count: number;
  readonly leader: number;
}

/** The changes up to a later time, through states of etcd in their order. */
export function leaderChangesThrough(
  before: LeaderChanges,
  states: ReadonlyArray<{ at: Instant; leader?: number }>,
  now: Instant,
): LeaderChanges {
  return states.reduce(
    (known, { at, leader }) => (at > now || leader === undefined || leader === known.leader ? known : { count: known.count + 1, leader }),
    before,
  );
}

/** A process that was paused, until it was continued or restarted. */
export interface PastHang {
  readonly component: StaticComponent;
  readonly node: string;
  readonly since: Instant;
  readonly until: Instant;
  /** Its kubelet has killed it. */
  readonly killed?: true;
}

/** The hangs to be remembered when the faults become others. */
export function hangsAfter(
  { members, hangs = [] }: Pick<ControlPlaneHistory, 'members' | 'hangs'>,
  { before, after, now }: { before: readonly Hold[]; after: readonly Hold[]; now: Instant },
): readonly PastHang[] {
  const ended = STATIC_COMPONENTS.flatMap((component) =>
    members.flatMap((node): PastHang[] => {
      const hold = holdOf(before, component, node);
      const isOver = hold?.type === 'pause' && holdOf(after, component, node)?.type !== 'pause';
      if (!isOver) return [];
      const killed = (hold.restarts?.[node] ?? Number.POSITIVE_INFINITY) <= now;
      return [{ component, node, since: hold.since, until: now, ...(killed ? { killed } : {}) }];
    }),
  );
  if (ended.length === 0) return hangs;
  return [...hangs.filter((known) => !ended.some(({ component, node }) => component === known.component && node === known.node)), ...ended];
}

/** What the faults do to the members of etcd, of whom there are others if `peers` are given. */
export function impairmentOf(holds: readonly Hold[], members: readonly string[], at: Instant, peers?: readonly EtcdPeer[]): Impairment {
  const positions = members.map((_, position) => position);
  const typeAt = (position: number): FaultType | undefined => holdOf(holds, 'etcd', members[position] ?? '')?.type;
  const paused = positions.filter((position) => typeAt(position) === 'pause');
  const stopped = positions.filter((position) => !paused.includes(position) && typeAt(position) !== undefined);
  const lost = positions.filter((position) => typeAt(position) === 'corrupt-data');
  const slow = positions.flatMap((position) => {
    const delay = slowOf(holds, 'etcd', members[position] ?? '')?.delay ?? 0;
    return delay >= ELECTION_TIMEOUT && members.length > 1 ? [[position, delay] as const] : [];
  });
  const cuts = positions.flatMap((one) =>
    positions
      .slice(one + 1)
      .filter((other) => cutBetween(holds, members[one] ?? '', members[other] ?? ''))
      .map((other) => [one, other] as const),
  );
  const hasLost = lost.length > 0 ? { lost } : {};
  return { at, stopped, ...hasLost, paused, ...(slow.length > 0 ? { slow } : {}), cuts, ...(peers ? { peers } : {}) };
}

/** Whether all members of etcd work and reach one another. */
export const isSound = ({ stopped, paused, slow = [], cuts }: Impairment): boolean =>
  stopped.length + paused.length + slow.length + cuts.length === 0;

/** Whether two impairments are the same, whenever they began. */
export const sameImpairment = (one: Impairment, other: Impairment): boolean =>
  JSON.stringify({ ...one, at: 0 }) === JSON.stringify({ ...other, at: 0 });
