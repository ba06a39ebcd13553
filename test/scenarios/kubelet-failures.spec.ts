import { expect, it } from '@jest/globals';
import { ConfigMap, type corev1, Event, PersistentVolumeClaim, Pod, RuntimeClass, Secret } from '#api';
import type { LocalCluster } from '#cluster';
import { podOf, start, summary } from './pod-stories.js';

const nginx = { name: 'c', image: 'nginx:1.27' };

const shown = async ({ client }: LocalCluster, name = 'web'): Promise<string> => summary(await client.get(Pod, name, 'default'));

/** What kubelets have said about a pod: `reason: message`, how often. */
async function said({ client }: LocalCluster, name = 'web'): Promise<string[]> {
  const { items } = await client.list(Event, { namespace: 'default' });
  return items
    .filter(({ involvedObject, source }) => involvedObject.name === name && source?.component === 'kubelet')
    .map(({ reason, message, count }) => `${reason}: ${message} (${count})`);
}

it('kubelet: a pod waits for a ConfigMap of its volume, and another one for a key of its environment', async () => {
  const cluster = await start();
  const volumes = [{ name: 'v', configMap: { name: 'settings' } }];
  const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'a' } } }];
  await cluster.client.create(Pod, podOf({ containers: [nginx], volumes }));
  await cluster.client.create(Pod, podOf({ containers: [{ ...nginx, env }] }, 'env'));
  await cluster.advance(3_000);
  expect([await shown(cluster), await shown(cluster, 'env')]).toEqual([
    'Pending c=ContainerCreating',
    'Pending c=CreateContainerConfigError',
  ]);
  expect(await said(cluster)).toEqual(['FailedMount: MountVolume.SetUp failed for volume "v" : configmap "settings" not found (3)']);
  expect((await said(cluster, 'env')).at(-1)).toBe('Failed: Error: configmap "settings" not found (1)');
  await cluster.client.create(ConfigMap, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: 'default' },
    data: { a: '1' },
  });
  await cluster.advance(15_000);
  expect([await shown(cluster), await shown(cluster, 'env')]).toEqual(['Running c=running+ready', 'Running c=running+ready']);
});

it('kubelet: a pod that nobody scheduled waits for its claim', async () => {
  const cluster = await start();
  const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }];
  await cluster.client.create(Pod, podOf({ nodeName: 'worker-1', containers: [nginx], volumes }));
  await cluster.settle();
  await cluster.client.create(PersistentVolumeClaim, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'none', resources: { requests: { storage: '1Gi' } } },
  });
  await cluster.advance(10_000);
  const failed =
    'FailedMount: Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[v]: error processing PVC default/data:';
  expect(await said(cluster)).toEqual([
    `${failed} failed to fetch PVC from API server: persistentvolumeclaims "data" not found (1)`,
    `${failed} PVC is not bound (1)`,
  ]);
  expect(await shown(cluster)).toBe('Pending c=ContainerCreating');
});

it('kubelet: a directory that one pod makes on a node is there for the next, also when the first is gone', async () => {
  const cluster = await start();
  const using = (name: string, type: string, node = 'worker-1'): corev1.Pod =>
    podOf({ nodeName: node, containers: [nginx], volumes: [{ name: 'v', hostPath: { path: '/srv/data/deep', type } }] }, name);
  await cluster.client.create(Pod, using('maker', 'DirectoryOrCreate'));
  await cluster.settle();
  await cluster.client.delete(Pod, 'maker', 'default', { gracePeriodSeconds: 0 });
  await cluster.client.create(Pod, using('user', 'Directory'));
  await cluster.client.create(Pod, using('elsewhere', 'Directory', 'worker-2'));
  await cluster.settle();
  expect([await shown(cluster, 'user'), await said(cluster, 'elsewhere')]).toEqual([
    'Running c=running+ready',
    ['FailedMount: MountVolume.SetUp failed for volume "v" : hostPath type check failed: /srv/data/deep is not a directory (1)'],
  ]);
});

it('kubelet: a private image is pulled when its secret is there', async () => {
  const cluster = await start();
  const image = 'ghcr.io/acme/private:v1';
  await cluster.client.create(Pod, podOf({ containers: [{ name: 'c', image }], imagePullSecrets: [{ name: 'regcred' }] }));
  await cluster.settle();
  expect([await shown(cluster), (await said(cluster))[0]]).toEqual([
    'Pending c=ImagePullBackOff',
    'FailedToRetrieveImagePullSecret: Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed. (1)',
  ]);
  const config = { auths: { 'ghcr.io': { username: 'me', password: 's3cret' } } };
  await cluster.client.create(Secret, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'regcred', namespace: 'default' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify(config)).toString('base64') },
  });
  await cluster.advance(10_000);
  expect(await shown(cluster)).toBe('Running c=running+ready');
});

it('kubelet: a pod waits for a container runtime that its node does not have', async () => {
  const cluster = await start();
  await cluster.client.create(RuntimeClass, {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'gvisor' },
    handler: 'runsc',
  });
  await cluster.client.create(RuntimeClass, {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'plain' },
    handler: 'runc',
  });
  await cluster.client.create(Pod, podOf({ containers: [nginx], runtimeClassName: 'gvisor' }));
  await cluster.client.create(Pod, podOf({ containers: [nginx], runtimeClassName: 'plain' }, 'plain'));
  await cluster.advance(400);
  expect([await shown(cluster), await shown(cluster, 'plain')]).toEqual(['Pending c=ContainerCreating', 'Running c=running+ready']);
  const text =
    'Failed to create pod sandbox: rpc error: code = Unknown desc = unable to get OCI runtime for sandbox "ID": no runtime for "runsc" is configured';
  expect((await said(cluster)).map((line) => line.replace(/[0-9a-f]{64}/, 'ID'))).toEqual([`FailedCreatePodSandBox: ${text} (1)`]);
});

it('kubelet: a pod of another operating system is rejected', async () => {
  const cluster = await start();
  await cluster.client.create(Pod, podOf({ containers: [nginx], os: { name: 'windows' } }));
  await cluster.settle();
  const { status } = await cluster.client.get(Pod, 'web', 'default');
  const message = "Failed to admit pod as the OS field doesn't match node OS";
  expect([status?.phase, status?.reason, status?.message]).toEqual(['Failed', 'PodOSNotSupported', `Pod was rejected: ${message}`]);
  expect(await said(cluster)).toEqual([`PodOSNotSupported: ${message} (1)`]);
});

const failedToProcess = (name: string) =>
  `Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[v]: failed to get Plugin from volumeSpec for volume "${name}" err=no volume plugin matched`;

it.each<[string, Omit<corev1.Volume, 'name'>, string]>([
  ['a driver that is not installed', { flexVolume: { driver: 'example.com/lvm' } }, failedToProcess('v')],
  ['a plugin that is gone', { rbd: { monitors: ['192.0.2.1'], image: 'i' } }, failedToProcess('v')],
  [
    'a repository',
    { gitRepo: { repository: 'https://example.com/x.git' } },
    'MountVolume.SetUp failed for volume "v" : git-repo volume plugin has been disabled; if necessary, it may be re-enabled by enabling the feature-gate `GitRepoVolumeDriver`',
  ],
])('kubelet: a volume of %s is not mounted', async (_, source, message) => {
  const cluster = await start();
  await cluster.client.create(Pod, podOf({ containers: [nginx], volumes: [{ name: 'v', ...source }] }));
  await cluster.settle();
  expect([await shown(cluster), await said(cluster)]).toEqual(['Pending c=ContainerCreating', [`FailedMount: ${message} (1)`]]);
});
