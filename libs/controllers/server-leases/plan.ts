import type { coordinationv1 } from '#api';
import { formatMicroTime, type Instant, parseTime } from '#apimachinery';
import { isServerRenewed, SERVER_RENEWAL } from '#component-helpers';
import type { Outage } from '#controller-runtime';

type Lease = coordinationv1.Lease;

/**
 * A renewal that is not in whole milliseconds is the last one: the renewals of a server that works are computed from one that is
 * (libs/registry/coordination).
 */
const LAST = 0.001;

/** A kube-apiserver: the node that it runs on, and why it does not work, if so. */
export interface Server {
  readonly outage?: Outage | undefined;
  /** It ended without removing its Lease: it crashed, or the node as a whole is off. */
  readonly abrupt: boolean;
  /** When its process has hung last. */
  readonly hang?: PastHang | undefined;
}

/** A process that did nothing for a while. */
interface PastHang {
  readonly since: Instant;
  readonly until?: Instant;
  readonly killed?: boolean;
}

/** Whether the process that has renewed a Lease last goes on: it was silent because it hung, and was continued. */
function goesOn(lease: Lease, { hang }: Server): boolean {
  const renewed = parseTime(lease.spec?.renewTime ?? '');
  if (renewed === undefined || hang?.until === undefined || hang.killed) return false;
  return renewed > hang.since - SERVER_RENEWAL && renewed <= hang.until;
}

/** What is to be done about the Lease of a kube-apiserver. `look`: nothing before that time. */
export type LeasePlan = { do: 'nothing' | 'create' | 'remove' } | { do: 'renew'; renewTime: string } | { do: 'look'; at: Instant };

const NOTHING: LeasePlan = { do: 'nothing' };

/** The last renewal before a time. */
function lastBefore(lease: Lease, now: Instant): Instant {
  const renewed = parseTime(lease.spec?.renewTime ?? '') ?? now;
  return renewed + Math.max(0, Math.floor((now - renewed) / SERVER_RENEWAL)) * SERVER_RENEWAL;
}

/** Leases without these fields are invalid, and expired (apiserverleasegc, isLeaseExpired). */
function expiry({ spec }: Lease): Instant {
  const renewed = parseTime(spec?.renewTime ?? '');
  const seconds = spec?.leaseDurationSeconds;
  return renewed === undefined || seconds === undefined ? Number.NEGATIVE_INFINITY : renewed + seconds * 1000;
}

function planExpiry(lease: Lease, now: Instant): LeasePlan {
  if (isServerRenewed(lease)) return NOTHING;
  // Expired is what has expired before now.
  const at = expiry(lease);
  return at < now ? { do: 'remove' } : { do: 'look', at: at + 1 };
}

/**
 * Upstream's lease controller in each kube-apiserver (component-helpers/apimachinery/lease) and the garbage collector of these Leases
 * (controlplane/controller/apiserverleasegc), which here removes a Lease when it expires instead of once an hour. `server`: the server whose
 * Lease this is, if there is one. Pure.
 */
export function planServerLease(lease: Lease | undefined, server: Server | undefined, now: Instant): LeasePlan {
  if (lease === undefined) return server && !server.outage ? { do: 'create' } : NOTHING;
  if (!server) return planExpiry(lease, now);
  const { outage, abrupt } = server;
  if (!outage) {
    if (isServerRenewed(lease)) return NOTHING;
    // A server that starts removes the Lease of the process before it, and makes its own.
    return goesOn(lease, server) ? { do: 'renew', renewTime: formatMicroTime(now) } : { do: 'remove' };
  }
  // A server that is told to stop removes its Lease.
  if (outage.state === 'stopped' && !abrupt) return { do: 'remove' };
  if (isServerRenewed(lease)) return { do: 'renew', renewTime: formatMicroTime(lastBefore(lease, outage.since) + LAST) };
  return planExpiry(lease, now);
}
