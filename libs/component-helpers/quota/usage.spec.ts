import type { corev1, resourcev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import type { QuotaEvaluator, QuotaSurroundings } from './evaluator.js';
import { hasScopes } from './evaluator.js';
import { quotaEvaluatorOf } from './evaluators.js';
import { countUsage } from './usage.js';

const now = Date.parse('2026-01-02T03:04:05Z');
const around: QuotaSurroundings = { now, deviceClasses: [] };

const evaluatorOf = (group: string, resource: string): QuotaEvaluator => {
  const found = quotaEvaluatorOf(group, resource);
  if (found === undefined) throw new Error(`nothing counts ${resource}`);
  return found;
};
const texts = (amounts: Iterable<[string, { toString(): string }]>) =>
  Object.fromEntries([...amounts].map(([name, amount]) => [name, String(amount)]));
const usageOf = (group: string, resource: string, object: unknown, more: Partial<QuotaSurroundings> = {}) =>
  texts(evaluatorOf(group, resource).usage(object as KubeObject, { ...around, ...more }));

type Amounts = Record<string, string>;
const container = (requests: Amounts = {}, limits: Amounts = {}, more: Partial<corev1.Container> = {}): corev1.Container => ({
  name: 'c',
  image: 'i',
  resources: { requests, limits },
  ...more,
});
const pod = (spec: Partial<corev1.PodSpec> = {}, more: Partial<corev1.Pod> = {}): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'ns', uid: 'u' },
  spec: { containers: [container()], ...spec },
  ...more,
});

describe('what objects use', () => {
  const one = { 'count/pods': '1', pods: '1' };

  it.each<[string, corev1.Pod, Amounts]>([
    ['a pod that asks for nothing', pod(), one],
    [
      'requests and limits of compute resources',
      pod({
        containers: [
          container({ cpu: '100m', memory: '1Gi', 'ephemeral-storage': '1Mi' }, { cpu: '1', memory: '2Gi', 'ephemeral-storage': '2Mi' }),
          container({ cpu: '900m' }),
        ],
      }),
      {
        ...one,
        ...{ cpu: '1', 'requests.cpu': '1', 'limits.cpu': '1' },
        ...{ memory: '1Gi', 'requests.memory': '1Gi', 'limits.memory': '2Gi' },
        ...{ 'ephemeral-storage': '1Mi', 'requests.ephemeral-storage': '1Mi', 'limits.ephemeral-storage': '2Mi' },
      },
    ],
    [
      'huge pages and extended resources, by their requests',
      pod({
        containers: [container({ 'hugepages-2Mi': '4Mi', 'example.com/gpu': '2' }, { 'hugepages-2Mi': '4Mi', 'example.com/gpu': '2' })],
      }),
      { ...one, 'hugepages-2Mi': '4Mi', 'requests.hugepages-2Mi': '4Mi', 'requests.example.com/gpu': '2' },
    ],
    [
      'a pod at its end is an object and nothing else',
      pod({ containers: [container({ cpu: '1' })] }, { status: { phase: 'Succeeded' } }),
      { 'count/pods': '1' },
    ],
    [
      'a pod that should have been gone for longer than its grace period',
      pod({}, { metadata: { name: 'p', deletionTimestamp: '2026-01-02T03:03:00Z', deletionGracePeriodSeconds: 30 } }),
      { 'count/pods': '1' },
    ],
    [
      'a pod that is being deleted',
      pod({}, { metadata: { name: 'p', deletionTimestamp: '2026-01-02T03:04:00Z', deletionGracePeriodSeconds: 30 } }),
      one,
    ],
    [
      'a container that was allocated more than it asks for now',
      pod(
        { containers: [container({ cpu: '1' }, { cpu: '2' })] },
        {
          status: {
            containerStatuses: [
              { name: 'c', allocatedResources: { cpu: '3' }, resources: { requests: { cpu: '2' }, limits: { cpu: '4' } } },
            ] as never,
          },
        },
      ),
      { ...one, cpu: '3', 'requests.cpu': '3', 'limits.cpu': '4' },
    ],
    [
      'a resize that is not feasible',
      pod(
        { containers: [container({ cpu: '9' }, { cpu: '9' })] },
        {
          status: {
            conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }],
            containerStatuses: [
              { name: 'c', allocatedResources: { cpu: '1' }, resources: { requests: { cpu: '1' }, limits: { cpu: '2' } } },
            ] as never,
          },
        },
      ),
      { ...one, cpu: '1', 'requests.cpu': '1', 'limits.cpu': '2' },
    ],
  ])('%s', (_, object, want) => {
    expect(usageOf('', 'pods', object)).toEqual(want);
  });

  it.each<[corev1.ServiceSpec, string, string]>([
    [{ type: 'ClusterIP', ports: [{ port: 1 }] }, '0', '0'],
    [{ type: 'NodePort', ports: [{ port: 1 }, { port: 2 }] }, '2', '0'],
    [{ type: 'LoadBalancer', ports: [{ port: 1 }, { port: 2 }] }, '2', '1'],
    [{ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [{ port: 1, nodePort: 30000 }, { port: 2 }] }, '1', '1'],
  ])('a Service %j', (spec, nodePorts, loadBalancers) => {
    expect(usageOf('', 'services', { metadata: {}, spec })).toEqual({
      ...{ 'count/services': '1', services: '1' },
      ...{ 'services.nodeports': nodePorts, 'services.loadbalancers': loadBalancers },
    });
  });

  it.each<[string, Partial<corev1.PersistentVolumeClaim>, Amounts]>([
    [
      'without a class',
      { spec: { resources: { requests: { storage: '1Gi' } } } },
      { persistentvolumeclaims: '1', 'count/persistentvolumeclaims': '1', 'requests.storage': '1Gi' },
    ],
    [
      'of a class, in whole bytes, with what it was allocated',
      {
        spec: { storageClassName: 'gold', resources: { requests: { storage: '1500m' } } },
        status: { allocatedResources: { storage: '3' } },
      },
      {
        ...{ persistentvolumeclaims: '1', 'count/persistentvolumeclaims': '1', 'requests.storage': '3' },
        'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
        'gold.storageclass.storage.k8s.io/requests.storage': '3',
      },
    ],
  ])('a claim %s', (_, claim, want) => {
    expect(usageOf('', 'persistentvolumeclaims', { metadata: {}, ...claim })).toEqual(want);
  });

  const deviceClasses = [
    { apiVersion: 'resource.k8s.io/v1', kind: 'DeviceClass', metadata: { name: 'gpu' }, spec: { extendedResourceName: 'example.com/gpu' } },
  ] as resourcev1.DeviceClass[];
  const claim = (requests: resourcev1.DeviceRequest[], metadata: object = {}) => ({
    metadata: { name: 'k', ...metadata },
    spec: { devices: { requests } },
  });

  it('a ResourceClaim, by device class: all of a class is the most that can be allocated, of alternatives the most counts', () => {
    const object = claim([
      { name: 'a', exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 2 } },
      { name: 'b', exactly: { deviceClassName: 'nic', allocationMode: 'All' } },
      {
        name: 'c',
        firstAvailable: [
          { name: 'x', deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 },
          { name: 'y', deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 3 },
        ],
      },
    ]);
    expect(usageOf('resource.k8s.io', 'resourceclaims', object, { deviceClasses })).toEqual({
      'count/resourceclaims.resource.k8s.io': '1',
      'gpu.deviceclass.resource.k8s.io/devices': '5',
      'nic.deviceclass.resource.k8s.io/devices': '32',
      'requests.deviceclass.resource.kubernetes.io/gpu': '5',
      'requests.deviceclass.resource.kubernetes.io/nic': '32',
      'requests.example.com/gpu': '5',
    });
  });

  it('a claim made for the extended resources of a pod is charged for what the pod is not', () => {
    const metadata = {
      annotations: { 'resource.kubernetes.io/extended-resource-claim': 'true' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u', controller: true }],
    };
    const object = claim([{ name: 'a', exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 2 } }], metadata);
    const owner = pod({ containers: [container({ 'example.com/gpu': '2' })] });
    const usage = usageOf('resource.k8s.io', 'resourceclaims', object, { deviceClasses, claimedFor: () => ({ pod: owner, claims: [] }) });
    expect(usage).toEqual({
      'count/resourceclaims.resource.k8s.io': '1',
      'gpu.deviceclass.resource.k8s.io/devices': '2',
      'requests.deviceclass.resource.kubernetes.io/gpu': '2',
    });
  });

  it.each([
    ['', 'configmaps', { 'count/configmaps': '1', configmaps: '1' }],
    ['apps', 'deployments', { 'count/deployments.apps': '1' }],
    ['example.com', 'configmaps', { 'count/configmaps.example.com': '1' }],
  ])('objects of %s/%s are counted', (group, resource, want) => {
    expect(usageOf(group, resource, {})).toEqual(want);
  });

  it.each([
    ['', 'events'],
    ['events.k8s.io', 'events'],
    ['', 'bindings'],
    ['authorization.k8s.io', 'localsubjectaccessreviews'],
  ])('%s/%s is not counted', (group, resource) => {
    expect(quotaEvaluatorOf(group, resource)).toBeUndefined();
  });
});

describe('scopes', () => {
  type Requirement = corev1.ScopedResourceSelectorRequirement;
  const inScope = (object: KubeObject, { scopes, expressions }: { scopes?: string[]; expressions?: Requirement[] }, resource = 'pods') =>
    hasScopes(
      evaluatorOf('', resource),
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'q' },
        spec: { ...(scopes && { scopes }), ...(expressions && { scopeSelector: { matchExpressions: expressions } }) },
      },
      object,
    );
  const expression = (scopeName: string, operator: string, ...values: string[]): Requirement => ({
    scopeName,
    operator,
    ...(values.length > 0 && { values }),
  });
  const term = { topologyKey: 'k' };

  it.each<[string, corev1.Pod, string[]]>([
    ['no deadline, no resources', pod(), ['NotTerminating', 'BestEffort']],
    ['a deadline', pod({ activeDeadlineSeconds: 1 }), ['Terminating', 'BestEffort']],
    ['resources', pod({ containers: [container({ cpu: '1' })] }), ['NotTerminating', 'NotBestEffort']],
    ['a class', pod({ priorityClassName: 'high' }), ['NotTerminating', 'BestEffort', 'PriorityClass']],
    [
      'an affinity to other namespaces',
      pod({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...term, namespaces: ['x'] }] } } }),
      ['NotTerminating', 'BestEffort', 'CrossNamespacePodAffinity'],
    ],
    [
      'a preferred anti-affinity to selected namespaces',
      pod({
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { ...term, namespaceSelector: {} } }],
          },
        },
      }),
      ['NotTerminating', 'BestEffort', 'CrossNamespacePodAffinity'],
    ],
  ])('of a pod with %s', (_, object, want) => {
    const all = ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'PriorityClass', 'CrossNamespacePodAffinity'];
    expect(all.filter((scope) => inScope(object, { scopes: [scope] })).sort()).toEqual([...want].sort());
    expect(inScope(object, { scopes: want })).toBe(true);
  });

  it.each<[string | undefined, Requirement, boolean]>([
    ['high', expression('PriorityClass', 'In', 'low', 'high'), true],
    ['high', expression('PriorityClass', 'NotIn', 'high'), false],
    ['high', expression('PriorityClass', 'Exists'), true],
    ['high', expression('PriorityClass', 'DoesNotExist'), false],
    [undefined, expression('PriorityClass', 'In', 'high'), false],
    [undefined, expression('PriorityClass', 'NotIn', 'high'), true],
    [undefined, expression('PriorityClass', 'Exists'), false],
    [undefined, expression('PriorityClass', 'DoesNotExist'), true],
  ])('class %s, %j: %s', (priorityClassName, requirement, want) => {
    expect(inScope(pod(priorityClassName === undefined ? {} : { priorityClassName }), { expressions: [requirement] })).toBe(want);
  });

  const claim = (spec: object, status: object = {}) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c' },
    spec,
    status,
  });
  it.each<[object, object, boolean]>([
    [{}, {}, false],
    [{ volumeAttributesClassName: 'gold' }, {}, true],
    [{ volumeAttributesClassName: 'iron' }, { currentVolumeAttributesClassName: 'gold' }, true],
    [{}, { modifyVolumeStatus: { targetVolumeAttributesClassName: 'gold' } }, true],
  ])('of a claim: %j, %j: %s', (spec, status, want) => {
    const expressions = [expression('VolumeAttributesClass', 'In', 'gold')];
    expect(inScope(claim(spec, status), { expressions }, 'persistentvolumeclaims')).toBe(want);
  });

  it('objects of other kinds have none', () => {
    expect(inScope({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } }, { scopes: ['NotTerminating'] }, 'services')).toBe(false);
  });
});

describe('what must be specified', () => {
  const complaint = (object: corev1.Pod, ...limited: string[]) => evaluatorOf('', 'pods').complaint?.(limited, object);

  it.each<[string, corev1.Pod, string | undefined]>([
    ['nothing', pod(), 'must specify cpu for: c; limits.memory for: c'],
    ['all of it', pod({ containers: [container({ cpu: '1' }, { memory: '1' })] }), undefined],
    [
      'in some containers',
      pod({ containers: [container({ cpu: '1' })], initContainers: [container({}, { memory: '1' }, { name: 'i' })] }),
      'must specify cpu for: i; limits.memory for: c',
    ],
    ['for the pod as a whole', pod({ resources: { requests: { cpu: '1' } } }), undefined],
  ])('%s', (_, object, want) => {
    expect(complaint(object, 'pods', 'limits.memory', 'cpu', 'requests.ephemeral-storage')).toBe(want);
  });
});

function counted(counting: ReturnType<typeof countUsage>) {
  for (let steps = 1; ; steps++) {
    const { done, value } = counting.next();
    if (done) return { steps, used: value };
  }
}

test('the usage of a quota is the sum over the objects in its scopes, of the resources that anything uses', () => {
  const quota: corev1.ResourceQuota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q', namespace: 'ns' },
    spec: { hard: { pods: '9', 'requests.cpu': '9', 'count/secrets': '9', 'example.com/none': '1' } },
  };
  const objects: Record<string, KubeObject[]> = {
    pods: [pod({ containers: [container({ cpu: '1' })] }), pod({ containers: [container({ cpu: '500m' })] })],
    secrets: [],
    services: [pod()],
  };
  const kinds = Object.entries(objects).map(([resource, found]) => ({ evaluator: evaluatorOf('', resource), objects: () => found }));
  expect(countUsage(quota, kinds, around).next()).toMatchObject({ done: true });
  expect(texts(counted(countUsage(quota, kinds, around)).used)).toEqual({ pods: '2', 'requests.cpu': '1500m', 'count/secrets': '0' });
});

test('many objects and conditions are counted in steps', () => {
  const matchExpressions = Array.from({ length: 1000 }, (_, index) => ({
    scopeName: 'PriorityClass',
    operator: 'NotIn',
    values: [`c${index}`],
  }));
  const quota: corev1.ResourceQuota = {
    ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', namespace: 'ns' } },
    spec: { hard: { pods: '9' }, scopeSelector: { matchExpressions } },
  };
  const objects = Array.from({ length: 100 }, () => pod());
  const { steps, used } = counted(countUsage(quota, [{ evaluator: evaluatorOf('', 'pods'), objects: () => objects }], around));
  expect([steps, texts(used)]).toEqual([6, { pods: '100' }]);
});
