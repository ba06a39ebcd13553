import { describe, expect, it } from '@jest/globals';
import { ConfigMap, type corev1, Pod } from '#api';
import { ClusterFaults } from '#cluster';
import { openCluster } from './story.js';

const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };
const NODES = { count: 4, controlPlanes: 3, cpu: '4', memory: '8Gi', pods: 110 };
const pod: corev1.Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'nginx' }] },
};

async function opened(nodes = NODES) {
  const cluster = await openCluster({ nodes });
  await cluster.settle();
  const faults = new ClusterFaults(cluster.api);
  const send = async (method: string, path: string, body?: object) => {
    const sent = body && { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) };
    const { status, body: text } = await cluster.api.handle({ method, path, query: '', headers: {}, user, requestId: 'r', ...sent });
    return { status, body: String(text) };
  };
  /** The cluster's milliseconds until a pod runs. */
  const untilRunning = async (step: number) => {
    const begun = cluster.clock.now();
    await cluster.client.create(Pod, pod);
    await cluster.settle();
    const isRunning = async () => (await cluster.client.get(Pod, 'p', 'default')).status?.phase === 'Running';
    while (!(await isRunning()) && cluster.clock.now() < begun + 60_000) await cluster.advance(step);
    return cluster.clock.now() - begun;
  };
  /** The sum of the seconds of requests, as the API server's metrics tell. */
  const seconds = async (verb: string, resource: string) => {
    const { body } = await send('GET', '/metrics');
    const line = body
      .split('\n')
      .find(
        (each) =>
          each.startsWith('apiserver_request_duration_seconds_sum{') &&
          each.includes(`resource="${resource}"`) &&
          each.includes(`verb="${verb}"`),
      );
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  return { ...cluster, faults, send, untilRunning, seconds };
}

const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
const MAPS = '/api/v1/namespaces/default/configmaps';

describe('slow: kube-apiserver', () => {
  it('the scheduler, which asks the one on its node, and the kubelet react later; requests are slow in the metrics', async () => {
    const { faults, send, untilRunning, seconds } = await opened({ ...NODES, count: 2, controlPlanes: 1 });
    await faults.inject({ type: 'slow', component: 'kube-apiserver', delay: 3_000 });
    expect(await untilRunning(500)).toBe(6_000);
    expect((await send('GET', `${MAPS}/kube-root-ca.crt`)).status).toBe(200);
    expect(await seconds('GET', 'configmaps')).toBeGreaterThanOrEqual(3);
  });

  it('one of three: who is connected to another one does not feel it', async () => {
    const { faults, untilRunning } = await opened();
    // The leader of the schedulers runs on the first node.
    await faults.inject({ type: 'slow', component: 'kube-apiserver', node: 'control-plane-3', delay: 5_000 });
    expect(await untilRunning(500)).toBeLessThanOrEqual(5_000);
  });
});

describe('slow: etcd', () => {
  it('the leader: writes take so long, reads do not', async () => {
    const { faults, send, untilRunning, seconds } = await opened();
    await faults.inject({ type: 'slow', component: 'etcd', node: 'control-plane', delay: 800 });
    expect((await faults.etcd()).leader).toBe('control-plane');
    expect(await untilRunning(200)).toBe(1_600);
    expect((await send('POST', MAPS, configMap('a'))).status).toBe(201);
    await send('GET', `${MAPS}/a`);
    expect(await seconds('POST', 'configmaps')).toBeGreaterThanOrEqual(0.8);
    expect(await seconds('GET', 'configmaps')).toBeLessThan(0.8);
  });

  it('a follower: nothing is felt of it', async () => {
    const { faults, untilRunning } = await opened();
    await faults.inject({ type: 'slow', component: 'etcd', node: 'control-plane-2', delay: 3_000 });
    expect(await untilRunning(200)).toBe(0);
  });

  it('the leader, by more than an election: it loses the lead, and nothing is slow any more', async () => {
    const { client, faults, advance, untilRunning } = await opened();
    await faults.inject({ type: 'slow', component: 'etcd', node: 'control-plane', delay: 3_000 });
    await advance(10_000);
    const { leader, members } = await faults.etcd();
    expect(['control-plane-2', 'control-plane-3']).toContain(leader);
    expect(members[0]).toMatchObject({ name: 'control-plane', role: 'follower', leader });
    expect(await untilRunning(200)).toBe(0);
    await client.create(ConfigMap, { ...configMap('b'), metadata: { name: 'b', namespace: 'default' } });
  });

  it('the only member: it goes on leading, and writes are slow until it is healed', async () => {
    const { faults, untilRunning, settle, client } = await opened({ ...NODES, count: 2, controlPlanes: 1 });
    const { id } = await faults.inject({ type: 'slow', component: 'etcd', delay: 3_000 });
    expect(await untilRunning(500)).toBe(6_000);
    await faults.heal(id);
    await client.delete(Pod, 'p', 'default', { gracePeriodSeconds: 0 });
    await settle();
    expect(await untilRunning(500)).toBe(0);
  });
});
