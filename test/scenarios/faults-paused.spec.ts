import { describe, expect, it } from '@jest/globals';
import { type corev1, Event, Pod } from '#api';
import { ClusterFaults } from '#cluster';
import { openCluster } from './story.js';

const NODES = { count: 2, cpu: '4', memory: '8Gi', pods: 110 };
const SCHEDULER = 'kube-scheduler-control-plane';
const APISERVER = 'kube-apiserver-control-plane';
const pod: corev1.Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'nginx' }] },
};

async function opened(nodes: { count: number; controlPlanes?: number } = NODES) {
  const cluster = await openCluster({ nodes: { ...NODES, ...nodes } });
  await cluster.advance(60_000);
  const { client } = cluster;
  const container = async (name: string) => (await client.get(Pod, name, 'kube-system')).status?.containerStatuses?.[0];
  /** Whether a container is ready, and how often it was restarted. */
  const state = async (name: string) => {
    const { ready, restartCount } = (await container(name)) ?? {};
    return { ready, restartCount };
  };
  const events = async (name: string) => {
    const { items } = await client.list(Event, { namespace: 'kube-system', fieldSelector: `involvedObject.name=${name}` });
    return items.map(({ reason, message, count }) => `${count} ${reason}: ${message}`);
  };
  return { ...cluster, faults: new ClusterFaults(cluster.api), container, state, events };
}

describe('pause: kube-scheduler', () => {
  it('its probes fail, and when its liveness probe has failed eight times and its grace period is over, its kubelet restarts it', async () => {
    const { client, advance, faults, container, state, events } = await opened();
    await faults.inject({ type: 'pause', component: 'kube-scheduler' });
    await client.create(Pod, pod);
    await advance(35_000);
    expect(await state(SCHEDULER)).toEqual({ ready: false, restartCount: 0 });
    await advance(74_000);
    expect([await state(SCHEDULER), (await faults.list()).length]).toEqual([{ ready: false, restartCount: 0 }, 1]);
    expect(await events(SCHEDULER)).toEqual([
      '8 Unhealthy: Liveness probe failed: Get "https://127.0.0.1:10259/livez": net/http: TLS handshake timeout',
      '10 Unhealthy: Readiness probe failed: Get "https://127.0.0.1:10259/readyz": net/http: TLS handshake timeout',
      '1 Killing: Container kube-scheduler failed liveness probe, will be restarted',
    ]);
    expect((await client.get(Pod, 'p', 'default')).status?.phase).toBe('Pending');
    await advance(3_000);
    expect(await faults.list()).toEqual([]);
    expect((await container(SCHEDULER))?.lastState?.terminated).toMatchObject({
      exitCode: 137,
      reason: 'Error',
      finishedAt: '2026-01-01T00:02:50Z',
    });
    await advance(30_000);
    expect([await state(SCHEDULER), (await client.get(Pod, 'p', 'default')).status?.phase]).toEqual([
      { ready: true, restartCount: 1 },
      'Running',
    ]);
  });

  it('continued before that, it is ready again, and was not restarted', async () => {
    const { advance, faults, state, events } = await opened();
    const { id } = await faults.inject({ type: 'pause', component: 'kube-scheduler' });
    await advance(45_000);
    await faults.heal(id);
    await advance(120_000);
    expect(await state(SCHEDULER)).toEqual({ ready: true, restartCount: 0 });
    expect((await events(SCHEDULER)).filter((event) => event.includes('Killing'))).toEqual([]);
  });

  it('while its kubelet is down nobody notices', async () => {
    const { advance, faults, state } = await opened();
    await faults.inject({ type: 'pause', component: 'kube-scheduler' });
    const { id } = await faults.inject({ type: 'stop', component: 'kubelet', node: 'control-plane' });
    await advance(600_000);
    expect([await state(SCHEDULER), (await faults.list()).length]).toEqual([{ ready: true, restartCount: 0 }, 2]);
    await faults.heal(id);
    await advance(150_000);
    expect(await faults.list()).toEqual([]);
  });
});

describe('pause: kube-apiserver', () => {
  it('the only one: nobody is answered until its kubelet has restarted it, which its pod tells afterwards', async () => {
    const { client, advance, faults, state, events } = await opened();
    await faults.inject({ type: 'pause', component: 'kube-apiserver' });
    await advance(100_000);
    await expect(client.get(Pod, APISERVER, 'kube-system')).rejects.toThrow('the server is currently unable to handle the request');
    await advance(60_000);
    expect(await faults.list()).toEqual([]);
    expect(await state(APISERVER)).toEqual({ ready: true, restartCount: 1 });
    expect(await events(APISERVER)).toContain('1 Killing: Container kube-apiserver failed liveness probe, will be restarted');
  });
});

describe('pause: etcd', () => {
  it('all three members: each is restarted by the kubelet of its node, and then there is a leader again', async () => {
    const { advance, faults, state } = await opened({ count: 4, controlPlanes: 3 });
    await faults.inject({ type: 'pause', component: 'etcd' });
    await advance(120_000);
    expect((await faults.etcd()).leader).toBeUndefined();
    await advance(60_000);
    const { leader, members } = await faults.etcd();
    expect([leader === undefined, members.map(({ role }) => role).sort(), await faults.list()]).toEqual([
      false,
      ['follower', 'follower', 'leader'],
      [],
    ]);
    expect(await state('etcd-control-plane-2')).toEqual({ ready: true, restartCount: 1 });
  });
});
