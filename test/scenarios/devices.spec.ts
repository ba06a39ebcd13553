import {
  type corev1,
  DeviceClass,
  Event,
  Namespace,
  Pod,
  ResourceClaim,
  ResourceClaimTemplate,
  ResourceSlice,
  type resourcev1,
} from '#api';
import { openStory, type StoryCluster } from './story.js';

let cluster: StoryCluster;
beforeEach(async () => {
  cluster = await openStory();
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
/** The devices of these stories have no driver that would prepare them: what is told is where their pods go. */
const isBound = ({ spec }: corev1.Pod): boolean => spec.nodeName !== undefined;
const why = async (name: string) =>
  (await cluster.client.get(Pod, name, 'default')).status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;

it('a claim gets a device that its selector wants, and its pod the node of that device', async () => {
  await cluster.client.create(ResourceClaim, claim('big', 'device.capacity["gpu.example.com"].memory.compareTo(quantity("64Gi")) >= 0'));
  await cluster.client.create(Pod, podWith('p', { resourceClaimName: 'big' }));
  await cluster.settle();
  const pod = await cluster.client.get(Pod, 'p', 'default');
  expect(pod.spec.nodeName).toBe('worker-2');
  const [made] = await claims();
  expect([made?.status, made?.metadata.finalizers]).toEqual([
    {
      allocation: {
        allocationTimestamp: '2026-01-01T00:00:00Z',
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

it('pod-resource-claim-controller, resource-claim-controller: each pod of a template gets its own claim, until the devices are used up', async () => {
  await cluster.client.create(ResourceClaimTemplate, {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaimTemplate',
    metadata: { name: 'one-gpu', namespace: 'default' },
    spec: { spec: spec() },
  });
  for (const name of ['a', 'b', 'c', 'd', 'e']) await cluster.client.create(Pod, podWith(name, { resourceClaimTemplateName: 'one-gpu' }));
  await cluster.settle();
  const { items } = await cluster.client.list(Pod, { namespace: 'default' });
  expect(items.map(isBound)).toEqual([true, true, true, true, false]);
  expect((await claims()).flatMap(devicesOf).sort()).toEqual(['worker-1/gpu-0', 'worker-1/gpu-1', 'worker-2/gpu-0', 'worker-2/gpu-1']);
  expect(await why('e')).toBe(
    '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 cannot allocate all claims. still not schedulable, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
  );
  await cluster.client.delete(Pod, 'a', 'default');
  await cluster.advance(15_000);
  expect(isBound(await cluster.client.get(Pod, 'e', 'default'))).toBe(true);
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

const reasons = async (name: string) =>
  (await cluster.client.list(Event, { namespace: 'default' })).items
    .filter(({ involvedObject }) => involvedObject.name === name)
    .map(({ reason, message, source, reportingComponent }) => `${source?.component ?? reportingComponent} ${reason}: ${message}`);

it('device-taint-eviction-controller: a pod goes when its device gets a taint that its claim does not tolerate, or no longer', async () => {
  const tolerating = claim('tolerating');
  const [request] = tolerating.spec.devices?.requests ?? [];
  if (request?.exactly) request.exactly.tolerations = [{ key: 'broken', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 }];
  await cluster.client.create(ResourceClaim, claim('plain', 'device.attributes["gpu.example.com"].model == "large"'));
  await cluster.client.create(ResourceClaim, tolerating);
  await cluster.client.create(Pod, podWith('plain', { resourceClaimName: 'plain' }));
  await cluster.client.create(Pod, podWith('tolerating', { resourceClaimName: 'tolerating' }));
  await cluster.settle();
  for (const node of ['worker-1', 'worker-2']) {
    const { metadata, spec: published } = await cluster.client.get(ResourceSlice, `${node}-gpus`);
    const devices = (published.devices ?? []).map((device) => ({ ...device, taints: [{ key: 'broken', effect: 'NoExecute' }] }));
    await cluster.client.update(ResourceSlice, { ...slice(node), metadata, spec: { ...published, devices } });
  }
  await cluster.settle();
  const left = async () => (await cluster.client.list(Pod, { namespace: 'default' })).items.map(({ metadata }) => metadata.name);
  expect(await left()).toEqual(['tolerating']);
  expect(await reasons('plain')).toContain('device-taint-eviction-controller DeviceTaintManagerEviction: Marking for deletion');
  await cluster.advance(29_000);
  expect(await left()).toEqual(['tolerating']);
  await cluster.advance(2_000);
  expect([await left(), (await claims()).map(({ status }) => status ?? {})]).toEqual([[], [{}, {}]]);
});

it('DynamicResources: a device that several may use is shared until its capacity is used up', async () => {
  const capacity = { bandwidth: { value: '10G', requestPolicy: { default: '4G' } } };
  const published = slice('worker-1');
  await cluster.client.create(ResourceSlice, {
    ...published,
    metadata: { name: 'nic' },
    spec: {
      ...published.spec,
      pool: { name: 'nics', generation: 1, resourceSliceCount: 1 },
      devices: [{ name: 'nic', allowMultipleAllocations: true, attributes: { model: { string: 'nic' } }, capacity }],
    },
  });
  for (const name of ['a', 'b', 'c']) {
    await cluster.client.create(ResourceClaim, claim(name, 'device.allowMultipleAllocations'));
    await cluster.client.create(Pod, podWith(name, { resourceClaimName: name }));
    await cluster.settle();
  }
  const shares = (await claims()).map(({ status }) =>
    status?.allocation?.devices?.results?.map(({ consumedCapacity }) => consumedCapacity),
  );
  expect(shares).toEqual([[{ bandwidth: '4G' }], [{ bandwidth: '4G' }], undefined]);
  expect(await why('c')).toMatch('cannot allocate all claims');
});

it('DynamicResources: a pod is bound when the driver says that its device is ready', async () => {
  const published = slice('worker-1');
  await cluster.client.create(ResourceSlice, {
    ...published,
    metadata: { name: 'fabric' },
    spec: {
      ...published.spec,
      pool: { name: 'fabric', generation: 1, resourceSliceCount: 1 },
      devices: [
        { name: 'far', attributes: { model: { string: 'far' } }, bindingConditions: ['Attached'], bindingFailureConditions: ['Failed'] },
      ],
    },
  });
  await cluster.client.create(ResourceClaim, claim('far', 'device.attributes["gpu.example.com"].model == "far"'));
  await cluster.client.create(Pod, podWith('p', { resourceClaimName: 'far' }));
  await cluster.advance(20_000);
  expect((await cluster.client.get(Pod, 'p', 'default')).spec.nodeName).toBeUndefined();
  expect(await reasons('p')).toContain(
    'default-scheduler BindingConditionsPending: waiting for binding conditions for device on node worker-1',
  );
  const waiting = await cluster.client.get(ResourceClaim, 'far', 'default');
  const attached = { type: 'Attached', status: 'True', reason: 'Done', message: '', lastTransitionTime: '2026-01-01T00:00:20Z' };
  const devices = [{ driver: 'gpu.example.com', pool: 'fabric', device: 'far', conditions: [attached] }];
  await cluster.client.updateStatus(ResourceClaim, { ...waiting, status: { ...waiting.status, devices } });
  await cluster.advance(6_000);
  const bound = await cluster.client.get(Pod, 'p', 'default');
  expect(bound.spec.nodeName).toBe('worker-1');
});

it('DynamicResources: a claim whose device cannot be made ready gets another one', async () => {
  const published = slice('worker-1');
  const far = (name: string, taints: resourcev1.DeviceTaint[] = []): resourcev1.Device => ({
    ...{ name, taints, attributes: { model: { string: 'far' } } },
    ...{ bindingConditions: ['Attached'], bindingFailureConditions: ['Failed'] },
  });
  const fabric = await cluster.client.create(ResourceSlice, {
    ...published,
    metadata: { name: 'fabric' },
    spec: { ...published.spec, pool: { name: 'fabric', generation: 1, resourceSliceCount: 1 }, devices: [far('one'), far('two')] },
  });
  await cluster.client.create(ResourceClaim, claim('far', 'device.attributes["gpu.example.com"].model == "far"'));
  await cluster.client.create(Pod, podWith('p', { resourceClaimName: 'far' }));
  await cluster.settle();
  const report = async (device: string, type: string) => {
    const current = await cluster.client.get(ResourceClaim, 'far', 'default');
    const condition = { type, status: 'True', reason: 'Told', message: 'so', lastTransitionTime: '2026-01-01T00:00:20Z' };
    const devices = [{ driver: 'gpu.example.com', pool: 'fabric', device, conditions: [condition] }];
    await cluster.client.updateStatus(ResourceClaim, { ...current, status: { ...current.status, devices } });
  };
  const given = async () => devicesOf(await cluster.client.get(ResourceClaim, 'far', 'default'));
  expect(await given()).toEqual(['fabric/one']);
  const broken = [{ key: 'broken', effect: 'NoSchedule' }];
  await cluster.client.update(ResourceSlice, { ...fabric, spec: { ...fabric.spec, devices: [far('one', broken), far('two')] } });
  await report('one', 'Failed');
  await cluster.advance(30_000);
  expect(await given()).toEqual(['fabric/two']);
  await report('two', 'Attached');
  await cluster.advance(10_000);
  expect(isBound(await cluster.client.get(Pod, 'p', 'default'))).toBe(true);
});

it.each([
  [
    'device.',
    /^ResourceClaim.*spec\.devices\.requests\[0\]\.exactly\.selectors\[0\]\.cel\.expression: Invalid value: "device\.": compilation failed: ERROR: <input>:1:8: Syntax error/s,
  ],
  ['device.driver', /must evaluate to bool or the unknown type, not string$/],
  ['device.model == "x"', /undefined field 'model'/],
])('a claim with the selector %s is refused', async (expression, message) => {
  await expect(cluster.client.create(ResourceClaim, claim('wrong', expression))).rejects.toThrow(message);
});

it('admin access to devices needs a label of the namespace', async () => {
  const wanted = claim('admin');
  const [request] = wanted.spec.devices?.requests ?? [];
  if (request?.exactly) request.exactly.adminAccess = true;
  await expect(cluster.client.create(ResourceClaim, wanted)).rejects.toThrow(
    'ResourceClaim.resource.k8s.io "admin" is invalid: spec.devices.requests[0].adminAccess: Forbidden: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace',
  );
  const labels = { 'resource.kubernetes.io/admin-access': 'true' };
  await cluster.client.patch(Namespace, 'default', undefined, 'merge', { metadata: { labels } });
  expect((await cluster.client.create(ResourceClaim, wanted)).metadata.name).toBe('admin');
});

it('DynamicResources: an extended resource of a pod is provided by devices of the class that names it', async () => {
  const gpu = await cluster.client.get(DeviceClass, 'gpu');
  await cluster.client.update(DeviceClass, { ...gpu, spec: { ...gpu.spec, extendedResourceName: 'example.com/gpu' } });
  const plain = (name: string, gpus: string): corev1.Pod => ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'c', image: 'nginx:1.27', resources: { limits: { 'example.com/gpu': gpus } } }],
    },
  });
  for (const name of ['a', 'b', 'c']) await cluster.client.create(Pod, plain(name, '2'));
  await cluster.settle();
  const bound = async () => (await cluster.client.list(Pod, { namespace: 'default' })).items.map(isBound);
  expect(await bound()).toEqual([true, true, false]);
  const made = await claims();
  expect(made.flatMap(devicesOf).sort()).toEqual(['worker-1/gpu-0', 'worker-1/gpu-1', 'worker-2/gpu-0', 'worker-2/gpu-1']);
  const { status } = await cluster.client.get(Pod, 'a', 'default');
  const own = made.find(({ metadata }) => metadata.ownerReferences?.[0]?.name === 'a')?.metadata;
  expect([own?.name, own?.annotations, status?.extendedResourceClaimStatus]).toEqual([
    expect.stringMatching(/^a-extended-resources-[a-z0-9]{5}$/),
    { 'resource.kubernetes.io/extended-resource-claim': 'true' },
    {
      requestMappings: [{ containerName: 'c', requestName: 'container-0-request-0', resourceName: 'example.com/gpu' }],
      resourceClaimName: own?.name,
    },
  ]);
  expect(await why('c')).toMatch('2 cannot allocate all claims');
  await cluster.client.delete(Pod, 'a', 'default');
  await cluster.advance(15_000);
  expect([await bound(), (await claims()).length]).toEqual([[true, true], 2]);
});
