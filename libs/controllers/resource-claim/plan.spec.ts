import type { corev1, resourcev1 } from '#api';
import { type ClaimUpkeep, claimFromTemplate, generatedBase, planClaimUpkeep } from './plan.js';

const pod = (name: string, more: Partial<corev1.Pod['metadata']> & { phase?: string } = {}): corev1.Pod => {
  const { phase = 'Running', ...metadata } = more;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'n', uid: `uid-${name}`, ...metadata },
    spec: { containers: [], nodeName: 'w' },
    status: { phase },
  };
};
const allocation: resourcev1.AllocationResult = { devices: { results: [] } };
const consumer = (name: string) => ({ resource: 'pods', name, uid: `uid-${name}` });

interface Parts {
  reserved?: string[];
  guarded?: boolean;
  deleting?: boolean;
  owner?: string;
}
const claim = ({ reserved = [], guarded = true, deleting, owner }: Parts): resourcev1.ResourceClaim => ({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaim',
  metadata: {
    name: 'c',
    namespace: 'n',
    finalizers: guarded ? ['resource.kubernetes.io/delete-protection'] : [],
    ...(deleting ? { deletionTimestamp: 'now' } : {}),
    ...(owner ? { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: owner, uid: `uid-${owner}`, controller: true }] } : {}),
  },
  spec: {},
  status: { allocation, ...(reserved.length > 0 ? { reservedFor: reserved.map(consumer) } : {}) },
});

const nothing: ClaimUpkeep = { release: false, remove: false };
it.each<[string, resourcev1.ResourceClaim, corev1.Pod[], ClaimUpkeep]>([
  ['in use', claim({ reserved: ['a'] }), [pod('a')], nothing],
  [
    'one of two pods is gone',
    claim({ reserved: ['a', 'b'] }),
    [pod('b')],
    { ...nothing, status: { allocation, reservedFor: [consumer('b')] } },
  ],
  ['the last pod has ended', claim({ reserved: ['a'] }), [pod('a', { phase: 'Succeeded' })], { status: {}, release: true, remove: false }],
  ['another pod of that name', claim({ reserved: ['a'] }), [pod('a', { uid: 'new' })], { status: {}, release: true, remove: false }],
  ['allocated for nobody yet', claim({}), [], nothing],
  ['allocated for nobody, deleted', claim({ deleting: true }), [], { status: {}, release: true, remove: false }],
  ['allocated by somebody else', claim({ reserved: ['a'], guarded: false }), [], { status: { allocation }, release: false, remove: false }],
  [
    'made for a pod that has ended',
    claim({ owner: 'a', guarded: false }),
    [pod('a', { phase: 'Failed' })],
    { release: false, remove: true },
  ],
  ['made for a pod that runs', claim({ owner: 'a', guarded: false }), [pod('a')], nothing],
])('%s', (_, given, pods, expected) => {
  expect(planClaimUpkeep(given, (name) => pods.find(({ metadata }) => metadata.name === name))).toEqual(expected);
});

it('a claim from a template', () => {
  const template: resourcev1.ResourceClaimTemplate = {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaimTemplate',
    metadata: { name: 't' },
    spec: { metadata: { name: '', labels: { l: 'm' } }, spec: { devices: {} } },
  };
  expect(claimFromTemplate(pod('p'), 'gpu', template)).toEqual({
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      name: '',
      generateName: 'p-gpu-',
      namespace: 'n',
      annotations: { 'resource.kubernetes.io/pod-claim-name': 'gpu' },
      labels: { l: 'm' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'uid-p', controller: true }],
    },
    spec: { devices: {} },
  });
  expect(generatedBase('p'.repeat(50), 'g'.repeat(50)).length).toBeLessThanOrEqual(57);
});
