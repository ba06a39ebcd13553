import type { coordinationv1 } from '#api';
import { formatMicroTime, parseTime } from '#apimachinery';
import { isServerRenewed, renewalManager, renewalSkew, SERVER_RENEWAL } from '#component-helpers';

const NODE_LEASES = 'kube-node-lease';
const LEADERS: ReadonlySet<string> = new Set(['kube-controller-manager', 'kube-scheduler', 'cloud-controller-manager']);
/** Milliseconds between renewals: a quarter of 40 s for the kubelet, and a leader's retry period, whatever --leader-elect-retry-period says. */
const NODE_PERIOD = 10_000;
const LEADER_PERIOD = 2_000;

/** The interval at which the holder of a simulated component's lease renews it; undefined for any other lease. */
function periodOf(lease: coordinationv1.Lease): number | undefined {
  const { metadata, spec } = lease;
  const { name, namespace, ownerReferences } = metadata;
  if (namespace === 'kube-system') {
    if (LEADERS.has(name)) return LEADER_PERIOD;
    if (isServerRenewed(lease)) return SERVER_RENEWAL;
  }
  if (LEADERS.has(renewalManager(lease) ?? '')) return LEADER_PERIOD;
  const isNodes = namespace === NODE_LEASES && spec?.holderIdentity === name && ownerReferences?.some(({ kind }) => kind === 'Node');
  return isNodes ? NODE_PERIOD : undefined;
}

/**
 * A lease as read at a given time: with the last renewal before it, in whole periods since the stored one. Renewals are not stored, so an
 * idle cluster writes nothing. Simulated components write them in whole milliseconds; a finer one is somebody else's, or the last one of a
 * kubelet that has stopped. They are in the time of their holder's clock.
 */
export function withHeartbeat(lease: coordinationv1.Lease, now: number): coordinationv1.Lease {
  const period = periodOf(lease);
  const stored = lease.spec?.renewTime ? parseTime(lease.spec.renewTime) : undefined;
  if (period === undefined || stored === undefined || stored % 1 !== 0) return lease;
  const passed = now + renewalSkew(lease) - stored;
  if (passed < period) return lease;
  const renewTime = formatMicroTime(stored + Math.floor(passed / period) * period);
  return { ...lease, spec: { ...lease.spec, renewTime } };
}
