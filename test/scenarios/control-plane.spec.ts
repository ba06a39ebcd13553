import { describe, expect, it } from '@jest/globals';
import { ConfigMap, type corev1, DaemonSet, Deployment, Event, Lease, Pod, Service } from '#api';
import { ClusterFaults, NodeFiles } from '#cluster';
import type { GraphResult } from '#graphql';
import { LocalGraph } from '../graph.js';
import { openCluster } from './story.js';

const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };
const THREE = { count: 4, controlPlanes: 3, cpu: '4', memory: '8Gi', pods: 110 };
const map = (name: string): corev1.ConfigMap => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } });
const TIMED_OUT = 'etcdserver: request timed out';

async function opened(nodes = THREE) {
  const cluster = await openCluster({ nodes });
  const faults = new ClusterFaults(cluster.api);
  await cluster.settle();
  const get = async (path: string, query = '') => {
    const { status, body } = await cluster.api.handle({ method: 'GET', path, query, headers: {}, user, requestId: 'r' });
    return { status, body: String(body) };
  };
  const write = (name: string) =>
    cluster.client.create(ConfigMap, map(name)).then(
      () => 'written',
      (error: Error) => error.message,
    );
  const roles = async () => (await faults.etcd()).members.map(({ name, role }) => `${name} ${role}`);
  const lease = async (name: string) => (await cluster.client.get(Lease, name, 'kube-system')).spec;
  return { ...cluster, faults, get, write, roles, lease };
}

describe('etcd', () => {
  it('has a member on each node of the control plane', async () => {
    const { client, faults } = await opened();
    const pods = (await client.list(Pod, { namespace: 'kube-system', labelSelector: 'component=etcd' })).items;
    expect(pods.map(({ metadata }) => metadata.name)).toEqual(['etcd-control-plane', 'etcd-control-plane-2', 'etcd-control-plane-3']);
    expect(pods[2]?.spec?.containers[0]?.command).toEqual(
      expect.arrayContaining([
        '--initial-cluster=control-plane=https://192.168.0.10:2380,control-plane-2=https://192.168.0.11:2380,control-plane-3=https://192.168.0.12:2380',
        '--initial-cluster-state=existing',
      ]),
    );
    const follower = { role: 'follower', term: 2, leader: 'control-plane' };
    expect(await faults.etcd()).toEqual({
      leader: 'control-plane',
      members: [
        { name: 'control-plane', role: 'leader', term: 2, leader: 'control-plane' },
        { name: 'control-plane-2', ...follower },
        { name: 'control-plane-3', ...follower },
      ],
      revision: expect.any(Number),
      dbSize: expect.any(Number),
      alarms: [],
    });
  });

  it('elects another leader when the leader stops, after a short pause', async () => {
    const { advance, faults, write, roles } = await opened();
    const { id } = await faults.inject({ type: 'stop', component: 'etcd', node: 'control-plane' });
    expect(await write('a')).toBe('etcdserver: leader changed');
    await advance(3_000);
    expect([await write('b'), (await roles())[0]]).toEqual(['written', 'control-plane stopped']);
    const { leader, members } = await faults.etcd();
    expect(['control-plane-2', 'control-plane-3']).toContain(leader);
    expect(members.find(({ name }) => name === leader)?.term).toBeGreaterThan(2);
    await faults.heal(id);
    await advance(1_000);
    expect([(await roles())[0], await write('c')]).toEqual(['control-plane follower', 'written']);
  });

  it('without a quorum nothing is written and no consistent read is answered, but the cache is', async () => {
    const { advance, faults, get, write, settle } = await opened();
    await faults.inject({ type: 'stop', component: 'etcd', node: 'control-plane-2' });
    const { id } = await faults.inject({ type: 'stop', component: 'etcd', node: 'control-plane-3' });
    await advance(5_000);
    expect(await write('a')).toBe(TIMED_OUT);
    expect(await get('/api/v1/nodes')).toEqual({
      status: 500,
      body: `${JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: TIMED_OUT, code: 500 })}\n`,
    });
    expect((await get('/api/v1/nodes', 'resourceVersion=0')).status).toBe(200);
    expect((await get('/readyz/etcd')).body).toBe('internal server error: store not reachable\n');
    expect((await get('/livez', 'verbose')).body).toContain('[-]etcd failed: reason withheld\n');
    expect((await get('/version')).status).toBe(200);
    await faults.heal(id);
    await advance(3_000);
    await settle();
    expect([await write('b'), (await get('/readyz')).body]).toEqual(['written', 'ok']);
  });

  it('a leader in the minority resigns, and follows the majority when the partition heals', async () => {
    const { advance, faults, write, roles } = await opened();
    const { id } = await faults.inject({ type: 'cut', node: 'control-plane' });
    expect((await roles())[0]).toBe('control-plane leader');
    await advance(5_000);
    expect([(await roles())[0], await write('a')]).toEqual(['control-plane candidate', 'written']);
    await faults.heal(id);
    await advance(3_000);
    expect(await roles()).toContain('control-plane follower');
    expect(await write('b')).toBe('written');
  });

  it('tells its metrics: who leads, how often that has changed, and how much is stored', async () => {
    const { advance, faults, get } = await opened();
    const metrics = async (node: string) => {
      const { body } = await get(`/api/v1/namespaces/kube-system/pods/etcd-${node}:2381/proxy/metrics`);
      const of = (name: string) => Number(new RegExp(`^etcd_${name} (\\S+)$`, 'm').exec(body)?.[1]);
      const server = ['server_has_leader', 'server_is_leader', 'server_leader_changes_seen_total'].map(of);
      return { server, revision: of('debugging_mvcc_current_revision'), bytes: of('mvcc_db_total_size_in_bytes') };
    };
    const { revision, dbSize } = await faults.etcd();
    expect(await metrics('control-plane')).toEqual({ server: [1, 1, 1], revision, bytes: dbSize });
    expect((await metrics('control-plane-2')).server).toEqual([1, 0, 1]);
    await faults.inject({ type: 'stop', component: 'etcd', node: 'control-plane' });
    await advance(10_000);
    const { leader = '' } = await faults.etcd();
    expect((await metrics(leader)).server).toEqual([1, 1, 2]);
  });

  it('tells of a slow disk: how many writes took how long on it', async () => {
    const { faults, get, write } = await opened();
    const times = async (node: string) => {
      const { body } = await get(`/api/v1/namespaces/kube-system/pods/etcd-${node}:2381/proxy/metrics`);
      const of = (name: string) => Number(new RegExp(`^etcd_disk_wal_fsync_duration_seconds_${name} (\\S+)$`, 'm').exec(body)?.[1]);
      return { slow: of('count') - of('bucket{le="0.256"}'), sum: of('sum') };
    };
    const { id } = await faults.inject({ type: 'slow', component: 'etcd', node: 'control-plane', delay: 400 });
    const before = (await faults.etcd()).revision;
    await write('a');
    await faults.heal(id);
    const { slow, sum } = await times('control-plane');
    expect([slow >= 1, slow <= (await faults.etcd()).revision - before + 1]).toEqual([true, true]);
    expect(sum).toBeCloseTo(slow * 0.4);
    await write('b');
    expect(await times('control-plane')).toEqual({ slow, sum });
    expect(await times('control-plane-2')).toEqual({ slow: 0, sum: 0 });
  });

  it('of one member: its end is the end of all writes', async () => {
    const { advance, faults, write, get } = await opened({ ...THREE, count: 2, controlPlanes: 1 });
    const { id } = await faults.inject({ type: 'stop', component: 'etcd' });
    expect(await write('a')).toBe(
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused"',
    );
    await advance(60_000);
    expect((await get('/readyz')).status).toBe(500);
    await faults.heal(id);
    await advance(3_000);
    expect(await write('b')).toBe('written');
  });

  it.each([3, 5, 7])('of %i members stands the loss of a minority', async (controlPlanes) => {
    const { advance, faults, write } = await opened({ ...THREE, count: controlPlanes, controlPlanes });
    const minority = Math.floor(controlPlanes / 2);
    for (let member = 0; member < minority; member += 1)
      await faults.inject({ type: 'pause', component: 'etcd', node: member === 0 ? 'control-plane' : `control-plane-${member + 1}` });
    await advance(10_000);
    expect(await write('a')).toBe('written');
    await faults.inject({ type: 'stop', component: 'etcd', node: `control-plane-${minority + 1}` });
    await advance(10_000);
    expect(await write('b')).toBe(TIMED_OUT);
  });
});

describe('API servers', () => {
  it('behind one address: nothing is lost with one of three, and all is with the last', async () => {
    const { client, faults, write, get } = await opened();
    for (const node of ['control-plane', 'control-plane-2']) await faults.inject({ type: 'stop', component: 'kube-apiserver', node });
    expect(await write('a')).toBe('written');
    const { id } = await faults.inject({ type: 'stop', component: 'kube-apiserver', node: 'control-plane-3' });
    expect(await write('b')).toBe('the server is currently unable to handle the request');
    expect((await get('/livez')).status).toBe(503);
    await faults.heal(id);
    expect((await client.list(ConfigMap, { namespace: 'default' })).items.map(({ metadata }) => metadata.name)).toEqual([
      'a',
      'kube-root-ca.crt',
    ]);
  });
});

describe.each(['kube-controller-manager', 'kube-scheduler'] as const)('the leader election of %s', (component) => {
  it('another instance takes over when the Lease of the leader has run out', async () => {
    const { client, advance, faults, lease } = await opened();
    const before = await lease(component);
    expect(before?.holderIdentity).toMatch(/^control-plane_/);
    await faults.inject({ type: 'stop', component, node: 'control-plane' });
    await advance(14_000);
    // The Lease is not renewed any more.
    expect(await lease(component)).toEqual({ ...before, renewTime: '2026-01-01T00:00:00.000001Z' });
    await advance(4_000);
    const after = await lease(component);
    expect(after).toEqual({
      holderIdentity: expect.stringMatching(/^control-plane-[23]_[0-9a-f-]{36}$/),
      leaseDurationSeconds: 15,
      acquireTime: expect.stringMatching(/^2026-01-01T00:00:1[5-7]/),
      renewTime: expect.any(String),
      leaseTransitions: 1,
    });
    const events = (await client.list(Event, { namespace: 'kube-system' })).items.filter(({ reason }) => reason === 'LeaderElection');
    expect(events.map(({ message, source, involvedObject }) => [message, source?.component, involvedObject.kind])).toEqual([
      [`${after?.holderIdentity} became leader`, component, 'Lease'],
    ]);
  });

  it('a new process of the only instance has to wait, because it has another name', async () => {
    const { advance, faults, lease } = await opened({ ...THREE, count: 2, controlPlanes: 1 });
    const { id } = await faults.inject({ type: 'stop', component });
    await advance(1_000);
    await faults.heal(id);
    await advance(10_000);
    expect((await lease(component))?.leaseTransitions).toBe(0);
    await advance(7_000);
    expect((await lease(component))?.leaseTransitions).toBe(1);
  });
});

it('component statuses tell what is down', async () => {
  const { faults, advance, get } = await opened({ ...THREE, count: 2, controlPlanes: 1 });
  await faults.inject({ type: 'stop', component: 'kube-scheduler' });
  await faults.inject({ type: 'stop', component: 'kube-controller-manager' });
  await advance(1_000);
  const { items } = JSON.parse((await get('/api/v1/componentstatuses')).body);
  const status = items.map(
    ({ metadata, conditions: [condition] }: { metadata: { name: string }; conditions: Array<{ status: string }> }) => [
      metadata.name,
      condition?.status,
    ],
  );
  expect(status).toEqual([
    ['controller-manager', 'False'],
    ['etcd-0', 'True'],
    ['scheduler', 'False'],
  ]);
});

it('a node that is cut off from the control plane gets no work done until the cut is healed', async () => {
  const { client, settle, faults } = await opened({ ...THREE, count: 2, controlPlanes: 1 });
  const { id } = await faults.inject({ type: 'cut', node: 'worker-1', peer: 'control-plane' });
  const pod: corev1.Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'nginx' }] },
  };
  await client.create(Pod, pod);
  await settle();
  const phase = async () => (await client.get(Pod, 'p', 'default')).status?.phase;
  expect(await phase()).toBe('Pending');
  await faults.heal(id);
  await settle();
  expect(await phase()).toBe('Running');
});

describe('what pods feel of the parts that serve them', () => {
  const script = (command: string): corev1.Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', command] }] },
  });
  /** The phase of a pod that has run a command. */
  async function outcome(cluster: Awaited<ReturnType<typeof opened>>, command: string) {
    await cluster.client.create(Pod, script(command));
    await cluster.settle();
    await cluster.advance(120_000);
    return (await cluster.client.get(Pod, 'p', 'default')).status?.phase;
  }

  it('names are resolved', async () => {
    const cluster = await opened({ ...THREE, count: 2, controlPlanes: 1 });
    expect(await outcome(cluster, 'nslookup kubernetes.default.svc.cluster.local')).toBe('Succeeded');
  });

  it('without CoreDNS they are not', async () => {
    const cluster = await opened({ ...THREE, count: 2, controlPlanes: 1 });
    await cluster.client.patch(Deployment, 'coredns', 'kube-system', 'merge', { spec: { replicas: 0 } });
    await cluster.settle();
    await cluster.advance(60_000);
    expect(await outcome(cluster, 'nslookup kubernetes.default.svc.cluster.local')).toBe('Failed');
  });

  it.each([
    ['with', false, 'Succeeded'],
    ['without', true, 'Failed'],
  ] as const)('the address of a Service, %s kube-proxy', async (_, removed, phase) => {
    const cluster = await opened({ ...THREE, count: 2, controlPlanes: 1 });
    const { client, settle, advance } = cluster;
    const labels = { app: 'web' };
    await client.create(Pod, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'default', labels },
      spec: { containers: [{ name: 'nginx', image: 'nginx' }] },
    });
    await client.create(Service, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: labels, ports: [{ port: 80 }] },
    });
    if (removed) await client.delete(DaemonSet, 'kube-proxy', 'kube-system');
    await settle();
    await advance(60_000);
    const { spec } = await client.get(Service, 'web', 'default');
    expect(await outcome(cluster, `wget -T 5 -qO- http://${spec?.clusterIP}`)).toBe(phase);
  });
});

it('a subscription tells the faults, and each that is injected or healed with its symptoms', async () => {
  const cluster = await opened({ ...THREE, count: 2, controlPlanes: 1 });
  const graph = new LocalGraph(cluster);
  const inject = (fault: string) => graph.run(`mutation { injectFault(${fault}) { id } }`);
  await inject('type: "fail-pull", image: "nginx*"');
  const changes = await graph.subscribe('subscription { faults { faults { id } injected { id type symptoms } healed { id type } } }');
  const next = async () => ((await changes.next()).value as GraphResult).data?.faults;
  expect(await next()).toEqual({ faults: [{ id: 'fault-1' }], injected: [], healed: [] });
  await inject('type: "stop", component: "kubelet", node: "worker-1"');
  await cluster.write('other');
  await graph.run('mutation { healFault(id: "fault-1") }');
  const symptoms = [
    'its Lease is not renewed: after 50s the node is NotReady, after 5m more its pods are evicted',
    'its containers go on, and are not restarted',
  ];
  expect(await next()).toEqual({
    faults: [{ id: 'fault-1' }, { id: 'fault-2' }],
    injected: [{ id: 'fault-2', type: 'stop', symptoms }],
    healed: [],
  });
  expect(await next()).toEqual({ faults: [{ id: 'fault-2' }], injected: [], healed: [{ id: 'fault-1', type: 'fail-pull' }] });
  await changes.return();
});

it('faults are injected, listed and healed in GraphQL', async () => {
  const cluster = await opened({ ...THREE, count: 2, controlPlanes: 1 });
  const graph = new LocalGraph(cluster);
  const inject =
    'mutation ($type: String!, $component: String) { injectFault(type: $type, component: $component) { id type component node symptoms } }';
  const symptoms = [expect.stringMatching(/^without a quorum/), 'its mirror pod is gone'];
  const fault = { id: 'fault-1', type: 'stop', component: 'etcd', node: null, symptoms };
  expect((await graph.run(inject, { type: 'stop', component: 'etcd' })).data).toEqual({ injectFault: fault });
  expect((await graph.run('{ faults { id since } etcd { leader members { name role term leader } } }')).data).toEqual({
    faults: [{ id: 'fault-1', since: '2026-01-01T00:00:00.000Z' }],
    etcd: { leader: null, members: [{ name: 'control-plane', role: 'stopped', term: 0, leader: null }] },
  });
  const refused = await graph.run(inject, { type: 'explode' });
  expect(refused.errors?.map(({ message }) => message)).toEqual([
    'type: must be one of stop, crash, pause, slow, cut, fill-disk, skew-clock, slow-pull, fail-pull, corrupt-manifest, corrupt-data, shutdown',
  ]);
  expect((await graph.run('mutation { healFault(id: "fault-1") }')).data).toEqual({ healFault: true });
  expect((await graph.run('{ faults { id } }')).data).toEqual({ faults: [] });
});

it('kube-scheduler and kube-controller-manager listen where their manifests say, and tell strangers nothing but their health', async () => {
  const { get, api, advance } = await opened({ ...THREE, count: 2, controlPlanes: 1 });
  const at = (name: string, port: number, path: string, scheme = 'https') =>
    get(`/api/v1/namespaces/kube-system/pods/${scheme}:${name}-control-plane:${port}/proxy${path}`);
  expect((await at('kube-scheduler', 10259, '/healthz')).body).toMatch(/dial tcp 192\.168\.\d+\.\d+:10259: connect: connection refused/);
  const files = await NodeFiles.of(api);
  for (const name of ['kube-scheduler', 'kube-controller-manager']) {
    const manifest = `/etc/kubernetes/manifests/${name}.yaml`;
    await files.write(manifest, ((await files.read(manifest)) ?? '').replace('--bind-address=127.0.0.1', '--bind-address=0.0.0.0'));
  }
  await advance(60_000);
  const refused = (path: string) =>
    `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"forbidden: User \\"system:anonymous\\" cannot get path \\"${path}\\"","reason":"Forbidden","details":{},"code":403}\n`;
  const answers = [
    await at('kube-scheduler', 10259, '/healthz'),
    await at('kube-scheduler', 10259, '/metrics'),
    await at('kube-controller-manager', 10257, '/livez'),
    await at('kube-controller-manager', 10257, '/configz'),
    await at('kube-scheduler', 10259, '/healthz', 'http'),
  ];
  expect(answers).toEqual([
    { status: 200, body: 'ok' },
    { status: 403, body: refused('/metrics') },
    { status: 404, body: '404 page not found\n' },
    { status: 403, body: refused('/configz') },
    { status: 400, body: 'Client sent an HTTP request to an HTTPS server.\n' },
  ]);
});
