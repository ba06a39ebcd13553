import type { coordinationv1, corev1 } from '#api';
import { betaLabels, type NodeHealth, observe, unknownAt, unknownConditions } from './health.js';

const BORN = '2026-01-01T00:00:00Z';
const born = Date.parse(BORN);
const now = born + 30_000;

function node(conditions: corev1.NodeCondition[], labels: Record<string, string> = {}): corev1.Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', uid: 'u', creationTimestamp: BORN, labels },
    spec: {},
    status: { conditions },
  };
}

const lease = (renewTime: string): coordinationv1.Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'n' },
  spec: { renewTime },
});
const ready = (lastHeartbeatTime: string, status = 'True'): corev1.NodeCondition => ({ type: 'Ready', status, lastHeartbeatTime });
const before: NodeHealth = { uid: 'u', probed: born, reported: BORN, renewed: '2026-01-01T00:00:00.000000Z' };

it.each<[string, Parameters<typeof observe>, number]>([
  ['one that never reported is silent since it was made', [node([]), undefined, undefined, now], born],
  ['one that is seen for the first time', [node([ready(BORN)]), undefined, undefined, now], now],
  ['nothing new', [node([ready(BORN)]), lease('2026-01-01T00:00:00.000000Z'), before, now], born],
  ['a new report', [node([ready('2026-01-01T00:00:10Z')]), undefined, before, now], now],
  ['a renewed lease', [node([ready(BORN)]), lease('2026-01-01T00:00:10.000000Z'), before, now], now],
  ['a lease that went back', [node([ready(BORN)]), lease('2025-12-31T00:00:10.000000Z'), before, now], born],
  ['another node of that name', [node([]), undefined, { ...before, uid: 'v' }, now], born],
])('the last sign of a node: %s', (_, given, probed) => {
  expect(observe(...given).probed).toBe(probed);
});

it('a node becomes Unknown at the first look after 50 s, one that never reported after 60 s', () => {
  expect([unknownAt(node([ready(BORN)]), born), unknownAt(node([ready(BORN)]), born + 1), unknownAt(node([]), born)]).toEqual([
    born + 55_000,
    born + 55_000,
    born + 65_000,
  ]);
});

it('what is unknown of a node that has stopped, and of one that never reported', () => {
  const pressure: corev1.NodeCondition = { type: 'MemoryPressure', status: 'False', reason: 'Fine', lastHeartbeatTime: BORN };
  const network: corev1.NodeCondition = { type: 'NetworkUnavailable', status: 'False' };
  const time = '2026-01-01T00:00:30Z';
  const stopped = {
    status: 'Unknown',
    lastTransitionTime: time,
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
  };
  const never = {
    ...{ status: 'Unknown', lastHeartbeatTime: BORN, lastTransitionTime: time },
    ...{ reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.' },
  };
  expect(unknownConditions(node([pressure, network, ready(BORN)]), now)).toEqual([
    { type: 'MemoryPressure', lastHeartbeatTime: BORN, ...stopped },
    network,
    { type: 'Ready', lastHeartbeatTime: BORN, ...stopped },
    { type: 'DiskPressure', ...never },
    { type: 'PIDPressure', ...never },
  ]);
  expect(unknownConditions(node([]), now)?.map(({ type }) => type)).toEqual(['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']);
  expect(unknownConditions(node([ready(BORN, 'Unknown')]), now)).toBeUndefined();
});

it('a node that has stopped keeps the time of its last report, which was not written', () => {
  const seen = { ...node([ready(BORN)]), status: { conditions: [ready(BORN)], nodeInfo: { kubeletVersion: 'v1.36.2' } } } as corev1.Node;
  const heard = (stoppedAt: number) => unknownConditions(seen, born + 700_000, stoppedAt)?.[0]?.lastHeartbeatTime;
  expect([heard(born + 299_000), heard(born + 300_000), heard(born + 640_000)]).toEqual([
    BORN,
    '2026-01-01T00:05:00Z',
    '2026-01-01T00:10:00Z',
  ]);
});

it('the beta labels follow the stable ones', () => {
  const stable = { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'arm64' };
  const beta = { 'beta.kubernetes.io/os': 'linux', 'beta.kubernetes.io/arch': 'arm64' };
  expect([
    betaLabels(node([], { ...stable, 'beta.kubernetes.io/os': 'windows' })),
    betaLabels(node([], { ...stable, ...beta })),
    betaLabels(node([])),
  ]).toEqual([beta, undefined, undefined]);
});
