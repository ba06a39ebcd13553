import { describe, expect, it } from '@jest/globals';
import { type corev1, Deployment, Pod } from '#api';
import { ClusterFaults } from '#cluster';
import { openCluster } from './story.js';

const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };
const podOn = (node: string, name: string, container: Partial<corev1.Container>): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { nodeName: node, restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', ...container }] },
});
const sh = (command: string) => ({ command: ['sh', '-c', command] });

async function opened() {
  const cluster = await openCluster({ nodes: { count: 3, cpu: '4', memory: '8Gi', pods: 110 } });
  const { api, client } = cluster;
  await cluster.settle();
  const get = async (path: string, query = '') => {
    const { status, body, pieces } = await api.handle({ method: 'GET', path, query, headers: {}, user, requestId: 'r' });
    let text = body === undefined ? '' : String(body);
    for await (const chunk of pieces?.chunks ?? []) text += Buffer.from(chunk).toString();
    return { status, text };
  };
  const log = (pod: string, namespace = 'default', query = '') => get(`/api/v1/namespaces/${namespace}/pods/${pod}/log`, query);
  const message = async (answer: Promise<{ text: string }>) => JSON.parse((await answer).text).message;
  await client.create(Pod, podOn('worker-2', 'web', { image: 'nginx' }));
  await cluster.settle();
  const address = (await client.get(Pod, 'web', 'default')).status?.podIP ?? '';
  return { ...cluster, faults: new ClusterFaults(api), log, message, address };
}

describe('connections to a pod', () => {
  it.each([
    ['whose node is off', { type: 'stop', node: 'worker-2' }],
    ['whose node is cut off from the other', { type: 'cut', node: 'worker-1', peer: 'worker-2' }],
  ] as const)('%s time out, and are made again when the fault is healed', async (_, request) => {
    const { client, settle, advance, faults, log, address } = await opened();
    const { id } = await faults.inject(request);
    const wget = `wget -T 5 -qO /dev/null http://${address} && echo reached`;
    await client.create(Pod, podOn('worker-1', 'a', sh(wget)));
    await settle();
    await advance(10_000);
    expect((await log('a')).text).toBe('wget: download timed out\n');
    await faults.heal(id);
    await client.create(Pod, podOn('worker-1', 'b', sh(wget)));
    await settle();
    await advance(10_000);
    expect((await log('b')).text).toBe('reached\n');
  });
});

describe('names', () => {
  it('without CoreDNS are not resolved: nslookup gets no answer, wget does not know the host', async () => {
    const { client, settle, advance, log } = await opened();
    await client.patch(Deployment, 'coredns', 'kube-system', 'merge', { spec: { replicas: 0 } });
    await settle();
    await advance(60_000);
    await client.create(Pod, podOn('worker-1', 'a', sh('nslookup kubernetes.default; echo $?')));
    await client.create(Pod, podOn('worker-1', 'b', sh('wget -qO- http://web; echo $?')));
    await settle();
    await advance(30_000);
    expect([(await log('a')).text, (await log('b')).text]).toEqual([
      ';; connection timed out; no servers could be reached\n\n1\n',
      "wget: bad address 'web'\n1\n",
    ]);
  });

  it('that do not exist are answered as such by a CoreDNS that works', async () => {
    const { client, settle, advance, log } = await opened();
    await client.create(Pod, podOn('worker-1', 'a', sh('nslookup nothing')));
    await settle();
    await advance(30_000);
    expect((await log('a')).text).toContain("** server can't find nothing: NXDOMAIN");
  });
});

describe('logs', () => {
  it.each([
    ['is stopped', { type: 'stop', component: 'kubelet', node: 'worker-2' }, 'connect: connection refused'],
    ['is paused', { type: 'pause', component: 'kubelet', node: 'worker-2' }, 'i/o timeout'],
    ['is on a node that is off', { type: 'stop', node: 'worker-2' }, 'i/o timeout'],
  ] as const)('of a pod whose kubelet %s are not to be had', async (_, request, reason) => {
    const { faults, log, message } = await opened();
    const { id } = await faults.inject(request);
    expect(await message(log('web'))).toBe(
      `Get "https://192.168.0.12:10250/containerLogs/default/web/c": dial tcp 192.168.0.12:10250: ${reason}`,
    );
    await faults.heal(id);
    expect((await log('web')).status).toBe(200);
  });

  it('of a member of etcd that has lost its data say why it ends', async () => {
    const cluster = await openCluster({ nodes: { count: 3, controlPlanes: 3, cpu: '4', memory: '8Gi', pods: 110 } });
    const faults = new ClusterFaults(cluster.api);
    await faults.inject({ type: 'corrupt-data', component: 'etcd', node: 'control-plane-2' });
    await cluster.advance(30_000);
    const path = '/api/v1/namespaces/kube-system/pods/etcd-control-plane-2/log';
    const { pieces } = await cluster.api.handle({ method: 'GET', path, query: '', headers: {}, user, requestId: 'r' });
    let text = '';
    for await (const chunk of pieces?.chunks ?? []) text += Buffer.from(chunk).toString();
    expect(text).toContain('"error":"wal: crc mismatch"');
  });
});
