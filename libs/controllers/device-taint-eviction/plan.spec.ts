import type { corev1, resourcev1 } from '#api';
import { podEviction } from './plan.js';

const ADDED = Date.parse('2026-01-02T03:04:05Z');
const sick: resourcev1.DeviceTaint = { key: 'sick', value: 'yes', effect: 'NoExecute', timeAdded: '2026-01-02T03:04:05Z' };
const result = { request: 'x', driver: 'd', pool: 'p', device: 'a' };
const pod: corev1.Pod = {
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n', uid: 'u' } },
  spec: { nodeName: 'w', containers: [], resourceClaims: [{ name: 'gpu', resourceClaimName: 'c' }] },
};
const tolerating = (...tolerations: resourcev1.DeviceToleration[]) => [{ ...result, tolerations }];

function claim(results: resourcev1.DeviceRequestAllocationResult[] = [result], uid = 'u'): resourcev1.ResourceClaim {
  return {
    ...{ apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', metadata: { name: 'c', namespace: 'n' }, spec: {} },
    status: { allocation: { devices: { results } }, reservedFor: [{ resource: 'pods', name: 'p', uid }] },
  };
}

interface Case {
  of: string;
  claim?: resourcev1.ResourceClaim;
  pod?: Partial<corev1.PodSpec>;
  taints?: resourcev1.DeviceTaint[];
  wanted: number | undefined;
}

it.each<Case>([
  { of: 'a tainted device', wanted: ADDED },
  { of: 'a device that no driver publishes', taints: undefined, claim: claim([{ ...result, device: 'gone' }]), wanted: undefined },
  { of: 'a taint that only keeps pods off', taints: [{ ...sick, effect: 'NoSchedule' }], wanted: undefined },
  { of: 'a taint that is tolerated', claim: claim(tolerating({ operator: 'Exists', effect: 'NoExecute' })), wanted: undefined },
  {
    of: 'a taint that is tolerated for a while',
    claim: claim(tolerating({ key: 'sick', value: 'yes', effect: 'NoExecute', tolerationSeconds: 30 })),
    wanted: ADDED + 30_000,
  },
  {
    of: 'the shortest of several tolerations',
    claim: claim(
      tolerating(
        { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 },
        { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: -1 },
      ),
    ),
    wanted: ADDED,
  },
  { of: 'another value is tolerated', claim: claim(tolerating({ key: 'sick', value: 'no', effect: 'NoExecute' })), wanted: ADDED },
  { of: 'another effect is tolerated', claim: claim(tolerating({ key: 'sick', operator: 'Exists', effect: 'NoSchedule' })), wanted: ADDED },
  { of: 'another pod has the claim', claim: claim([result], 'other'), wanted: undefined },
  { of: 'a pod without a node', pod: { nodeName: undefined }, wanted: undefined },
  { of: 'a claim that there is not', pod: { resourceClaims: [{ name: 'gpu', resourceClaimName: 'none' }] }, wanted: undefined },
  { of: 'a claim made for another pod', pod: { resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 't' }] }, wanted: undefined },
])('when a pod is evicted because of its devices: $of', ({ claim: given = claim(), pod: spec, taints = [sick], wanted }) => {
  const claimOf = (name: string) => (name === 'c' ? given : undefined);
  const deviceOf = ({ device }: { device: string }) => (device === 'a' ? { name: 'a', taints } : undefined);
  expect(podEviction({ ...pod, spec: { ...pod.spec, ...spec } }, claimOf, deviceOf)).toBe(wanted);
});
