import { expect, it } from '@jest/globals';
import { type corev1, Deployment, EndpointSlice, Event, Job, Node, Pod, Service } from '#api';
import { ClusterCloud, ClusterFaults, type LocalCluster, NodeFiles } from '#cluster';
import { deploymentOf } from '../cluster-api.js';
import { logOf, podOf, run, start, story, summary } from './pod-stories.js';

const NODE = 'worker-1';
const nginx: corev1.Container = { name: 'c', image: 'nginx:1.27' };
const sleeper = (script: string): corev1.Container => ({ name: 'c', image: 'busybox:1.36', command: ['sh', '-c', script] });

/** Off for a minute, as after a power cut. */
async function reboot(cluster: LocalCluster, off = 60_000): Promise<void> {
  const faults = new ClusterFaults(cluster.api);
  const { id } = await faults.inject({ type: 'stop', node: NODE });
  await cluster.advance(off);
  await faults.heal(id);
  await cluster.settle();
  await cluster.advance(5_000);
}

const shown = async ({ client }: LocalCluster, name = 'web'): Promise<string> => summary(await client.get(Pod, name, 'default'));

/** The events of a node's kubelet about its node. */
async function said({ client }: LocalCluster): Promise<string[]> {
  const { items } = await client.list(Event);
  return items
    .filter(
      ({ involvedObject, source }) => involvedObject.kind === 'Node' && involvedObject.name === NODE && source?.component === 'kubelet',
    )
    .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
}

it('kubelet: a machine that was off has another boot id, and says so', async () => {
  const cluster = await start();
  const bootID = async () => (await cluster.client.get(Node, NODE)).status?.nodeInfo?.bootID ?? '';
  const before = await bootID();
  await reboot(cluster, 20_000);
  const after = await bootID();
  expect(after).toMatch(/^[0-9a-f-]{36}$/);
  expect(after).not.toBe(before);
  expect(await said(cluster)).toEqual(
    expect.arrayContaining([
      'Normal Starting: Starting kubelet.',
      `Warning Rebooted: Node ${NODE} has been rebooted, boot id: ${after}`,
      'Normal NodeAllocatableEnforced: Updated Node Allocatable limit across pods',
    ]),
  );
  await reboot(cluster, 20_000);
  expect([before, after]).not.toContain(await bootID());
});

it('kubelet: pods of a machine that was off get a new sandbox and another address, and their containers are restarted', async () => {
  const cluster = await start();
  const { client } = cluster;
  const init = { name: 'i', image: 'busybox:1.36', command: ['true'] };
  await client.create(Pod, podOf({ nodeName: NODE, initContainers: [init], containers: [nginx] }));
  await cluster.advance(10_000);
  const before = await client.get(Pod, 'web', 'default');
  await reboot(cluster, 20_000);
  const after = await client.get(Pod, 'web', 'default');
  expect(after.status?.podIP).toMatch(/^10\.244\./);
  expect(after.status?.podIP).not.toBe(before.status?.podIP);
  expect(after.status?.podIPs).toEqual([{ ip: after.status?.podIP }]);
  expect(after.status?.containerStatuses?.[0]?.lastState).toMatchObject({
    terminated: { exitCode: 255, reason: 'Unknown', startedAt: expect.any(String), finishedAt: '2026-01-01T00:00:30Z' },
  });
  expect((await story(cluster)).slice(-9)).toEqual([
    '(SandboxChanged)',
    'Running i=Completed(0)+ready c=Unknown(255)',
    ...['(Pulled)', '(Pulled)', '(Created)', '(Started)', '(Created)', '(Started)'],
    'Running i=Completed(0)+ready*1 c=running+ready*1',
  ]);
});

it('kubelet: without its kubelet a machine goes on: containers are not restarted', async () => {
  const cluster = await start();
  await cluster.client.create(Pod, podOf({ nodeName: NODE, containers: [nginx] }));
  await cluster.advance(10_000);
  const faults = new ClusterFaults(cluster.api);
  const { id } = await faults.inject({ type: 'stop', component: 'kubelet', node: NODE });
  await cluster.advance(60_000);
  await faults.heal(id);
  await cluster.advance(5_000);
  expect(await shown(cluster)).toBe('Running c=running+ready');
  expect((await said(cluster)).filter((line) => line.includes('Rebooted'))).toEqual([]);
});

it.each([
  ['Never', 'Failed c=Unknown(255)'],
  ['OnFailure', 'Running c=running+ready*1'],
] as const)('kubelet: a pod of restartPolicy %s after its machine was off', async (restartPolicy, expected) => {
  const cluster = await start();
  await cluster.client.create(Pod, podOf({ nodeName: NODE, restartPolicy, containers: [sleeper('sleep 3600')] }));
  await cluster.advance(10_000);
  await reboot(cluster, 20_000);
  expect(await shown(cluster)).toBe(expected);
});

it('kubelet: what would have ended while its machine was off has not ended, and begins anew', async () => {
  const cluster = await start();
  await cluster.client.create(Pod, podOf({ nodeName: NODE, restartPolicy: 'OnFailure', containers: [sleeper('sleep 30')] }));
  await cluster.advance(10_000);
  await reboot(cluster);
  expect(await shown(cluster)).toBe('Running c=running+ready*1');
  await cluster.advance(30_000);
  expect(await shown(cluster)).toBe('Succeeded c=Completed(0)*1');
});

it('kubelet: a pod that is deleted while its machine is off is removed when that is up again', async () => {
  const cluster = await start();
  const { client } = cluster;
  await client.create(Pod, podOf({ nodeName: NODE, containers: [nginx] }));
  await cluster.advance(10_000);
  const faults = new ClusterFaults(cluster.api);
  const { id } = await faults.inject({ type: 'stop', node: NODE });
  await client.delete(Pod, 'web', 'default');
  await cluster.advance(60_000);
  expect(await shown(cluster)).toBe('Running c=running+ready');
  await faults.heal(id);
  await cluster.settle();
  await expect(client.get(Pod, 'web', 'default')).rejects.toThrow('not found');
});

it('kubelet: a machine that is off for no time at all has lost its processes, too', async () => {
  const cluster = await start();
  await cluster.client.create(Pod, podOf({ nodeName: NODE, containers: [nginx] }));
  await cluster.settle();
  const faults = new ClusterFaults(cluster.api);
  const { id } = await faults.inject({ type: 'stop', node: NODE });
  await faults.heal(id);
  await cluster.settle();
  expect(await shown(cluster)).toBe('Running c=running+ready*1');
});

it('kubelet: an emptyDir on disk is kept while its machine is off, one in memory is not; logs end with the machine', async () => {
  const cluster = await start();
  const volumeMounts = ['disk', 'memory'].map((name) => ({ name, mountPath: `/${name}` }));
  const container = { ...sleeper('cat /disk/kept /memory/kept; while true; do date +%s; sleep 5; done'), volumeMounts };
  const volumes: corev1.Volume[] = [
    { name: 'disk', emptyDir: {} },
    { name: 'memory', emptyDir: { medium: 'Memory' } },
  ];
  await cluster.client.create(Pod, podOf({ nodeName: NODE, containers: [container], volumes }));
  await cluster.advance(10_000);
  await run(cluster, 'web', ['sh', '-c', 'echo on disk > /disk/kept; echo in memory > /memory/kept']);
  await reboot(cluster);
  const lines = await logOf(cluster);
  expect(lines.slice(0, 2)).toEqual(['on disk', expect.stringContaining('No such file')]);
});

it('kubelet: after a reboot a realistic pod is seen as it starts again: Unknown, its init container, then itself', async () => {
  const cluster = await start({ profile: 'realistic' });
  const { client } = cluster;
  const init = { name: 'i', image: 'busybox:1.36', command: ['sh', '-c', 'sleep 10'] };
  const sidecar = { name: 's', image: 'busybox:1.36', command: ['sleep', '3600'], restartPolicy: 'Always' };
  await client.create(Pod, podOf({ nodeName: NODE, initContainers: [init, sidecar], containers: [nginx] }));
  await cluster.advance(60_000);
  const faults = new ClusterFaults(cluster.api);
  const { id } = await faults.inject({ type: 'stop', node: NODE });
  await cluster.advance(20_000);
  await faults.heal(id);
  const seen: string[] = [];
  for (let at = 0; at < 20; at += 1) {
    await cluster.advance(1_000);
    const line = await shown(cluster);
    if (seen.at(-1) !== line) seen.push(line);
  }
  expect(seen).toEqual([
    'Pending i=running*1 s=Unknown(255) c=Unknown(255)',
    'Running i=Completed(0)+ready*1 s=running+ready*1 c=Unknown(255)',
    'Running i=Completed(0)+ready*1 s=running+ready*1 c=running+ready*1',
  ]);
});

it('kubelet: the log of a container that its machine took along ends with the machine', async () => {
  const cluster = await start();
  await cluster.client.create(Pod, podOf({ nodeName: NODE, containers: [sleeper('while true; do echo tick; sleep 10; done')] }));
  await cluster.advance(25_000);
  await reboot(cluster, 100_000);
  expect(await logOf(cluster, 'web', 'previous=true')).toEqual(['tick', 'tick', 'tick']);
});

it('kubelet: the pods of a cloud machine that was shut down are restarted when it is started', async () => {
  const cluster = await start();
  const cloud = new ClusterCloud(cluster.api);
  await cloud.enable();
  await cluster.settle();
  await cluster.client.create(Pod, podOf({ nodeName: NODE, containers: [nginx] }));
  await cluster.advance(10_000);
  for (const times of [1, 2]) {
    await cloud.power(NODE, false);
    await cluster.advance(30_000);
    await cloud.power(NODE, true);
    await cluster.advance(5_000);
    expect(await shown(cluster)).toBe(`Running c=running+ready*${times}`);
  }
  expect((await said(cluster)).filter((line) => line.includes('Rebooted')).length).toBe(2);
});

it('kubelet: of a node that was shut down the pods that were told stay Failed, and the others are restarted', async () => {
  const cluster = await start();
  const { client } = cluster;
  await client.create(Pod, podOf({ nodeName: NODE, containers: [nginx] }, 'before'));
  await cluster.settle();
  const files = await NodeFiles.of(cluster.api, NODE);
  const faults = new ClusterFaults(cluster.api);
  const shutdown = async () => {
    const { id } = await faults.inject({ type: 'shutdown', node: NODE });
    await cluster.advance(40_000);
    await faults.heal(id);
    await cluster.advance(5_000);
  };
  await shutdown();
  expect(await shown(cluster, 'before')).toBe('Running c=running+ready*1');
  await files.write('/var/lib/kubelet/config.yaml', 'kind: KubeletConfiguration\nshutdownGracePeriod: 30s\n');
  await shutdown();
  expect(await shown(cluster, 'before')).toBe('Failed Terminated c=Completed(0)*1');
  const { status } = await client.get(Node, NODE);
  expect(status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'True', reason: 'KubeletReady' });
  const lines = await said(cluster);
  expect(lines.filter((line) => line.includes('Rebooted')).length).toBe(2);
  expect(lines).toContain('Normal NodeShutdown: Shutdown manager detected shutdown event');
  expect(lines).not.toContain('Normal NodeShutdown: Shutdown manager detected shutdown cancellation');
});

it('kubelet: pods that were replaced while their machine was off are gone when it is up again, and it takes new ones', async () => {
  const cluster = await start();
  const { client } = cluster;
  const web = deploymentOf('web', 4);
  await client.create(Deployment, { ...web, metadata: { ...web.metadata, namespace: 'default' } });
  await cluster.advance(10_000);
  const placed = async () =>
    (await client.list(Pod, { namespace: 'default' })).items
      .map(({ metadata, spec, status }) => `${spec.nodeName} ${status?.phase}${metadata.deletionTimestamp ? ' Terminating' : ''}`)
      .sort();
  expect(new Set(await placed()).size).toBe(2);
  await reboot(cluster, 600_000);
  await cluster.advance(60_000);
  expect(await placed()).toEqual(Array(4).fill('worker-2 Running'));
  await client.create(Pod, podOf({ nodeName: NODE, containers: [nginx] }, 'next'));
  await cluster.settle();
  expect(await shown(cluster, 'next')).toBe('Running c=running+ready');
});

it('kubelet: a Job goes on with another pod when a machine has taken one along', async () => {
  const cluster = await start();
  const { client } = cluster;
  const template = { spec: { nodeName: NODE, restartPolicy: 'Never', containers: [sleeper('sleep 60')] } };
  await client.create(Job, {
    ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once', namespace: 'default' } },
    spec: { template },
  });
  await cluster.advance(10_000);
  await reboot(cluster, 20_000);
  await cluster.advance(30_000);
  const phases = async () => (await client.list(Pod, { namespace: 'default' })).items.map(({ status }) => status?.phase).sort();
  expect(await phases()).toEqual(['Failed', 'Running']);
  await cluster.advance(120_000);
  expect((await client.get(Job, 'once', 'default')).status).toMatchObject({ failed: 1, succeeded: 1 });
});

it('kubelet: endpoints follow the new address', async () => {
  const cluster = await start();
  const { client } = cluster;
  const pod = podOf({ nodeName: NODE, containers: [nginx] });
  await client.create(Pod, { ...pod, metadata: { ...pod.metadata, labels: { app: 'web' } } });
  await client.create(Service, {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' } },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  await cluster.advance(10_000);
  const endpoints = async () =>
    (await client.list(EndpointSlice, { namespace: 'default', labelSelector: 'kubernetes.io/service-name=web' })).items.flatMap(
      (slice) => slice.endpoints?.map(({ addresses, conditions }) => `${addresses[0]} ${conditions?.ready}`) ?? [],
    );
  const [before] = await endpoints();
  await reboot(cluster);
  const { status } = await client.get(Pod, 'web', 'default');
  expect(await endpoints()).toEqual([`${status?.podIP} true`]);
  expect(await endpoints()).not.toEqual([before]);
});
