import type { Instant } from '#apimachinery';
import type { LeaderElection } from '#apiserver';

/** The components that elect a leader through a Lease in kube-system. */
export const ELECTED = ['kube-controller-manager', 'kube-scheduler', 'cloud-controller-manager'] as const;
export type Elected = (typeof ELECTED)[number];

/** An election that the first instance has won; of which nothing is known from before. */
export const firstBase = (now: Instant): LeaderBase => ({ holder: 0, renewed: now, ended: false, transitions: 0 });

export const isElected = (name: string): name is Elected => (ELECTED as readonly string[]).includes(name);

/** How the instance of a component on a node takes part in its election, where its flags or its configuration say so. */
export interface InstanceElection extends LeaderElection {
  readonly component: Elected;
  readonly node: string;
}

/** The Lease that an instance holds while it leads; undefined for one that does not elect. */
const leaseOf = ({ elects, namespace, name }: LeaderElection): string | undefined => (elects ? `${namespace}/${name}` : undefined);

/** A leader election as it stood when the faults changed last. */
export interface LeaderBase {
  /** The position of the instance that held the Lease. */
  readonly holder: number;
  /** When it was renewed last. */
  readonly renewed: Instant;
  /** The process that held it has ended: its identity will not come back. */
  readonly ended: boolean;
  readonly transitions: number;
  /** How it takes part: as when it got the Lease. Unset: by default. */
  readonly election?: LeaderElection;
}

/** A leader election as of a time. */
export interface Leadership {
  readonly holder: number;
  readonly transitions: number;
  /** Whether the holder works and renews the Lease. */
  readonly active: boolean;
  /** When the holder got the Lease, if that was after the faults changed last. */
  readonly acquired?: Instant;
  /** When another instance will get it, if that is known. */
  readonly takeover?: Instant;
}

interface Election {
  /** The positions of the instances that can work. */
  able: readonly number[];
  changedAt: Instant;
  now: Instant;
  /** Draws a number from 0 up to, and without, 1 for an instance. */
  draw(instance: number): number;
  /** How the holder takes part, and how an instance does that tries now. */
  held: LeaderElection;
  of(instance: number): LeaderElection;
}

/**
 * Who leads (client-go tools/leaderelection): the holder goes on if it may still renew in time; otherwise the instance that tries first after
 * the Lease has run out gets it. Those that do not wait for this Lease work anyway: one of them is the one that is seen.
 */
export function leadershipAt(base: LeaderBase, { able, changedAt, now, draw, held, of }: Election): Leadership {
  const { holder, renewed, ended, transitions } = base;
  if (able.includes(holder) && !ended && (!held.elects || changedAt - renewed <= held.renewDeadline)) {
    return { holder, transitions, active: true };
  }
  if (able.length === 0) return { holder, transitions, active: false };
  const lease = leaseOf(held);
  const free = able.find((instance) => lease === undefined || leaseOf(of(instance)) !== lease);
  if (free !== undefined) return { holder: free, transitions: transitions + 1, active: true, acquired: changedAt };
  const runsOut = renewed + held.leaseDuration;
  const waits = able.map((instance) => ({ instance, wait: Math.floor(draw(instance) * of(instance).retryPeriod) }));
  const first = waits.reduce((best, each) => (each.wait < best.wait ? each : best));
  // An instance that comes up when the Lease has run out takes it at once.
  const takeover = changedAt >= runsOut ? changedAt : runsOut + first.wait;
  if (now < takeover) return { holder, transitions, active: false, takeover };
  return { holder: first.instance, transitions: transitions + 1, active: true, acquired: takeover };
}

/**
 * The election as it stands when the faults change. `ended`: whether the process at a position is stopped from now on; `election`: how the
 * instance that leads takes part, unless that is as by default.
 */
export function nextBase(
  { renewed, ended, election }: LeaderBase,
  { holder, transitions, active }: Leadership,
  next: { now: Instant; ended(instance: number): boolean; election?: LeaderElection },
): LeaderBase {
  const held = active ? next.election : election;
  return {
    holder,
    transitions,
    renewed: active ? next.now : renewed,
    ended: (!active && ended) || next.ended(holder),
    ...(held && { election: held }),
  };
}
