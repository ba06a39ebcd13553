import fc from 'fast-check';
import {
  type corev1,
  DeviceClass,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ResourceClaim,
  ResourceSlice,
  StorageClass,
  type storagev1,
} from '#api';
import { createLocalCluster, type LocalCluster, NodeFiles, Scheduling } from '#cluster';
import { claim, storageClass, volume } from '../scenarios/storage-objects.js';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const IN = { namespace: 'default' };
const labels = { app: 'web' };
const selector = { labelSelector: { matchLabels: labels } };

/** What random pods ask for. */
const shapes: Record<string, Partial<corev1.PodSpec>> = {
  plain: {},
  spread: {
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', ...selector },
      { maxSkew: 1, topologyKey: HOST, whenUnsatisfiable: 'ScheduleAnyway', ...selector },
    ],
  },
  near: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: ZONE, ...selector }] } } },
  apart: {
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 50, podAffinityTerm: { topologyKey: HOST, ...selector } }],
      },
    },
  },
  alone: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: HOST, ...selector }] } } },
  important: { priorityClassName: 'system-cluster-critical' },
};

const CONFIG = '/etc/kubernetes/scheduler-config.yaml';
const MANIFEST = '/etc/kubernetes/manifests/kube-scheduler.yaml';

/** Configurations of the scheduler that choose differently. */
const configurations = [
  '',
  'profiles: [{pluginConfig: [{name: NodeResourcesFit, args: {scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 1}]}}}]}]\n',
  "profiles: [{plugins: {score: {disabled: [{name: '*'}], enabled: [{name: ImageLocality, weight: 2}]}}}]\n",
  'profiles: [{plugins: {multiPoint: {disabled: [{name: PodTopologySpread}, {name: TaintToleration}]}}}]\n',
];

type Step =
  | { kind: 'claims'; count: number }
  | { kind: 'devices'; count: number }
  | { kind: 'configure'; nth: number }
  | { kind: 'create'; shape: string; count: number; cpu: number }
  | { kind: 'delete'; nth: number }
  | { kind: 'cordon' | 'uncordon' | 'taint'; nth: number }
  | { kind: 'settle' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('create' as const),
        shape: fc.constantFrom(...Object.keys(shapes)),
        count: fc.integer({ min: 1, max: 6 }),
        cpu: fc.constantFrom(0, 100, 700, 1500),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constantFrom<'claims' | 'devices'>('claims', 'devices'), count: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('configure' as const), nth: fc.nat(configurations.length - 1) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), nth: fc.nat(50) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('cordon' as const, 'uncordon' as const, 'taint' as const), nth: fc.nat(5) }),
    },
    { weight: 2, arbitrary: fc.constant({ kind: 'settle' as const }) },
  ),
  { minLength: 3, maxLength: 14 },
);

/** Gives the scheduler a configuration; it starts anew. */
async function configure({ api }: LocalCluster, configuration: string): Promise<void> {
  const files = await NodeFiles.of(api);
  await files.write(CONFIG, `apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n${configuration}`);
  const manifest = (await files.read(MANIFEST)) ?? '';
  if (!manifest.includes('--config'))
    await files.write(MANIFEST, manifest.replace('- --leader-elect', `- --config=${CONFIG}\n        - --leader-elect`));
}

/** Creates a pod that uses a volume of its node. */
async function createWithClaim({ client }: LocalCluster, name: string): Promise<void> {
  await client.create(PersistentVolumeClaim, claim(name, 1, { storageClassName: 'disks' }) as corev1.PersistentVolumeClaim);
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: name } }];
  const spec = { containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }], volumes };
  await client.create(Pod, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels }, spec });
}

const DRIVER = 'gpu.example.com';

/** A device on each node. */
async function addDevices({ client }: LocalCluster): Promise<void> {
  const type = { apiVersion: 'resource.k8s.io/v1' as const };
  const selectors = [{ cel: { expression: `device.driver == "${DRIVER}"` } }];
  await client.create(DeviceClass, { ...type, kind: 'DeviceClass', metadata: { name: 'gpu' }, spec: { selectors } });
  for (const { name } of nodes) {
    const pool = { name, generation: 1, resourceSliceCount: 1 };
    const spec = { driver: DRIVER, nodeName: name, pool, devices: [{ name: 'gpu-0' }] };
    await client.create(ResourceSlice, { ...type, kind: 'ResourceSlice', metadata: { name }, spec });
  }
}

/** Creates a pod that uses a device of its node. */
async function createWithDevice({ client }: LocalCluster, name: string): Promise<void> {
  const metadata = { name, namespace: 'default' };
  const devices = { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] };
  await client.create(ResourceClaim, { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', metadata, spec: { devices } });
  const containers = [{ name: 'c', image: 'registry.k8s.io/pause:3.10', resources: { claims: [{ name: 'gpu' }] } }];
  const spec = { containers, resourceClaims: [{ name: 'gpu', resourceClaimName: name }] };
  await client.create(Pod, { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, labels }, spec });
}

async function run(cluster: LocalCluster, plan: readonly Step[]): Promise<void> {
  const { client } = cluster;
  const nodes = (await client.list(Node)).items.map(({ metadata }) => metadata.name);
  let made = 0;
  for (const step of plan) {
    if (step.kind === 'settle') await cluster.settle();
    else if (step.kind === 'configure') await configure(cluster, configurations[step.nth] ?? '');
    else if (step.kind === 'claims' || step.kind === 'devices') {
      const create = step.kind === 'claims' ? createWithClaim : createWithDevice;
      made += step.count;
      await Promise.all(Array.from({ length: step.count }, (_, index) => create(cluster, `p${made - index}`)));
    } else if (step.kind === 'create') {
      const requests: Record<string, string> = step.cpu === 0 ? {} : { cpu: `${step.cpu}m`, memory: '64Mi' };
      await Promise.all(
        Array.from({ length: step.count }, () => {
          made += 1;
          const containers = [{ name: 'c', image: `registry.k8s.io/pause:3.${made % 3}`, resources: { requests } }];
          const metadata = { name: `p${made}`, namespace: 'default', labels };
          return client.create(Pod, { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, ...shapes[step.shape] } });
        }),
      );
    } else if (step.kind === 'delete') {
      const { items } = await client.list(Pod, IN);
      const name = items[step.nth % Math.max(1, items.length)]?.metadata.name;
      if (name) await client.delete(Pod, name, 'default');
    } else {
      const spec =
        step.kind === 'taint' ? { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] } : { unschedulable: step.kind === 'cordon' };
      await client.patch(Node, nodes[step.nth % nodes.length] ?? '', undefined, 'merge', { spec });
    }
  }
  await cluster.settle();
}

const onNode = (name: string) => ({
  required: { nodeSelectorTerms: [{ matchExpressions: [{ key: HOST, operator: 'In', values: [name] }] }] },
});

const nodes = Array.from({ length: 5 }, (_, index) => ({ name: `n${index}`, labels: { [ZONE]: `z${index % 2}` } }));

test('an explanation names the node that the pod has got, whatever happened meanwhile', async () => {
  let compared = 0;
  const property = fc.asyncProperty(steps, async (plan) => {
    const cluster = await createLocalCluster();
    try {
      for (const { name, labels: zone } of nodes)
        await cluster.client.create(Node, {
          apiVersion: 'v1',
          kind: 'Node',
          metadata: { name, labels: { ...zone, [HOST]: name } },
          spec: {},
          status: { capacity: { cpu: '4', memory: '8Gi', pods: '110' }, allocatable: { cpu: '4', memory: '8Gi', pods: '110' } },
        } as corev1.Node);
      await addDevices(cluster);
      const disks = { provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' };
      await cluster.client.create(StorageClass, storageClass('disks', disks) as storagev1.StorageClass);
      for (const [index, { name }] of [...nodes, ...nodes].entries()) {
        const local = { storageClassName: 'disks', hostPath: undefined, local: { path: '/mnt/d' }, nodeAffinity: onNode(name) };
        await cluster.client.create(PersistentVolume, volume(`v${index}`, 1, local) as corev1.PersistentVolume);
      }
      await cluster.settle();
      await run(cluster, plan);
      const scheduling = new Scheduling(cluster.api);
      const { items } = await cluster.client.list(Pod, IN);
      const bound = items.filter(({ spec }) => spec.nodeName);
      const explained = await Promise.all(bound.map(({ metadata }) => scheduling.ofPod('default', metadata.name)));
      compared += bound.length;
      expect(explained.map(({ pod, node }) => [pod, node])).toEqual(
        bound.map(({ metadata, spec }) => [`default/${metadata.name}`, spec.nodeName]),
      );
    } finally {
      cluster.close();
    }
  });
  await fc.assert(property, { numRuns: 25, seed: 11 });
  expect(compared).toBeGreaterThan(100);
});
