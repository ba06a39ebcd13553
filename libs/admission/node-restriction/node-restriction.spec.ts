import type { ResourceStrategy } from '#apiserver';
import type { TestCluster } from '#apiserver/test-cluster';
import { cluster, pod, post } from '../test-cluster.js';

/** A kubelet that may do everything else. */
const user = { name: 'system:node:n', groups: ['system:nodes', 'system:masters'] };
const strategies: readonly ResourceStrategy[] = ['pods', 'persistentvolumeclaims'].map((resource) => ({
  group: '',
  resource,
  subresources: { status: { prepareForUpdate: () => undefined } },
}));
const PODS = '/api/v1/namespaces/ns/pods';
const CLAIM = '/api/v1/namespaces/ns/persistentvolumeclaims/a';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces';
const merge = { 'content-type': 'application/merge-patch+json' };

const node = (name: string, labels = {}) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });
const lease = (name: string) => ({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name } });
const slice = (nodeName: string) => ({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceSlice',
  metadata: { name: 's' },
  spec: { nodeName, driver: 'd', pool: { name: 'p', generation: 1, resourceSliceCount: 1 } },
});
const csiNode = (name: string) => ({ apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: { name }, spec: { drivers: [] } });

/** A cluster with the nodes n and m, and on each a pod of the same name. */
async function made(): Promise<TestCluster> {
  const standing = await cluster(strategies);
  for (const name of ['n', 'm']) {
    await post(standing, '/api/v1/nodes', node(name));
    await post(standing, PODS, pod(name, { nodeName: name }));
  }
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'a' }, spec: {} };
  await post(standing, '/api/v1/namespaces/ns/persistentvolumeclaims', claim);
  for (const name of ['kube-node-lease', 'other'])
    await post(standing, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return standing;
}

type Request = readonly [method: string, path: string, body?: object];

async function ask({ call }: TestCluster, [method, path, body]: Request, as = user): Promise<string> {
  const headers = method === 'PATCH' ? merge : undefined;
  const answer = await call(method, path, { user: as, ...(body ? { body } : {}), ...(headers ? { headers } : {}) });
  return answer.status < 300 ? '' : `${answer.status} ${String(answer.body.message)}`;
}

const labels = (given: object) => ({ metadata: { labels: given } });
const onPod = (reason: string, name = 'm') => `403 pods "${name}" is forbidden: ${reason}`;
const onNode = (reason: string, name = 'n') => `403 nodes "${name}" is forbidden: ${reason}`;

test.each<[Request, string]>([
  [['PATCH', '/api/v1/nodes/n', labels({ 'example.com/a': 'b' })], ''],
  [['PATCH', '/api/v1/nodes/m', labels({ a: 'b' })], onNode('node "n" is not allowed to modify node "m"', 'm')],
  [
    ['PATCH', '/api/v1/nodes/n', labels({ 'node-restriction.kubernetes.io/x': 'b', 'k8s.io/x': '' })],
    onNode('is not allowed to modify labels: k8s.io/x, node-restriction.kubernetes.io/x'),
  ],
  [
    ['PATCH', '/api/v1/nodes/n', { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }],
    onNode('node "n" is not allowed to modify taints'),
  ],
  [
    ['PATCH', '/api/v1/nodes/n', { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'm', uid: 'u' }] } }],
    onNode('node "n" is not allowed to modify ownerReferences'),
  ],
  [['DELETE', '/api/v1/nodes/n'], ''],
  [['DELETE', '/api/v1/nodes/m'], onNode('node "n" is not allowed to modify node "m"', 'm')],
  [['DELETE', `${PODS}/n`], ''],
  [['DELETE', `${PODS}/m`], onPod('node "n" can only delete pods with spec.nodeName set to itself')],
  [['PATCH', `${PODS}/n/status`, { status: { phase: 'Running' } }], ''],
  [
    ['PATCH', `${PODS}/m/status`, { status: { phase: 'Running' } }],
    onPod('node "n" can only update pod status for pods with spec.nodeName set to itself'),
  ],
  [['PATCH', `${PODS}/n/status`, labels({ a: 'b' })], onPod('node "n" cannot update labels through pod status', 'n')],
  [
    ['PATCH', `${PODS}/n`, labels({ a: 'b' })],
    onPod('unexpected operation "UPDATE", node "n" can only create and delete mirror pods', 'n'),
  ],
  [['PATCH', `${CLAIM}/status`, { status: { capacity: { storage: '2Gi' } } }], ''],
  [
    ['PATCH', `${CLAIM}/status`, { status: { phase: 'Bound' } }],
    '403 persistentvolumeclaims "a" is forbidden: node "n" is not allowed to update fields other than status.quantity and status.conditions',
  ],
  [['PATCH', CLAIM, labels({ a: 'b' })], '403 persistentvolumeclaims "a" is forbidden: may only update PVC status'],
  [['POST', `${LEASES}/kube-node-lease/leases`, lease('n')], ''],
  [
    ['POST', `${LEASES}/kube-node-lease/leases`, lease('m')],
    '403 leases.coordination.k8s.io "m" is forbidden: can only access node lease with the same name as the requesting node',
  ],
  [
    ['POST', `${LEASES}/other/leases`, lease('n')],
    '403 leases.coordination.k8s.io "n" is forbidden: can only access leases in the "kube-node-lease" system namespace',
  ],
  [['POST', '/apis/storage.k8s.io/v1/csinodes', csiNode('n')], ''],
  [
    ['POST', '/apis/storage.k8s.io/v1/csinodes', csiNode('m')],
    '403 csinodes.storage.k8s.io "m" is forbidden: can only access CSINode with the same name as the requesting node',
  ],
  [['POST', '/apis/resource.k8s.io/v1/resourceslices', slice('n')], ''],
  [
    ['POST', '/apis/resource.k8s.io/v1/resourceslices', slice('m')],
    '403 resourceslices.resource.k8s.io "s" is forbidden: can only create ResourceSlice with the same NodeName as the requesting node',
  ],
])('%j: %s', async (request, want) => {
  expect(await ask(await made(), request)).toBe(want);
});

test('a node is registered without labels of others', async () => {
  const standing = await cluster();
  const forbidden = onNode('node "n" is not allowed to set the following labels: node-role.kubernetes.io/x');
  expect(await ask(standing, ['POST', '/api/v1/nodes', node('n', { 'node-role.kubernetes.io/x': '' })])).toBe(forbidden);
  expect(await ask(standing, ['POST', '/api/v1/nodes', node('n', { 'kubernetes.io/hostname': 'n' })])).toBe('');
});

test('a user of no node, and one that is no node', async () => {
  const standing = await made();
  const request: Request = ['PATCH', '/api/v1/nodes/m', labels({ a: 'b' })];
  const nobody = onNode('could not determine node from user "system:node:"', 'm');
  expect(await ask(standing, request, { ...user, name: 'system:node:' })).toBe(nobody);
  expect(await ask(standing, request, { name: 'system:node:n', groups: ['system:masters'] })).toBe('');
});

describe('mirror pods', () => {
  const MIRROR = { 'kubernetes.io/config.mirror': 'x' };
  const only = 'node "n" can only create pods with';
  const owner = { apiVersion: 'v1', kind: 'Node', name: 'n', controller: true };
  const create = async (
    spec: object,
    { annotations = MIRROR as object, owners = [{}] as object[], uid = undefined as string | undefined } = {},
  ) => {
    const standing = await made();
    const found = (await standing.call('GET', '/api/v1/nodes/n')).body.metadata.uid;
    const ownerReferences = owners.map((given) => ({ ...owner, uid: uid ?? found, ...given }));
    const body = pod('x', { nodeName: 'n', ...spec }, { annotations, ownerReferences });
    return ask(standing, ['POST', PODS, body]);
  };
  const secret = { name: 'v', secret: { secretName: 's' } };

  test.each<[string, object, Parameters<typeof create>[1], string]>([
    ['one of its own', {}, {}, ''],
    [
      'another pod',
      {},
      { annotations: {} },
      'pod does not have "kubernetes.io/config.mirror" annotation, node "n" can only create mirror pods',
    ],
    ['on another node', { nodeName: 'm' }, {}, `${only} spec.nodeName set to itself`],
    ['no owner', {}, { owners: [] }, `${only} an owner reference set to itself`],
    ['two owners', {}, { owners: [{}, { name: 'm', uid: 'u', controller: false }] }, `${only} a single owner reference set to itself`],
    ['another owner', {}, { owners: [{ name: 'm' }] }, `${only} an owner reference set to itself`],
    ['no controller', {}, { owners: [{ controller: false }] }, `${only} a controller owner reference set to itself`],
    ['a blocking owner', {}, { owners: [{ blockOwnerDeletion: true }] }, 'node "n" must not set blockOwnerDeletion on an owner reference'],
    ['a service account', { serviceAccountName: 'default' }, {}, 'a mirror pod may not reference service accounts'],
    [
      'a claim',
      { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] },
      {},
      'node "n" can not create pods that reference persistentvolumeclaims',
    ],
    [
      'a driver',
      { volumes: [{ name: 'v', csi: { driver: 'd' } }] },
      {},
      'node "n" can not create pods that reference csidrivers (via CSI volumes)',
    ],
    ['a config map', { volumes: [{ name: 'v', configMap: { name: 'c' } }] }, {}, 'node "n" can not create pods that reference configmaps'],
    ['a host path', { volumes: [{ name: 'v', hostPath: { path: '/' } }] }, {}, ''],
    ['a secret', { volumes: [secret] }, {}, 'a mirror pod may not reference secrets'],
    ['a stranger of the same name', {}, { uid: 'u' }, 'UID'],
  ])('%s', async (_, spec, rest, want) => {
    const answer = await create(spec, rest);
    if (want === 'UID') expect(answer).toMatch(/^403 pods "x" is forbidden: node n UID mismatch: expected u got [0-9a-f-]{36}$/);
    else expect(answer).toBe(want === '' ? '' : onPod(want, 'x'));
  });
});
