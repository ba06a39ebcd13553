import { type Hold, slowOf } from './fault.js';

/** Writes of the member of etcd on a node that took so many milliseconds each. */
export interface SlowWrites {
  readonly node: string;
  readonly delay: number;
  readonly writes: number;
}

/** How long the disks of etcd's members took up to a revision of the store; what is not listed took no time. */
export interface DiskTimes {
  readonly revision: number;
  readonly slow: readonly SlowWrites[];
}

/** Different delays that are remembered of one node: writes that took another time are counted with the nearest. */
const MOST_DELAYS = 16;

function counted(slow: readonly SlowWrites[], { node, delay, writes }: SlowWrites): readonly SlowWrites[] {
  if (writes <= 0) return slow;
  const distance = (one: SlowWrites): number => Math.abs(one.delay - delay);
  const known = slow.filter((each) => each.node === node).sort((one, other) => distance(one) - distance(other));
  const [nearest] = known;
  if (nearest === undefined || (nearest.delay !== delay && known.length < MOST_DELAYS)) return [...slow, { node, delay, writes }];
  return slow.map((each) => (each === nearest ? { ...nearest, writes: nearest.writes + writes } : each));
}

/**
 * The times up to a later revision, with what has kept the members from working since the last one. Each write is written by each member;
 * undefined if no disk has ever been slow. Pure.
 */
export function diskTimesAt(
  times: DiskTimes | undefined,
  { holds, members, revision }: { holds: readonly Hold[]; members: readonly string[]; revision: number },
): DiskTimes | undefined {
  if (times === undefined) return undefined;
  const writes = revision - times.revision;
  const slow = members.reduce((known, node) => {
    const delay = slowOf(holds, 'etcd', node)?.delay ?? 0;
    return delay === 0 ? known : counted(known, { node, delay, writes });
  }, times.slow);
  return { revision, slow };
}

/** Whether the disk of a member is slow: its times are to be counted from now on. */
export const hasSlowDisk = (holds: readonly Hold[], members: readonly string[]): boolean =>
  members.some((node) => slowOf(holds, 'etcd', node) !== undefined);
