import { type corev1, DeviceClass, Event, Pod, ResourceClaim, ResourceClaimTemplate, ResourceSlice, type resourcev1 } from '#api';
import type { LocalCluster } from '#cluster';
import { openCluster } from './story.js';

let cluster: LocalCluster;
beforeEach(async () => {
  cluster = await openCluster();
  await cluster.client.create(DeviceClass, {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'DeviceClass',
    metadata: { name: 'gpu' },
    spec: { selectors: [{ cel: { expression: 'device.driver == "gpu.example.com"' } }] },
  });
  for (const node of ['worker-1', 'worker-2']) await cluster.client.create(ResourceSlice, slice(node));
}, 60_000);
/** Two GPUs; those of worker-2 have more memory. */
const slice = (nodeName: string): resourcev1.ResourceSlice => ({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceSlice',
  metadata: { name: `${nodeName}-gpus` },
  spec: {
    driver: 'gpu.example.com',
    nodeName,
    pool: { name: nodeName, generation: 1, resourceSliceCount: 1 },
    devices: ['gpu-0', 'gpu-1'].map((name) => ({
      name,
      attributes: { model: { string: nodeName === 'worker-2' ? 'large' : 'small' } },
      capacity: { memory: { value: nodeName === 'worker-2' ? '80Gi' : '40Gi' } },
    })),
  },
});

const spec = (expression?: string): resourcev1.ResourceClaimSpec => ({
  devices: {
    requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu', ...(expression ? { selectors: [{ cel: { expression } }] } : {}) } }],
  },
});
const claim = (name: string, expression?: string): resourcev1.ResourceClaim => ({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaim',
  metadata: { name, namespace: 'default' },
  spec: spec(expression),
});
const podWith = (name: string, resource: Omit<corev1.PodResourceClaim, 'name'>): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: {
    containers: [{ name: 'c', image: 'nginx:1.27', resources: { claims: [{ name: 'gpu' }] } }],
    resourceClaims: [{ name: 'gpu', ...resource }],
    terminationGracePeriodSeconds: 0,
  },
});
const claims = async () => (await cluster.client.list(ResourceClaim)).items;
const devicesOf = ({ status }: resourcev1.ResourceClaim) =>
  (status?.allocation?.devices?.results ?? []).map(({ pool, device }) => `${pool}/${device}`);
const why = async (name: string) =>
  (await cluster.client.get(Pod, name, 'default')).status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;

it('a claim gets a device that its selector wants, and its pod the node of that device', async () => {
  await cluster.client.create(ResourceClaim, claim('big', 'device.capacity["gpu.example.com"].memory.compareTo(quantity("64Gi")) >= 0'));
  await cluster.client.create(Pod, podWith('p', { resourceClaimName: 'big' }));
  await cluster.settle();
  const pod = await cluster.client.get(Pod, 'p', 'default');
  expect([pod.spec.nodeName, pod.status?.phase]).toEqual(['worker-2', 'Running']);
  const [made] = await claims();
  expect([made?.status, made?.metadata.finalizers]).toEqual([
    {
      allocation: {
        devices: { results: [{ request: 'gpu', driver: 'gpu.example.com', pool: 'worker-2', device: 'gpu-0' }] },
        nodeSelector: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['worker-2'] }] }] },
      },
      reservedFor: [{ resource: 'pods', name: 'p', uid: pod.metadata.uid }],
    },
    ['resource.kubernetes.io/delete-protection'],
  ]);
  await cluster.client.delete(Pod, 'p', 'default');
  await cluster.settle();
  const [free] = await claims();
  expect([free?.status ?? {}, free?.metadata.finalizers ?? []]).toEqual([{}, []]);
});

it('each pod of a template gets its own claim, until the devices are used up', async () => {
  await cluster.client.create(ResourceClaimTemplate, {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaimTemplate',
    metadata: { name: 'one-gpu', namespace: 'default' },
    spec: { spec: spec() },
  });
  for (const name of ['a', 'b', 'c', 'd', 'e']) await cluster.client.create(Pod, podWith(name, { resourceClaimTemplateName: 'one-gpu' }));
  await cluster.settle();
  const { items } = await cluster.client.list(Pod, { namespace: 'default' });
  expect(items.map(({ status }) => status?.phase)).toEqual(['Running', 'Running', 'Running', 'Running', 'Pending']);
  expect((await claims()).flatMap(devicesOf).sort()).toEqual(['worker-1/gpu-0', 'worker-1/gpu-1', 'worker-2/gpu-0', 'worker-2/gpu-1']);
  expect(await why('e')).toBe(
    '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 cannot allocate all claims. still not schedulable, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
  );
  await cluster.client.delete(Pod, 'a', 'default');
  await cluster.advance(15_000);
  expect((await cluster.client.get(Pod, 'e', 'default')).status?.phase).toBe('Running');
  expect(await claims()).toHaveLength(4);
});

it('a template that does not exist is said in an event, and the pod waits', async () => {
  await cluster.client.create(Pod, podWith('p', { resourceClaimTemplateName: 'none' }));
  await cluster.settle();
  const { items } = await cluster.client.list(Event);
  expect(items.map(({ reason, message }) => `${reason}: ${message}`)).toContain(
    'FailedResourceClaimCreation: PodResourceClaim gpu: resource claim template "none": resourceclaimtemplate.resource.k8s.io "none" not found',
  );
  expect((await cluster.client.get(Pod, 'p', 'default')).spec.nodeName).toBeUndefined();
});
