import { describe, expect, it } from '@jest/globals';
import type { coordinationv1 } from '#api';
import { leaseAfterChange } from './leader-lease.js';

const lease = (renewTime: string): coordinationv1.Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'kube-scheduler', namespace: 'kube-system' },
  spec: { holderIdentity: 'a', renewTime },
});
const RUNNING = '2026-01-01T00:00:00.000000Z';
const now = Date.parse('2026-01-01T00:00:09Z');
const base = { holder: 0, renewed: Date.parse('2026-01-01T00:00:05Z'), ended: false, transitions: 0 };

describe('the Lease of a leader', () => {
  it.each([
    ['goes on', RUNNING, true, undefined],
    ['ends with its last renewal', RUNNING, false, '2026-01-01T00:00:04.000001Z'],
    ['has ended before', '2026-01-01T00:00:04.000001Z', false, undefined],
    ['is renewed again', '2026-01-01T00:00:04.000001Z', true, '2026-01-01T00:00:09.000000Z'],
  ])('%s', (_, stored, active, renewTime) => {
    const after = leaseAfterChange(lease(stored), { base, leadership: { holder: 0, transitions: 0, active }, now });
    expect(after).toEqual(renewTime === undefined ? undefined : lease(renewTime));
  });
});
