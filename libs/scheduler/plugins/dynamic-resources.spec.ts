import type { corev1, resourcev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import { prepareFilters } from '../filters.js';
import { node, pod, profile, world } from '../test-objects.js';
import { alone } from '../test-plugin.js';
import { dynamicResources } from './dynamic-resources.js';

const NAME = 'DynamicResources';
const group = { apiVersion: 'resource.k8s.io/v1' };
const deviceClass: KubeObject = { ...group, kind: 'DeviceClass', metadata: { name: 'gpu' }, spec: {} } as KubeObject;

/** The devices of a node. */
const slice = (nodeName: string, ...devices: string[]): KubeObject => {
  const pool = { name: nodeName, generation: 1, resourceSliceCount: 1 };
  const spec = { driver: 'd', nodeName, pool, devices: devices.map((name) => ({ name })) };
  return { ...group, kind: 'ResourceSlice', metadata: { name: `slice-${nodeName}` }, spec } as KubeObject;
};
const claim = (name: string, status: resourcev1.ResourceClaimStatus = {}, className = 'gpu'): resourcev1.ResourceClaim => ({
  ...group,
  kind: 'ResourceClaim',
  metadata: { name, namespace: 'default', uid: name },
  spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: className } }] } },
  status,
});
const on = (nodeName: string, device = 'a'): resourcev1.AllocationResult => ({
  devices: { results: [{ request: 'r', driver: 'd', pool: nodeName, device }] },
  nodeSelector: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] }] },
});
const users = (count: number): resourcev1.ResourceClaimConsumerReference[] =>
  Array.from({ length: count }, (_, index) => ({ resource: 'pods', name: `u${index}`, uid: `u${index}` }));
const wants = (...names: string[]): corev1.Pod => pod('p', { resourceClaims: names.map((name) => ({ name, resourceClaimName: name })) });

const nodes = [node('n1'), node('n2')];
const offered = [deviceClass, slice('n1', 'a'), slice('n2', 'a', 'b')];
const [NO, ELSEWHERE] = ['never: cannot allocate all claims', 'never: resourceclaim not available on the node'];
const both = (verdict: string) => ({ n1: verdict, n2: verdict });

test.each<[string, corev1.Pod, KubeObject[], Record<string, string>]>([
  ['no claims', pod('p'), offered, both('fits')],
  ['a device on each node', wants('c'), [...offered, claim('c')], both('fits')],
  ['two devices', wants('c', 'e'), [...offered, claim('c'), claim('e')], { n1: NO, n2: 'fits' }],
  [
    'a device that another claim has',
    wants('c'),
    [...offered, claim('c'), claim('other', { allocation: on('n1') })],
    { n1: NO, n2: 'fits' },
  ],
  ['no devices', wants('c'), [deviceClass, claim('c')], both(NO)],
  ['a claim that has its device', wants('c'), [...offered, claim('c', { allocation: on('n2') })], { n1: ELSEWHERE, n2: 'fits' }],
  ['it is shared', wants('c'), [...offered, claim('c', { allocation: on('n2'), reservedFor: users(255) })], { n1: ELSEWHERE, n2: 'fits' }],
  [
    'by too many',
    wants('c'),
    [...offered, claim('c', { allocation: on('n2'), reservedFor: users(256) })],
    both('never: resourceclaim in use'),
  ],
  ['no class', wants('c'), [...offered, claim('c', {}, 'none')], both('never: request r: device class none does not exist')],
  ['no claim', wants('c'), offered, both('never: resourceclaim.resource.k8s.io "c" not found')],
])('DynamicResources: %s', (_, wanted, objects, expected) =>
  expect(alone(NAME).verdicts(wanted, world(nodes, [], { objects }))).toEqual(expected),
);

test.each<[string, corev1.Pod, KubeObject[], string | undefined]>([
  ['the claim is there', wants('c'), [claim('c')], undefined],
  ['the claim is missing', wants('c'), [], 'resourceclaim.resource.k8s.io "c" not found'],
  [
    'the claim of a template is not made yet',
    pod('p', { resourceClaims: [{ name: 'r', resourceClaimTemplateName: 't' }] }),
    [],
    'pod "default/p": ResourceClaim not created yet',
  ],
])('it enters the queue when %s', (_, wanted, objects, reason) =>
  expect(dynamicResources.preEnqueue?.(wanted, world([], [], { objects }).informers)?.reasons[0]).toBe(reason),
);

test('a device that was reserved for one pod is not given to the next, until it is given back', () => {
  const given = world([node('n1')], [], { objects: [deviceClass, slice('n1', 'a'), claim('c'), claim('e')] });
  const only = {
    at: (point: Parameters<ReturnType<typeof profile>['at']>[0]) =>
      profile()
        .at(point)
        .filter(({ name }) => name === NAME),
  };
  const [first] = given.nodes;
  const { state } = prepareFilters(wants('c'), given, only);
  const [plugin = dynamicResources] = only.at('filter');
  if (first) expect(plugin.filter?.(wants('c'), first, state, given)).toBeUndefined();
  if (first) plugin.reserve?.(wants('c'), first, state, given);
  expect(alone(NAME).verdicts(wants('e'), given)).toEqual({ n1: NO });
  plugin.unreserve?.(wants('c'), 'n1', state);
  expect(alone(NAME).verdicts(wants('e'), given)).toEqual({ n1: 'fits' });
});
