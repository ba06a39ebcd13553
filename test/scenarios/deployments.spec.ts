import { describe, expect, it } from '@jest/globals';
import { type appsv1, Deployment, Event, Pod, ReplicaSet, ResourceQuota } from '#api';
import type { LocalCluster } from '#cluster';
import { openCluster } from './story.js';

const IN = { namespace: 'default' };
const REVISION = 'deployment.kubernetes.io/revision';

function web(replicas: number, more: Partial<appsv1.DeploymentSpec> = {}): appsv1.Deployment {
  const template = {
    metadata: { labels: { app: 'web' } } as never,
    spec: { containers: [{ name: 'c', image: 'nginx:1.27', resources: {} }] },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', generation: 1 },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      ...more,
    },
  };
}

function change({ client }: LocalCluster, generation: number, spec: Record<string, unknown>): Promise<appsv1.Deployment> {
  return client.patch(Deployment, 'web', 'default', 'merge', { metadata: { generation }, spec });
}

const image = (name: string) => ({ template: { spec: { containers: [{ name: 'c', image: name }] } } });

/** Image, revision and size of each ReplicaSet, oldest first. */
async function replicaSets({
  client,
}: LocalCluster): Promise<Array<[image: string | undefined, revision: string | undefined, size: number | undefined]>> {
  const { items } = await client.list(ReplicaSet, IN);
  items.sort((a, b) => Number(a.metadata.annotations?.[REVISION]) - Number(b.metadata.annotations?.[REVISION]));
  return items.map(({ metadata, spec }) => [spec.template?.spec?.containers[0]?.image, metadata.annotations?.[REVISION], spec.replicas]);
}

/** The Deployment's events, without the hashes of ReplicaSets. */
async function told({ client }: LocalCluster): Promise<string[]> {
  const { items } = await client.list(Event, IN);
  const own = items.filter(({ involvedObject }) => involvedObject.kind === 'Deployment');
  return own.map(({ message = '' }) => message.replace(/web-[a-z0-9]+/, 'web-x')).sort();
}

const status = async ({ client }: LocalCluster): Promise<appsv1.DeploymentStatus> =>
  (await client.get(Deployment, 'web', 'default')).status ?? {};
const reasonOf = async (cluster: LocalCluster): Promise<string | undefined> =>
  (await status(cluster)).conditions?.find(({ type }) => type === 'Progressing')?.reason;

describe('deployment-controller: a Deployment', () => {
  it('starts its pods, and reports it', async () => {
    const cluster = await openCluster();
    await cluster.client.create(Deployment, web(3));
    await cluster.settle();
    const { conditions, ...counts } = await status(cluster);
    expect(counts).toEqual({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      terminatingReplicas: 0,
    });
    expect(conditions?.map(({ type, reason }) => [type, reason])).toEqual([
      ['Available', 'MinimumReplicasAvailable'],
      ['Progressing', 'NewReplicaSetAvailable'],
    ]);
    expect(await told(cluster)).toEqual(['Scaled up replica set web-x from 0 to 3']);
  });

  it('replaces pods one by one, and rolls back to an earlier revision', async () => {
    const cluster = await openCluster();
    await cluster.client.create(Deployment, web(2));
    await cluster.settle();
    await change(cluster, 2, image('nginx:1.28'));
    await cluster.settle();
    expect(await replicaSets(cluster)).toEqual([
      ['nginx:1.27', '1', 0],
      ['nginx:1.28', '2', 2],
    ]);
    expect(await told(cluster)).toEqual([
      'Scaled down replica set web-x from 1 to 0',
      'Scaled down replica set web-x from 2 to 1',
      'Scaled up replica set web-x from 0 to 1',
      'Scaled up replica set web-x from 0 to 2',
      'Scaled up replica set web-x from 1 to 2',
    ]);
    await change(cluster, 3, image('nginx:1.27'));
    await cluster.settle();
    expect(await replicaSets(cluster)).toEqual([
      ['nginx:1.28', '2', 0],
      ['nginx:1.27', '3', 2],
    ]);
    const { items } = await cluster.client.list(ReplicaSet, IN);
    expect(items.map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/revision-history']).sort()).toEqual([
      '1',
      undefined,
    ]);
  });

  it('stops at a template that does not work, and reports when the deadline is exceeded', async () => {
    const cluster = await openCluster();
    await cluster.client.create(Deployment, web(3));
    await cluster.settle();
    await change(cluster, 2, image('no-such-image:1'));
    await cluster.settle();
    expect(await replicaSets(cluster)).toEqual([
      ['nginx:1.27', '1', 3],
      ['no-such-image:1', '2', 1],
    ]);
    expect(await reasonOf(cluster)).toBe('ReplicaSetUpdated');
    await cluster.advance(599_000);
    expect(await reasonOf(cluster)).toBe('ReplicaSetUpdated');
    await cluster.advance(3_000);
    expect(await reasonOf(cluster)).toBe('ProgressDeadlineExceeded');
    await change(cluster, 3, image('nginx:1.27'));
    await cluster.settle();
    expect([await replicaSets(cluster), await reasonOf(cluster)]).toEqual([
      [
        ['no-such-image:1', '2', 0],
        ['nginx:1.27', '3', 3],
      ],
      'NewReplicaSetAvailable',
    ]);
  });

  it('waits until new pods have been ready for long enough', async () => {
    const cluster = await openCluster();
    await cluster.client.create(Deployment, web(2, { minReadySeconds: 10 }));
    await cluster.settle();
    const { readyReplicas, availableReplicas } = await status(cluster);
    expect([readyReplicas, availableReplicas]).toEqual([2, undefined]);
    await change(cluster, 2, image('nginx:1.28'));
    await cluster.advance(9_000);
    expect(await replicaSets(cluster)).toEqual([
      ['nginx:1.27', '1', 2],
      ['nginx:1.28', '2', 1],
    ]);
    await cluster.advance(2_000);
    expect(await replicaSets(cluster)).toEqual([
      ['nginx:1.27', '1', 1],
      ['nginx:1.28', '2', 2],
    ]);
    await cluster.advance(10_000);
    expect([await replicaSets(cluster), (await status(cluster)).availableReplicas]).toEqual([
      [
        ['nginx:1.27', '1', 0],
        ['nginx:1.28', '2', 2],
      ],
      2,
    ]);
  });

  it('Recreate: creates no new pod before the last old one is gone', async () => {
    const cluster = await openCluster();
    await cluster.client.create(Deployment, web(2, { strategy: { type: 'Recreate' } }));
    await cluster.settle();
    const counts: number[] = [];
    const count = async (): Promise<void> => {
      counts.push((await cluster.client.list(Pod, IN)).items.length);
    };
    await cluster.client.watch(
      Pod,
      { resourceVersion: String(await cluster.store.revision()) },
      { event: () => void count(), end: () => undefined },
    );
    await change(cluster, 2, image('nginx:1.28'));
    await cluster.settle();
    expect([Math.max(...counts), await replicaSets(cluster), await told(cluster)]).toEqual([
      2,
      [
        ['nginx:1.27', '1', 0],
        ['nginx:1.28', '2', 2],
      ],
      ['Scaled down replica set web-x from 2 to 0', 'Scaled up replica set web-x from 0 to 2', 'Scaled up replica set web-x from 0 to 2'],
    ]);
  });

  it('is scaled, also while it is paused', async () => {
    const cluster = await openCluster();
    await cluster.client.create(Deployment, web(2));
    await cluster.settle();
    await change(cluster, 2, { paused: true, ...image('nginx:1.28') });
    await cluster.settle();
    expect([await replicaSets(cluster), await reasonOf(cluster)]).toEqual([[['nginx:1.27', '1', 2]], 'DeploymentPaused']);
    await change(cluster, 3, { replicas: 5 });
    await cluster.settle();
    expect(await replicaSets(cluster)).toEqual([['nginx:1.27', '1', 5]]);
    await change(cluster, 4, { paused: false });
    await cluster.settle();
    expect([await replicaSets(cluster), await reasonOf(cluster)]).toEqual([
      [
        ['nginx:1.27', '1', 0],
        ['nginx:1.28', '2', 5],
      ],
      'NewReplicaSetAvailable',
    ]);
    await change(cluster, 5, { replicas: 1 });
    await cluster.settle();
    expect((await cluster.client.list(Pod, IN)).items.length).toBe(1);
  });

  it('keeps the configured number of old ReplicaSets', async () => {
    const cluster = await openCluster();
    await cluster.client.create(Deployment, web(1, { revisionHistoryLimit: 2 }));
    for (let revision = 2; revision <= 5; revision += 1) {
      await cluster.settle();
      await change(cluster, revision, image(`nginx:1.2${revision}`));
    }
    await cluster.settle();
    expect((await replicaSets(cluster)).map(([name]) => name)).toEqual(['nginx:1.23', 'nginx:1.24', 'nginx:1.25']);
  });

  it('replicaset-controller: adopts ReplicaSets that it selects, and its ReplicaSets release pods that they no longer select', async () => {
    const cluster = await openCluster();
    const { client } = cluster;
    await client.create(Deployment, web(2));
    await cluster.settle();
    const [pod] = (await client.list(Pod, IN)).items;
    await client.patch(Pod, pod?.metadata.name ?? '', 'default', 'merge', { metadata: { labels: { 'pod-template-hash': 'none' } } });
    await cluster.settle();
    const { items } = await client.list(Pod, IN);
    const owned = items.map(({ metadata }) => metadata.ownerReferences?.length ?? 0).sort();
    expect(owned).toEqual([0, 1, 1]);
    const hash = items.find(({ metadata }) => metadata.ownerReferences?.length)?.metadata.labels?.['pod-template-hash'];
    await client.patch(Pod, pod?.metadata.name ?? '', 'default', 'merge', { metadata: { labels: { 'pod-template-hash': hash } } });
    await cluster.settle();
    expect((await client.list(Pod, IN)).items.map(({ metadata }) => metadata.ownerReferences?.length)).toEqual([1, 1]);
  });

  it('tells that a quota refuses its pods, having tried a few of them, and goes on when there is room', async () => {
    const cluster = await openCluster();
    const { client } = cluster;
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', namespace: 'default' }, spec: { hard: { pods: '3' } } };
    await client.create(ResourceQuota, quota);
    await cluster.settle();
    await client.create(Deployment, web(10));
    await cluster.settle();
    const found = await status(cluster);
    expect([found.replicas, found.availableReplicas, found.unavailableReplicas]).toEqual([3, 3, 7]);
    const failure = found.conditions?.find(({ type }) => type === 'ReplicaFailure');
    expect([failure?.status, failure?.reason]).toEqual(['True', 'FailedCreate']);
    expect(failure?.message).toMatch(
      /^pods "web-[a-z0-9]+-[a-z0-9]{5}" is forbidden: exceeded quota: q, requested: pods=1, used: pods=3, limited: pods=3$/,
    );
    expect(found.conditions?.map(({ type, reason }) => `${type} ${reason}`).sort()).toEqual([
      'Available MinimumReplicasUnavailable',
      'Progressing ReplicaSetUpdated',
      'ReplicaFailure FailedCreate',
    ]);
    const failed = (await client.list(Event, IN)).items.filter(({ reason }) => reason === 'FailedCreate');
    // Of ten pods one was tried, then two, then four of which none was created; after that one at a time.
    expect(failed.reduce((sum, { count = 0 }) => sum + count, 0)).toBeLessThan(20);
    await client.patch(ResourceQuota, 'q', 'default', 'merge', { spec: { hard: { pods: '20' } } });
    await cluster.advance(1_000_000);
    const { conditions, ...counts } = await status(cluster);
    expect(counts).toMatchObject({ replicas: 10, availableReplicas: 10 });
    expect(conditions?.some(({ type }) => type === 'ReplicaFailure')).toBe(false);
  });

  it.each([
    ['2', 'DeploymentRollback', 'Rolled back deployment "web" to revision 2', 'nginx:1.28', '4'],
    ['0', 'DeploymentRollback', 'Rolled back deployment "web" to revision 2', 'nginx:1.28', '4'],
    [
      '3',
      'DeploymentRollbackTemplateUnchanged',
      'The rollback revision contains the same template as current deployment "web"',
      'nginx:1.29',
      '3',
    ],
    ['9', 'DeploymentRollbackRevisionNotFound', 'Unable to find the revision to rollback to.', 'nginx:1.29', '3'],
  ])('goes back to the revision that its annotation asks for: %s', async (to, reason, message, want, revision) => {
    const cluster = await openCluster();
    const { client } = cluster;
    await client.create(Deployment, web(1));
    await cluster.settle();
    for (const [index, name] of ['nginx:1.28', 'nginx:1.29'].entries()) {
      await change(cluster, index + 2, image(name));
      await cluster.settle();
    }
    await client.patch(Deployment, 'web', 'default', 'merge', { metadata: { annotations: { 'deprecated.deployment.rollback.to': to } } });
    await cluster.settle();
    const { metadata, spec } = await client.get(Deployment, 'web', 'default');
    expect([spec.template.spec?.containers[0]?.image, metadata.annotations]).toEqual([want, { [REVISION]: revision }]);
    const events = (await client.list(Event, IN)).items.filter(({ reason: told }) => told?.startsWith('DeploymentRollback'));
    expect(events.map((event) => [event.reason, event.message])).toEqual([[reason, message]]);
  });
});
