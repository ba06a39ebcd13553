import { describe, expect, it } from '@jest/globals';
import { type corev1, Event, Node, Pod, PodDisruptionBudget, PriorityClass, ReplicaSet } from '#api';
import type { LocalCluster } from '#cluster';
import { openCluster } from './story.js';

const IN = { namespace: 'default' };
const RESOURCE = 'example.com/units';

/** A cluster whose worker has 1000 units of a resource that no other node has; with priority classes p1 to p4. */
async function start(profile: 'instant' | 'realistic' = 'instant'): Promise<LocalCluster> {
  const cluster = await openCluster({ profile });
  const { client } = cluster;
  const units = { [RESOURCE]: '1000' };
  const [worker] = (await client.list(Node)).items.filter(({ spec }) => spec.taints === undefined);
  await client.patch(
    Node,
    worker?.metadata.name ?? '',
    undefined,
    'merge',
    { status: { capacity: units, allocatable: units } },
    { subresource: 'status' },
  );
  for (const value of [1, 2, 3, 4]) {
    await client.create(PriorityClass, {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: `p${value}` },
      value,
    });
  }
  return cluster;
}

const specOf = (priority: number, units: number, terminationGracePeriodSeconds = 10): corev1.PodSpec => ({
  priorityClassName: `p${priority}`,
  terminationGracePeriodSeconds,
  containers: [
    {
      name: 'c',
      image: 'registry.k8s.io/pause:3.10',
      resources: { requests: { [RESOURCE]: String(units) }, limits: { [RESOURCE]: String(units) } },
    },
  ],
});

const pod = (name: string, priority: number, units: number, labels: Record<string, string> = {}): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels },
  spec: specOf(priority, units),
});

const createReplicaSet = ({ client }: LocalCluster, priority: number, units: number) =>
  client.create(ReplicaSet, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `rs${priority}`, namespace: 'default' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { rs: String(priority) } },
      template: { metadata: { labels: { rs: String(priority) } } as never, spec: specOf(priority, units, 0) },
    },
  });

/** Phase of each pod, and its nominated node, sorted by name; without generated parts of names. */
async function pods({ client }: LocalCluster): Promise<string[]> {
  const { items } = await client.list(Pod, IN);
  return items
    .map(
      ({ metadata, status }) =>
        `${metadata.name.replace(/(rs\d)-.*/, '$1')} ${status?.phase}${status?.nominatedNodeName ? ' nominated' : ''}`,
    )
    .sort();
}

async function countOf({ client }: LocalCluster, reason: string): Promise<number> {
  return (await client.list(Event, IN)).items.filter((event) => event.reason === reason).length;
}

describe('DefaultPreemption: room is made for a pod', () => {
  it.each(['instant', 'realistic'] as const)(
    'of several victims ends: their replacements do not take the room again (%s)',
    async (profile) => {
      const cluster = await start(profile);
      await createReplicaSet(cluster, 1, 200);
      await createReplicaSet(cluster, 2, 300);
      await createReplicaSet(cluster, 3, 450);
      await cluster.advance(30_000);
      expect(await pods(cluster)).toEqual(['rs1 Running', 'rs2 Running', 'rs3 Running']);
      await cluster.client.create(Pod, pod('high', 4, 500));
      await cluster.advance(120_000);
      expect(await pods(cluster)).toEqual(['high Running', 'rs1 Pending', 'rs2 Pending', 'rs3 Running']);
      expect(await countOf(cluster, 'Preempted')).toBe(2);
      expect(await countOf(cluster, 'SuccessfulCreate')).toBe(5);
    },
  );

  it('waits for its victims to end', async () => {
    const cluster = await start('realistic');
    await cluster.client.create(Pod, pod('low', 1, 800));
    await cluster.advance(30_000);
    await cluster.client.create(Pod, pod('high', 2, 800));
    await cluster.settle();
    expect(await pods(cluster)).toEqual(['high Pending nominated', 'low Running']);
    const high = await cluster.client.get(Pod, 'high', 'default');
    const [event] = (await cluster.client.list(Event, IN)).items.filter(({ reason }) => reason === 'Preempted');
    expect([event?.message, event?.involvedObject.name, event?.related?.uid]).toEqual([
      `Preempted by pod ${high.metadata.uid} on node ${high.status?.nominatedNodeName}`,
      'low',
      high.metadata.uid,
    ]);
    await cluster.client.create(Pod, pod('equal', 2, 800));
    await cluster.client.create(Pod, pod('small', 1, 200));
    await cluster.advance(30_000);
    expect(await pods(cluster)).toEqual(['equal Pending', 'high Running', 'small Running']);
  });

  it('clears the nomination of pods with lower priority on the same node', async () => {
    const cluster = await start('realistic');
    await cluster.client.create(Pod, pod('low', 1, 800));
    await cluster.advance(30_000);
    await cluster.client.create(Pod, pod('middle', 2, 800));
    await cluster.settle();
    expect(await pods(cluster)).toEqual(['low Running', 'middle Pending nominated']);
    await cluster.client.create(Pod, pod('high', 3, 800));
    await cluster.settle();
    await cluster.advance(30_000);
    expect(await pods(cluster)).toEqual(['high Running', 'middle Pending']);
    expect(await countOf(cluster, 'Preempted')).toBe(1);
  });

  it('avoids violating a disruption budget', async () => {
    const cluster = await start();
    const labels = { app: 'guarded' };
    await cluster.client.create(PodDisruptionBudget, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'guard', namespace: 'default' },
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
    });
    await cluster.client.create(Pod, pod('guarded', 1, 500, labels));
    await cluster.client.create(Pod, pod('other', 2, 500));
    await cluster.advance(10_000);
    await cluster.client.create(Pod, pod('high', 4, 500));
    await cluster.advance(30_000);
    expect(await pods(cluster)).toEqual(['guarded Running', 'high Running']);
  });
});
