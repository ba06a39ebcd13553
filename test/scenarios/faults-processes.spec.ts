import { describe, expect, it } from '@jest/globals';
import { type appsv1, ConfigMap, type corev1, Event, Node, Pod, ReplicaSet } from '#api';
import { ClusterFaults, NodeFiles } from '#cluster';
import { openCluster } from './story.js';

const ONE = { count: 2, cpu: '4', memory: '8Gi', pods: 110 };
const SCHEDULER = '/etc/kubernetes/manifests/kube-scheduler.yaml';
const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((name) => `${name}-control-plane`);
const pod: corev1.Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'nginx' }] },
};
const map = (name: string): corev1.ConfigMap => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } });

const replicas = (count: number): appsv1.ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: count,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { name: '', labels: { app: 'web' } }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } },
  },
});

async function opened(nodes: Parameters<typeof openCluster>[0] = { nodes: ONE }) {
  const cluster = await openCluster(nodes);
  const { api, client } = cluster;
  await cluster.settle();
  /** The mirror pods of the control plane. */
  const mirrors = async () => {
    const { items } = await client.list(Pod, { namespace: 'kube-system', labelSelector: 'tier=control-plane' });
    return items.map(({ metadata }) => metadata.name);
  };
  /** The state and the restarts of a component's container. */
  const state = async (name: string) => {
    const { status } = await client.get(Pod, name, 'kube-system');
    const [container] = status?.containerStatuses ?? [];
    const [kind] = Object.keys(container?.state ?? {});
    return [container?.state?.waiting?.reason ?? kind, container?.restartCount];
  };
  const phase = async () => (await client.get(Pod, 'p', 'default')).status?.phase;
  return { ...cluster, faults: new ClusterFaults(api), files: await NodeFiles.of(api), mirrors, state, phase };
}

describe('kube-scheduler', () => {
  it('stops when its manifest is moved away, its pod is gone, and it is back when the manifest is', async () => {
    const { client, settle, advance, files, mirrors, phase } = await opened();
    const manifest = (await files.read(SCHEDULER)) ?? '';
    expect(await files.remove(SCHEDULER)).toBe(true);
    await client.create(Pod, pod);
    await advance(60_000);
    expect([await mirrors(), await phase()]).toEqual([CONTROL_PLANE.slice(0, 3), 'Pending']);
    expect(await files.stateOf('kube-scheduler')).toEqual({ running: false, failure: `there is no file ${SCHEDULER}`, withoutEffect: [] });
    await files.write(SCHEDULER, manifest);
    await settle();
    await advance(20_000);
    expect([await mirrors(), await phase()]).toEqual([CONTROL_PLANE, 'Running']);
  });

  it.each([
    [
      'an unknown flag',
      (text: string) => text.replace('--leader-elect=true', '--leader-elected=true'),
      'Error: unknown flag: --leader-elected',
    ],
    [
      'a command that does not exist',
      (text: string) => text.replace('- kube-scheduler\n', '- kube-schedulerrr\n'),
      /executable file not found/,
    ],
    ['an image that does not exist', (text: string) => text.replace('kube-scheduler:v1', 'kube-scheduler:v99'), /does not exist$/],
  ])('does not come up with %s, and its pod shows it', async (_, edit, failure) => {
    const { client, advance, files, state, phase } = await opened();
    const manifest = (await files.read(SCHEDULER)) ?? '';
    expect(edit(manifest)).not.toBe(manifest);
    await files.write(SCHEDULER, edit(manifest));
    expect((await files.stateOf('kube-scheduler')).failure).toEqual(failure instanceof RegExp ? expect.stringMatching(failure) : failure);
    await client.create(Pod, pod);
    await advance(120_000);
    expect(await phase()).toBe('Pending');
    const [reason, restarts] = await state('kube-scheduler-control-plane');
    expect(['CrashLoopBackOff', 'RunContainerError', 'ImagePullBackOff', 'ErrImagePull']).toContain(reason);
    expect(Number(restarts) > 0 || reason === 'ImagePullBackOff' || reason === 'ErrImagePull').toBe(true);
    await files.write(SCHEDULER, manifest);
    await advance(60_000);
    expect([await phase(), await state('kube-scheduler-control-plane')]).toEqual(['Running', ['running', 0]]);
  });

  it('that crashes is restarted by the kubelet with back-off, and holds no Lease meanwhile', async () => {
    const { client, advance, faults, state, phase } = await opened();
    const { id } = await faults.inject({ type: 'crash', component: 'kube-scheduler', exitCode: 2 });
    await client.create(Pod, pod);
    await advance(120_000);
    expect([await state('kube-scheduler-control-plane'), await phase()]).toEqual([['CrashLoopBackOff', 4], 'Pending']);
    const { status } = await client.get(Pod, 'kube-scheduler-control-plane', 'kube-system');
    expect(status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({ exitCode: 2, reason: 'Error' });
    const backOff = (await client.list(Event, { namespace: 'kube-system' })).items.find(({ reason }) => reason === 'BackOff');
    expect(backOff?.message).toMatch(
      /^Back-off restarting failed container kube-scheduler in pod kube-scheduler-control-plane_kube-system/,
    );
    await faults.heal(id);
    await advance(60_000);
    expect([await state('kube-scheduler-control-plane'), await phase()]).toEqual([['running', 5], 'Running']);
  });

  it('is gone when its manifest is corrupted, until the fault is healed', async () => {
    const { client, advance, faults, files, mirrors, phase } = await opened();
    const before = await files.read(SCHEDULER);
    const { id, node } = await faults.inject({ type: 'corrupt-manifest', component: 'kube-scheduler' });
    expect(node).toBe('control-plane');
    await client.create(Pod, pod);
    await advance(60_000);
    expect([await mirrors(), await phase()]).toEqual([CONTROL_PLANE.slice(0, 3), 'Pending']);
    expect((await files.stateOf('kube-scheduler')).failure).toMatch(/^could not process manifest file/);
    await faults.heal(id);
    expect(await files.read(SCHEDULER)).toBe(before);
    await advance(60_000);
    expect([await mirrors(), await phase()]).toEqual([CONTROL_PLANE, 'Running']);
  });
});

describe('mirror pods', () => {
  it('of a component that is stopped are gone, and of one that is paused stay', async () => {
    const { settle, advance, faults, mirrors } = await opened();
    const { id } = await faults.inject({ type: 'stop', component: 'kube-controller-manager' });
    await faults.inject({ type: 'pause', component: 'kube-scheduler' });
    await settle();
    expect(await mirrors()).toEqual(CONTROL_PLANE.filter((name) => !name.startsWith('kube-controller-manager')));
    await faults.heal(id);
    await advance(60_000);
    expect(await mirrors()).toEqual(CONTROL_PLANE);
  });

  it('that somebody deletes come back', async () => {
    const { client, advance, mirrors } = await opened();
    await client.delete(Pod, 'etcd-control-plane', 'kube-system', { gracePeriodSeconds: 0 });
    await advance(5_000);
    expect(await mirrors()).toEqual(CONTROL_PLANE);
  });
});

describe('a full disk', () => {
  it('of a node: it is under pressure, evicts its pods and takes no others', async () => {
    const { client, advance, faults } = await opened();
    await client.create(Pod, pod);
    await advance(10_000);
    const { id } = await faults.inject({ type: 'fill-disk', node: 'worker-1' });
    await advance(60_000);
    const evicted = await client.get(Pod, 'p', 'default');
    expect(evicted.status).toMatchObject({ phase: 'Failed', reason: 'Evicted' });
    expect(evicted.status?.message).toMatch(/^The node was low on resource: ephemeral-storage. Threshold quantity: .*, available: 0. /);
    await client.create(Pod, { ...pod, metadata: { name: 'q', namespace: 'default' } });
    await advance(10_000);
    expect((await client.get(Pod, 'q', 'default')).status?.conditions?.[0]?.message).toMatch(/had untolerated taint\(s\)|disk-pressure/);
    await faults.heal(id);
    await advance(400_000);
    expect((await client.get(Pod, 'q', 'default')).status?.phase).toBe('Running');
  });

  it('of a member of etcd: nothing can be written, but read and deleted, until it is healed', async () => {
    const { client, faults } = await opened();
    await client.create(ConfigMap, map('a'));
    const { id } = await faults.inject({ type: 'fill-disk', component: 'etcd' });
    expect((await faults.etcd()).alarms).toEqual(['NOSPACE']);
    await expect(client.create(ConfigMap, map('b'))).rejects.toThrow('etcdserver: mvcc: database space exceeded');
    await expect(client.patch(ConfigMap, 'a', 'default', 'merge', { data: { a: 'b' } })).rejects.toThrow(
      'etcdserver: mvcc: database space exceeded',
    );
    expect((await client.get(ConfigMap, 'a', 'default')).metadata.name).toBe('a');
    await client.delete(ConfigMap, 'a', 'default');
    await faults.heal(id);
    expect((await client.create(ConfigMap, map('b'))).metadata.name).toBe('b');
  });
});

describe('slow components', () => {
  it.each([
    ['kube-scheduler', undefined],
    ['kubelet', 'worker-1'],
  ] as const)('%s: a pod runs so much later', async (component, node) => {
    const { client, advance, faults, phase } = await opened();
    await faults.inject({ type: 'slow', component, delay: 20_000, ...(node ? { node } : {}) });
    await client.create(Pod, pod);
    await advance(19_000);
    expect(await phase()).toBe('Pending');
    await advance(2_000);
    expect(await phase()).toBe('Running');
  });

  it('kube-controller-manager works only every so often, and takes no turns while there is nothing to do', async () => {
    const { client, advance, faults, log } = await opened();
    const { id } = await faults.inject({ type: 'slow', component: 'kube-controller-manager', delay: 30_000 });
    await client.create(ReplicaSet, replicas(2));
    const pods = async () => (await client.list(Pod, { namespace: 'default' })).items.length;
    await advance(29_000);
    expect(await pods()).toBe(0);
    await advance(2_000);
    expect(await pods()).toBe(2);
    await advance(60_000);
    const written = (await log()).length;
    await advance(600_000);
    expect((await log()).length).toBe(written);
    await faults.heal(id);
  });
});

describe('a clock that is wrong', () => {
  it('by more than the certificates of the node bear: its kubelet is not heard any more', async () => {
    const { client, advance, faults } = await opened();
    const ready = async () => (await client.get(Node, 'worker-1')).status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    const { id } = await faults.inject({ type: 'skew-clock', node: 'worker-1', skew: -3_600_000 });
    await advance(60_000);
    expect(await ready()).toBe('Unknown');
    await faults.heal(id);
    await advance(10_000);
    expect(await ready()).toBe('True');
  });
});

describe('the data of a member of etcd', () => {
  it('is corrupt: the member crashes, and when it is healed it is removed and added again as a learner', async () => {
    const { advance, faults, client, state } = await opened({ nodes: { ...ONE, count: 3, controlPlanes: 3 } });
    const roles = async () => (await faults.etcd()).members.map(({ role }) => role);
    const { id } = await faults.inject({ type: 'corrupt-data', component: 'etcd', node: 'control-plane-3' });
    await advance(60_000);
    expect([await roles(), await state('etcd-control-plane-3')]).toEqual([
      ['leader', 'follower', 'stopped'],
      ['CrashLoopBackOff', 3],
    ]);
    expect((await client.create(ConfigMap, map('a'))).metadata.name).toBe('a');
    await faults.heal(id);
    expect(await roles()).toEqual(['leader', 'follower', 'learner']);
    await advance(10_000);
    expect([await roles(), (await state('etcd-control-plane-3'))[0]]).toEqual([['leader', 'follower', 'follower'], 'running']);
  });

  it('of the only member: nothing can be written until it is restored', async () => {
    const { advance, faults, client } = await opened();
    const { id } = await faults.inject({ type: 'corrupt-data', component: 'etcd' });
    await expect(client.create(ConfigMap, map('a'))).rejects.toThrow('connect: connection refused');
    await faults.heal(id);
    await advance(5_000);
    expect((await client.create(ConfigMap, map('a'))).metadata.name).toBe('a');
  });
});

describe('image pulls', () => {
  it('that fail leave the pod in ImagePullBackOff, and succeed at the next try when the fault is healed', async () => {
    const { client, advance, faults, phase } = await opened();
    const { id } = await faults.inject({ type: 'fail-pull', node: 'worker-1', image: 'ngin*' });
    await client.create(Pod, pod);
    await advance(30_000);
    const [container] = (await client.get(Pod, 'p', 'default')).status?.containerStatuses ?? [];
    expect(container?.state?.waiting).toEqual({
      reason: 'ImagePullBackOff',
      message: expect.stringContaining('dial tcp: lookup registry-1.docker.io: i/o timeout'),
    });
    await faults.heal(id);
    await advance(60_000);
    expect(await phase()).toBe('Running');
  });

  it('that are slow take so much longer', async () => {
    const { client, advance, faults, phase } = await opened();
    await faults.inject({ type: 'slow-pull', delay: 90_000 });
    await client.create(Pod, pod);
    await advance(60_000);
    expect(await phase()).toBe('Pending');
    await advance(31_000);
    expect(await phase()).toBe('Running');
    const events = (await client.list(Event, { namespace: 'default' })).items.filter(({ reason }) => reason === 'Pulled');
    expect(events.map(({ message }) => message)).toEqual([expect.stringMatching(/in 1m30s \(1m30s including waiting\)/)]);
  });
});
