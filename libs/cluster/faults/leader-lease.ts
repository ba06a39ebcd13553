import type { coordinationv1 } from '#api';
import { formatMicroTime, type Instant, parseTime } from '#apimachinery';
import type { LeaderBase, Leadership } from './leader-election.js';

const RETRY_PERIOD = 2_000;
/**
 * A renewal that is not in whole milliseconds is the last one: the renewals of a leader that works are computed from one that is
 * (libs/registry/coordination).
 */
const LAST = 0.001;

/** The Lease of a leader when the faults have changed; undefined if it stays as it is. */
export function leaseAfterChange(
  lease: coordinationv1.Lease,
  { base, leadership, now }: { base: LeaderBase; leadership: Leadership; now: Instant },
): coordinationv1.Lease | undefined {
  const renewed = parseTime(lease.spec?.renewTime ?? '');
  if (renewed === undefined) return undefined;
  const ended = renewed % 1 !== 0;
  // Who takes it over writes it.
  const goesOn = leadership.active && leadership.acquired === undefined;
  if (goesOn !== ended) return undefined;
  const last = renewed + Math.max(0, Math.floor((base.renewed - renewed) / RETRY_PERIOD)) * RETRY_PERIOD + LAST;
  return { ...lease, spec: { ...lease.spec, renewTime: formatMicroTime(goesOn ? now : last) } };
}
