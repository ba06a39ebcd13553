import type { Instant } from '#apimachinery';

/** The components that elect a leader through a Lease in kube-system. */
export const ELECTED = ['kube-controller-manager', 'kube-scheduler', 'cloud-controller-manager'] as const;
export type Elected = (typeof ELECTED)[number];

/** An election that the first instance has won; of which nothing is known from before. */
export const firstBase = (now: Instant): LeaderBase => ({ holder: 0, renewed: now, ended: false, transitions: 0 });

export const isElected = (name: string): name is Elected => (ELECTED as readonly string[]).includes(name);

/** Milliseconds of --leader-elect-lease-duration, --leader-elect-renew-deadline and --leader-elect-retry-period. */
export const LEASE_DURATION = 15_000;
const RENEW_DEADLINE = 10_000;
const RETRY_PERIOD = 2_000;

/** A leader election as it stood when the faults changed last. */
export interface LeaderBase {
  /** The position of the instance that held the Lease. */
  readonly holder: number;
  /** When it was renewed last. */
  readonly renewed: Instant;
  /** The process that held it has ended: its identity will not come back. */
  readonly ended: boolean;
  readonly transitions: number;
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
}

/**
 * Who leads (client-go tools/leaderelection): the holder goes on if it may still renew in time; otherwise the instance that tries first after
 * the Lease has run out gets it.
 */
export function leadershipAt(base: LeaderBase, { able, changedAt, now, draw }: Election): Leadership {
  const { holder, renewed, ended, transitions } = base;
  if (able.includes(holder) && !ended && changedAt - renewed <= RENEW_DEADLINE) return { holder, transitions, active: true };
  if (able.length === 0) return { holder, transitions, active: false };
  const runsOut = renewed + LEASE_DURATION;
  const waits = able.map((instance) => ({ instance, wait: Math.floor(draw(instance) * RETRY_PERIOD) }));
  const first = waits.reduce((best, each) => (each.wait < best.wait ? each : best));
  // An instance that comes up when the Lease has run out takes it at once.
  const takeover = changedAt >= runsOut ? changedAt : runsOut + first.wait;
  if (now < takeover) return { holder, transitions, active: false, takeover };
  return { holder: first.instance, transitions: transitions + 1, active: true, acquired: takeover };
}

/** The election as it stands when the faults change; `ended`: whether the process at a position is stopped from now on. */
export function nextBase(base: LeaderBase, at: Leadership, { now, ended }: { now: Instant; ended(instance: number): boolean }): LeaderBase {
  const { holder, transitions, active } = at;
  return { holder, transitions, renewed: active ? now : base.renewed, ended: (!active && base.ended) || ended(holder) };
}
