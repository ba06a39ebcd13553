import { expect, it } from '@jest/globals';
import { type corev1, Event, Lease, Node, Pod, Role, RoleBinding } from '#api';
import { ClusterFaults, NodeFiles } from '#cluster';
import { openCluster } from './story.js';

const MANAGER = 'kube-controller-manager';
const SCHEDULER = 'kube-scheduler';
const CONFIG = '/etc/kubernetes/scheduler-config.yaml';
const manifestOf = (component: string) => `/etc/kubernetes/manifests/${component}.yaml`;

const pod = (name: string): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }] },
});

async function opened(controlPlanes = 1, cloud = false) {
  const cluster = await openCluster({ cloud, nodes: { count: controlPlanes + 1, controlPlanes, cpu: '4', memory: '8Gi', pods: 110 } });
  const { client, api, clock, settle } = cluster;
  await settle();
  /** Replaces --leader-elect=true in a manifest. */
  const flags = async (component: string, given: readonly string[], node = 'control-plane') => {
    const files = await NodeFiles.of(api, node);
    const text = (await files.read(manifestOf(component))) ?? '';
    const edited = text.replace(/^( +- )--leader-elect=true$/m, (_, dash: string) => given.map((flag) => `${dash}--${flag}`).join('\n'));
    await files.write(manifestOf(component), edited);
    await settle();
    return files;
  };
  const lease = async (name: string, namespace = 'kube-system') => {
    const { spec = {} } = await client.get(Lease, name, namespace);
    const { holderIdentity = '', leaseDurationSeconds, leaseTransitions, renewTime = '' } = spec;
    const age = Math.round((clock.now() - Date.parse(renewTime)) / 1000);
    return { holder: holderIdentity.split('_')[0], leaseDurationSeconds, leaseTransitions, age };
  };
  const phase = async (name: string) => (await client.get(Pod, name, 'default')).status?.phase;
  return { ...cluster, faults: new ClusterFaults(api), flags, lease, phase };
}

it('kube-controller-manager: --leader-elect-lease-duration says how long others wait for a leader that has stopped', async () => {
  const { advance, faults, flags, lease } = await opened(2);
  const longer = ['leader-elect=true', 'leader-elect-lease-duration=1m', 'leader-elect-renew-deadline=40s', 'leader-elect-retry-period=5s'];
  await flags(MANAGER, longer);
  await flags(MANAGER, longer, 'control-plane-2');
  // The Lease of the process that has ended runs out first.
  expect(await lease(MANAGER)).toMatchObject({ leaseDurationSeconds: 15, leaseTransitions: 0 });
  await advance(25_000);
  const { holder = '', ...taken } = await lease(MANAGER);
  expect(taken).toMatchObject({ leaseDurationSeconds: 60, leaseTransitions: 1 });
  await faults.inject({ type: 'stop', component: MANAGER, node: holder });
  await advance(50_000);
  expect(await lease(MANAGER)).toMatchObject({ holder, leaseTransitions: 1 });
  await advance(17_000);
  const other = holder === 'control-plane' ? 'control-plane-2' : 'control-plane';
  expect(await lease(MANAGER)).toMatchObject({ holder: other, leaseTransitions: 2, leaseDurationSeconds: 60 });
});

it('kube-scheduler: without --leader-elect it works at once, and renews no Lease', async () => {
  const { client, advance, flags, lease, phase } = await opened();
  const files = await flags(SCHEDULER, ['leader-elect=false']);
  await client.create(Pod, pod('p'));
  await advance(10_000);
  expect(await phase('p')).toBe('Running');
  await advance(60_000);
  expect(await lease(SCHEDULER)).toMatchObject({ leaseTransitions: 0, age: expect.any(Number) });
  expect((await lease(SCHEDULER)).age).toBeGreaterThanOrEqual(70);
  expect(await files.stateOf(SCHEDULER)).toEqual({ running: true, withoutEffect: [] });
});

it('kube-scheduler: another instance that elects nobody works on when one stops', async () => {
  const { client, advance, faults, flags, phase } = await opened(2);
  for (const node of ['control-plane', 'control-plane-2']) await flags(SCHEDULER, ['leader-elect=false'], node);
  await faults.inject({ type: 'stop', component: SCHEDULER, node: 'control-plane' });
  await client.create(Pod, pod('p'));
  await advance(5_000);
  expect(await phase('p')).toBe('Running');
});

it('kube-scheduler: --leader-elect-resource-name names the Lease, which it takes at once and renews', async () => {
  const { client, advance, flags, lease } = await opened();
  await flags(SCHEDULER, ['leader-elect=true', 'leader-elect-resource-name=own']);
  await advance(31_000);
  expect(await lease('own')).toMatchObject({ holder: 'control-plane', leaseTransitions: 0, leaseDurationSeconds: 15, age: 1 });
  expect((await lease(SCHEDULER)).age).toBeGreaterThanOrEqual(30);
  const { items } = await client.list(Event, { namespace: 'kube-system', fieldSelector: 'reason=LeaderElection' });
  expect(items.map(({ involvedObject, message }) => `${involvedObject.name}: ${message?.replace(/_\S+/, '')}`)).toEqual([
    'own: control-plane became leader',
  ]);
});

it('kube-scheduler: the leaderElection of its configuration counts, and nothing is scheduled while it has no right to the Lease', async () => {
  const { api, client, advance, flags, lease, phase } = await opened();
  const files = await NodeFiles.of(api);
  await files.write(
    CONFIG,
    'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nleaderElection: {leaderElect: true, resourceNamespace: default, resourceName: own, leaseDuration: 30s}\n',
  );
  await flags(SCHEDULER, [`config=${CONFIG}`]);
  await client.create(Pod, pod('p'));
  await advance(60_000);
  expect(await phase('p')).toBe('Pending');
  const metadata = { name: 'leases', namespace: 'default' };
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
  const leases = { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'update'] };
  await client.create(Role, { ...rbac, kind: 'Role', metadata, rules: [leases] });
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'system:kube-scheduler' }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'leases' };
  await client.create(RoleBinding, { ...rbac, kind: 'RoleBinding', metadata, roleRef, subjects });
  await advance(10_000);
  expect(await phase('p')).toBe('Running');
  expect(await lease('own', 'default')).toMatchObject({ holder: 'control-plane', leaseDurationSeconds: 30 });
});

it.each([
  [MANAGER, 'leader-elect-lease-duration=5s', 'panic: leaseDuration must be greater than renewDeadline'],
  [
    SCHEDULER,
    'leader-elect-retry-period=9s',
    `"command failed" err="couldn't create leader elector: renewDeadline must be greater than retryPeriod*JitterFactor"`,
  ],
  ['cloud-controller-manager', 'leader-elect-renew-deadline=2s', 'panic: renewDeadline must be greater than retryPeriod*JitterFactor'],
  [MANAGER, 'leader-elect-resource-lock=endpoints', '"command failed" err="resourceLock value must be \\"leases\\""'],
])('%s does not come up with --%s', async (component, flag, failure) => {
  const { flags } = await opened(1, component === 'cloud-controller-manager');
  expect(await (await flags(component, ['leader-elect=true', flag])).stateOf(component as 'kube-scheduler')).toEqual({
    running: false,
    failure,
    withoutEffect: [],
  });
});

it('node-ipam-controller: --node-cidr-mask-size is the size of what nodes get, and without --allocate-node-cidrs they get nothing', async () => {
  const { client, api, advance, flags } = await opened();
  const join = async (name: string) => {
    await client.create(Node, { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {} });
    await advance(1_000);
    return (await client.get(Node, name)).spec?.podCIDR;
  };
  await flags(MANAGER, ['leader-elect=true', 'node-cidr-mask-size=26']);
  expect([await join('a'), await join('b')]).toEqual(['10.244.2.0/26', '10.244.2.64/26']);
  const files = await NodeFiles.of(api);
  const text = (await files.read(manifestOf(MANAGER))) ?? '';
  await files.write(manifestOf(MANAGER), text.replace('--allocate-node-cidrs=true', '--allocate-node-cidrs=false'));
  expect(await join('c')).toBe(undefined);
  await files.write(manifestOf(MANAGER), text);
  await advance(1_000);
  expect((await client.get(Node, 'c')).spec?.podCIDR).toBe('10.244.2.128/26');
});
