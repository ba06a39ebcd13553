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

async function opened(controlPlanes = 1) {
  const cluster = await openCluster({ nodes: { count: controlPlanes + 2, controlPlanes, cpu: '4', memory: '8Gi', pods: 110 } });
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
  const web = podOn('worker-2', 'web', { image: 'nginx' });
  await client.create(Pod, { ...web, spec: { ...web.spec, restartPolicy: 'Always' } });
  await cluster.settle();
  /** Of the pod `web`, which gets another one when its machine is started again. */
  const address = async () => (await client.get(Pod, 'web', 'default')).status?.podIP ?? '';
  return { ...cluster, faults: new ClusterFaults(api), log, message, address };
}

describe('connections to a pod', () => {
  it.each([
    ['whose node is off', { type: 'stop', node: 'worker-2' }],
    ['whose node is cut off from the other', { type: 'cut', node: 'worker-1', peer: 'worker-2' }],
  ] as const)('%s time out, and are made again when the fault is healed', async (_, request) => {
    const { client, settle, advance, faults, log, address } = await opened();
    const { id } = await faults.inject(request);
    const wget = async () => `wget -T 5 -qO /dev/null http://${await address()} && echo reached`;
    await client.create(Pod, podOn('worker-1', 'a', sh(await wget())));
    await settle();
    await advance(10_000);
    expect((await log('a')).text).toBe('wget: download timed out\n');
    await faults.heal(id);
    await settle();
    await client.create(Pod, podOn('worker-1', 'b', sh(await wget())));
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
    ['is stopped', { type: 'stop', component: 'kubelet', node: 'worker-2' }, 'dial tcp 192.168.0.12:10250: connect: connection refused'],
    ['is paused', { type: 'pause', component: 'kubelet', node: 'worker-2' }, 'net/http: TLS handshake timeout'],
    ['is on a node that is off', { type: 'stop', node: 'worker-2' }, 'dial tcp 192.168.0.12:10250: i/o timeout'],
  ] as const)('of a pod whose kubelet %s are not to be had', async (_, request, reason) => {
    const { faults, log, message } = await opened();
    const { id } = await faults.inject(request);
    expect(await message(log('web'))).toBe(`Get "https://192.168.0.12:10250/containerLogs/default/web/c": ${reason}`);
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

describe('a process that is paused', () => {
  it('accepts connections and says nothing on them; its log is what it has printed before', async () => {
    const { api, faults, log, message, advance } = await opened(3);
    const path = '/api/v1/namespaces/kube-system/pods/etcd-control-plane';
    /** What comes back on a forwarded port, by WebSocket, within some turns of the event loop. */
    const forwarded = async (): Promise<string> => {
      const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-protocol': 'v4.channel.k8s.io' };
      const { status, takeover, body } = await api.handle({
        ...{ method: 'GET', path: `${path}/portforward`, query: 'ports=2381', headers, user, requestId: 'r' },
      });
      expect([status, String(body)]).toEqual([101, 'undefined']);
      const came: Buffer[] = [];
      const connection = {
        send: (data: unknown) => came.push(Buffer.from(data as Uint8Array)) > 0,
        pause: () => {},
        resume: () => {},
        close: () => {},
      };
      const handler = takeover?.start(connection);
      const pause = async () => {
        for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
      };
      await pause();
      handler?.receive(Buffer.from('\0GET /health HTTP/1.1\r\nHost: x\r\n\r\n'), false);
      await pause();
      handler?.closed();
      return Buffer.concat(came.filter(([channel, ...rest]) => channel === 0 && rest.length > 2)).toString('latin1');
    };
    expect(await forwarded()).toContain('HTTP/1.1 200 OK');
    const before = await log('etcd-control-plane', 'kube-system');
    const { id } = await faults.inject({ type: 'pause', component: 'etcd', node: 'control-plane' });
    await advance(10_000);
    expect([await forwarded(), await log('etcd-control-plane', 'kube-system')]).toEqual(['', before]);
    await faults.heal(id);
    await advance(10_000);
    expect(await forwarded()).toContain('HTTP/1.1 200 OK');
    // The proxy of the API server gives up a handshake.
    await faults.inject({ type: 'pause', component: 'kube-apiserver', node: 'control-plane-2' });
    const proxied = api.handle({
      ...{ method: 'GET', path: '/api/v1/namespaces/kube-system/pods/https:kube-apiserver-control-plane-2:6443/proxy/healthz' },
      ...{ query: '', headers: {}, user, requestId: 'r' },
    });
    expect(await message(proxied.then(({ body }) => ({ text: String(body) })))).toBe(
      'error trying to reach service: net/http: TLS handshake timeout',
    );
  });
});
