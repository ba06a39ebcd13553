import type { corev1 } from '#api';
import { lastRenewal, reportedAgain } from './heartbeats.js';

const at = (time: string) => Date.parse(`2026-01-01T${time}Z`);
const lease = (renewTime: string) => ({
  ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'n' } },
  spec: { renewTime: `2026-01-01T${renewTime}Z` },
});

it.each([
  ['00:00:05.000000', '00:01:00', '00:00:55'],
  ['00:00:05.000000', '00:01:05', '00:01:05'],
  ['00:02:05.000000', '00:01:00', '00:00:55'],
])('a lease renewed at %s by a kubelet that stopped at %s was last renewed at %s', (renewed, stopped, last) => {
  expect(lastRenewal(lease(renewed), at(stopped))).toBe(at(last));
});

it('what was unknown of a node is known again when its kubelet is back', () => {
  const unknown = { status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' };
  const node = (conditions: corev1.NodeCondition[]): corev1.Node => ({
    ...{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: {} },
    status: { conditions },
  });
  const network = { type: 'NetworkUnavailable', status: 'False' };
  const disk = { type: 'DiskPressure', status: 'True', lastHeartbeatTime: '2025-01-01T00:00:00Z' };
  const time = '2026-01-01T00:00:00Z';
  expect(reportedAgain(node([network, disk, { type: 'Ready', ...unknown }]), at('00:00:00'))).toEqual([
    network,
    { ...disk, lastHeartbeatTime: time },
    {
      ...{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
      ...{ lastHeartbeatTime: time, lastTransitionTime: time },
    },
  ]);
  expect(reportedAgain(node([network, { type: 'Ready', status: 'Unknown', reason: 'Other' }]), 0)).toBeUndefined();
});
