import { describe, expect, it } from '@jest/globals';
import { Deployment, Event, Pod, PodDisruptionBudget, type policyv1 } from '#api';
import { type Status, StatusError } from '#apimachinery';
import type { LocalCluster } from '#cluster';
import { deploymentOf } from '../cluster-api.js';
import { openCluster } from './story.js';

const IN = { namespace: 'default' };

/** A cluster with a Deployment `web` and a budget for its pods. */
async function start(replicas: number, spec: policyv1.PodDisruptionBudgetSpec): Promise<LocalCluster> {
  const cluster = await openCluster();
  const web = deploymentOf('web', replicas);
  await cluster.client.create(Deployment, { ...web, metadata: { ...web.metadata, namespace: 'default' } });
  await createBudget(cluster, 'budget', spec);
  await cluster.settle();
  await cluster.advance(10_000);
  return cluster;
}

const createBudget = ({ client }: LocalCluster, name: string, spec: policyv1.PodDisruptionBudgetSpec) =>
  client.create(PodDisruptionBudget, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
  });

/** The budget as `allowed of healthy/desired/expected`, and its condition. */
async function budget({ client }: LocalCluster): Promise<string> {
  const { status = {} } = await client.get(PodDisruptionBudget, 'budget', 'default');
  const [condition] = status.conditions ?? [];
  const disrupted = Object.keys(status.disruptedPods ?? {}).length;
  return `${status.disruptionsAllowed} of ${status.currentHealthy}/${status.desiredHealthy}/${status.expectedPods} ${condition?.reason}${disrupted ? ` ${disrupted} disrupted` : ''}`;
}

async function pods({ client }: LocalCluster, ready = true): Promise<string[]> {
  const { items } = await client.list(Pod, IN);
  const wanted = items.filter(
    ({ status }) => status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === ready,
  );
  return wanted.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.name);
}

/** Evicts a pod: the Status that is answered. */
function evict({ client }: LocalCluster, name: string, deleteOptions?: policyv1.Eviction['deleteOptions']): Promise<Partial<Status>> {
  const eviction: policyv1.Eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace: 'default' },
    ...(deleteOptions ? { deleteOptions } : {}),
  };
  return client.createSubresource(Pod, name, 'default', 'eviction', eviction).then(
    (status) => status as unknown as Partial<Status>,
    (error: unknown) => {
      if (error instanceof StatusError) return error.status;
      throw error;
    },
  );
}

const short = ({ code, message, details }: Partial<Status>): string =>
  [code, message, ...(details?.causes ?? []).map((cause) => cause.message)].filter((part) => part !== undefined).join(' | ');

const VIOLATES = "429 | Cannot evict pod as it would violate the pod's disruption budget.";

/** Marks a pod as not ready in the name of its kubelet. */
const unready = ({ client }: LocalCluster, name: string) =>
  client.patch(
    Pod,
    name,
    'default',
    'strategic',
    { status: { conditions: [{ type: 'Ready', status: 'False' }] } },
    { subresource: 'status' },
  );

describe('disruption-controller: the status of a budget', () => {
  it('follows its pods and the size of their controller', async () => {
    const cluster = await start(3, { maxUnavailable: '34%' });
    expect(await budget(cluster)).toBe('2 of 3/1/3 SufficientPods');
    await cluster.client.patch(Deployment, 'web', 'default', 'merge', { spec: { replicas: 1 } });
    await cluster.settle();
    await cluster.advance(60_000);
    expect(await budget(cluster)).toBe('1 of 1/0/1 SufficientPods');
  });

  it('says that pods without a controller cannot be counted, and that there are none', async () => {
    const cluster = await start(1, { maxUnavailable: 0, selector: { matchLabels: { app: 'bare' } } });
    const bare = {
      apiVersion: 'v1' as const,
      kind: 'Pod' as const,
      metadata: { name: 'bare', namespace: 'default', labels: { app: 'bare' } },
    };
    await cluster.client.create(Pod, { ...bare, spec: { containers: [{ name: 'c', image: 'nginx' }] } });
    await cluster.settle();
    expect(await budget(cluster)).toBe('0 of 1/0/0 InsufficientPods');
    const { items } = await cluster.client.list(Event, IN);
    const own = items.filter(({ source }) => source?.component === 'controllermanager');
    expect([...new Set(own.map(({ type, reason, message }) => `${type} ${reason}: ${message}`))].sort()).toEqual([
      'Normal NoPods: No matching pods found',
      'Warning UnmanagedPods: Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{app: bare,},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.',
    ]);
  });

  it('fails where a controller of its pods has no scale', async () => {
    const cluster = await start(1, { minAvailable: '50%', selector: { matchLabels: { 'k8s-app': 'kube-proxy' } } });
    const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd', uid: 'u', controller: true };
    const metadata = { name: 'd-1', namespace: 'default', labels: { 'k8s-app': 'kube-proxy' }, ownerReferences: [owner] };
    const held = { ...metadata, finalizers: ['example.com/hold'] };
    await cluster.client.create(Pod, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: held,
      spec: { containers: [{ name: 'c', image: 'nginx' }] },
    });
    await cluster.settle();
    const { status } = await cluster.client.get(PodDisruptionBudget, 'budget', 'default');
    expect(status?.conditions).toMatchObject([
      { status: 'False', reason: 'SyncFailed', message: 'daemonsets.apps does not implement the scale subresource' },
    ]);
  });
});

describe('an eviction', () => {
  it('is refused when the budget is used up, and allowed again when another pod has taken over', async () => {
    const cluster = await start(2, { minAvailable: 1 });
    const [first = '', second = ''] = await pods(cluster);
    expect(await evict(cluster, first)).toEqual({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
    const { metadata, status } = await cluster.client.get(Pod, first, 'default');
    expect([metadata.deletionGracePeriodSeconds, status?.conditions?.find(({ type }) => type === 'DisruptionTarget')]).toEqual([
      30,
      {
        type: 'DisruptionTarget',
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: expect.any(String),
        reason: 'EvictionByEvictionAPI',
        message: 'Eviction API: evicting',
      },
    ]);
    expect(await budget(cluster)).toBe('0 of 2/1/2 InsufficientPods 1 disrupted');
    expect(short(await evict(cluster, second))).toBe(`${VIOLATES} | The disruption budget budget does not allow evicting pods currently`);
    await cluster.settle();
    await cluster.advance(60_000);
    expect(await budget(cluster)).toBe('1 of 2/1/2 SufficientPods');
    expect(short(await evict(cluster, second))).toBe('201');
  });

  it('is a dry run if the delete options say so', async () => {
    const cluster = await start(1, { minAvailable: 0 });
    const [name = ''] = await pods(cluster);
    expect(short(await evict(cluster, name, { dryRun: ['All'] }))).toBe('201');
    expect([await pods(cluster), await budget(cluster)]).toEqual([[name], '1 of 1/0/1 SufficientPods']);
    await cluster.client.patch(PodDisruptionBudget, 'budget', 'default', 'merge', { spec: { minAvailable: 1 } });
    expect(short(await evict(cluster, name, { dryRun: ['All'] }))).toBe(
      `${VIOLATES} | The disruption budget budget is still being processed by the server.`,
    );
    await cluster.settle();
    expect(short(await evict(cluster, name, { dryRun: ['All'] }))).toBe(
      `${VIOLATES} | The disruption budget budget needs 1 healthy pods and has 1 currently`,
    );
  });

  it('follows its preconditions and its grace period', async () => {
    const cluster = await start(1, { minAvailable: 0 });
    const [name = ''] = await pods(cluster);
    const { uid = '', resourceVersion = '' } = (await cluster.client.get(Pod, name, 'default')).metadata;
    expect(short(await evict(cluster, name, { preconditions: { uid: 'other' } }))).toBe(
      `409 | Operation cannot be fulfilled on Pod "${name}": the UID in the precondition (other) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
    await cluster.settle();
    await cluster.advance(130_000);
    expect(await budget(cluster)).toBe('1 of 1/0/1 SufficientPods');
    const options = { preconditions: { uid, resourceVersion }, gracePeriodSeconds: 7 };
    expect(short(await evict(cluster, name, options))).toBe('201');
    expect((await cluster.client.get(Pod, name, 'default')).metadata.deletionGracePeriodSeconds).toBe(7);
  });

  it('of a pod that several budgets select fails', async () => {
    const cluster = await start(1, { minAvailable: 0 });
    await createBudget(cluster, 'another', { minAvailable: 0 });
    await cluster.settle();
    const [name = ''] = await pods(cluster);
    expect(await evict(cluster, name)).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
      code: 500,
    });
    // It is told when the pod changes.
    await cluster.client.patch(Pod, name, 'default', 'merge', { metadata: { labels: { changed: 'yes' } } });
    await cluster.settle();
    const { items } = await cluster.client.list(Event, IN);
    expect(items.find(({ reason }) => reason === 'MultiplePodDisruptionBudgets')?.message).toBe(
      `Pod "default"/"${name}" matches multiple PodDisruptionBudgets.  Chose "another" arbitrarily.`,
    );
  });

  it.each<[string, policyv1.PodDisruptionBudgetSpec, string]>([
    [
      'with a budget that is not met',
      { minAvailable: 2 },
      `${VIOLATES} | The disruption budget budget needs 2 healthy pods and has 1 currently`,
    ],
    ['with a budget that is met', { minAvailable: 1 }, '201'],
    ['with the policy AlwaysAllow', { minAvailable: 2, unhealthyPodEvictionPolicy: 'AlwaysAllow' }, '201'],
    [
      'with the policy IfHealthyBudget',
      { minAvailable: 2, unhealthyPodEvictionPolicy: 'IfHealthyBudget' },
      `${VIOLATES} | The disruption budget budget needs 2 healthy pods and has 1 currently`,
    ],
  ])('of a pod that is not ready, %s', async (_, spec, expected) => {
    const cluster = await start(1, spec);
    const stuck = {
      apiVersion: 'v1' as const,
      kind: 'Pod' as const,
      metadata: { name: 'stuck', namespace: 'default', labels: { app: 'web' } },
    };
    // Its node does not exist, so no kubelet changes its status.
    await cluster.client.create(Pod, { ...stuck, spec: { nodeName: 'none', containers: [{ name: 'c', image: 'nginx' }] } });
    await cluster.client.patch(Pod, 'stuck', 'default', 'merge', { status: { phase: 'Running' } }, { subresource: 'status' });
    await unready(cluster, 'stuck');
    await cluster.settle();
    expect(short(await evict(cluster, 'stuck'))).toBe(expected);
  });

  it('stale-disruption-controller: that no deletion follows is forgotten after two minutes', async () => {
    const cluster = await start(2, { minAvailable: 1 });
    const [name = ''] = await pods(cluster);
    const now = new Date(cluster.clock.now()).toISOString().replace(/\.\d+/, '');
    const target = { type: 'DisruptionTarget', status: 'True', lastTransitionTime: now };
    await cluster.client.patch(
      PodDisruptionBudget,
      'budget',
      'default',
      'merge',
      { status: { disruptedPods: { [name]: now } } },
      { subresource: 'status' },
    );
    await cluster.client.patch(Pod, name, 'default', 'strategic', { status: { conditions: [target] } }, { subresource: 'status' });
    await cluster.settle();
    expect(await budget(cluster)).toBe('0 of 1/1/2 InsufficientPods 1 disrupted');
    await cluster.advance(121_000);
    expect(await budget(cluster)).toBe('1 of 2/1/2 SufficientPods');
    const { status } = await cluster.client.get(Pod, name, 'default');
    expect(status?.conditions?.find(({ type }) => type === 'DisruptionTarget')?.status).toBe('False');
    const { items } = await cluster.client.list(Event, IN);
    expect(items.find(({ reason }) => reason === 'NotDeleted')?.message).toBe(
      "Pod was expected by PDB default/default to be deleted but it wasn't",
    );
  });
});
