import { describe, expect, it } from '@jest/globals';
import { type appsv1, ControllerRevision, Event, PersistentVolumeClaim, Pod, StatefulSet } from '#api';
import type { LocalCluster } from '#cluster';
import { openCluster } from './story.js';

const IN = { namespace: 'default' };

const template = (image: string) => ({
  metadata: { labels: { app: 'db' } } as never,
  spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image }] },
});

function db(replicas: number, more: Partial<appsv1.StatefulSetSpec> = {}): appsv1.StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'default' },
    spec: { replicas, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template: template('nginx:1.27'), ...more },
  };
}

const claims = (more: Partial<appsv1.StatefulSetSpec> = {}): Partial<appsv1.StatefulSetSpec> => ({
  volumeClaimTemplates: [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', labels: { tier: 'x' } },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  ],
  ...more,
});

const change = ({ client }: LocalCluster, spec: unknown) => client.patch(StatefulSet, 'db', 'default', 'merge', { spec });
const image = (name: string) => ({ template: { spec: { containers: [{ name: 'c', image: name }] } } });

/** Name, image and phase of each pod, by name. */
async function pods({ client }: LocalCluster): Promise<string[]> {
  const { items } = await client.list(Pod, IN);
  return items.map(({ metadata, spec, status }) => `${metadata.name} ${spec.containers[0]?.image} ${status?.phase}`).sort();
}

/** The messages of the set's events, in order. */
async function told({ client }: LocalCluster): Promise<string[]> {
  const { items } = await client.list(Event, IN);
  const own = items.filter(({ involvedObject }) => involvedObject.kind === 'StatefulSet');
  own.sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion));
  return own.map(({ reason, message }) => `${reason}: ${message}`);
}

/** The status with the revisions' names replaced by their numbers. */
async function status({ client }: LocalCluster): Promise<Record<string, unknown>> {
  const revisions = new Map((await client.list(ControllerRevision, IN)).items.map(({ metadata, revision }) => [metadata.name, revision]));
  const found = (await client.get(StatefulSet, 'db', 'default')).status;
  const { currentRevision = '', updateRevision = '' } = found ?? {};
  return { ...found, currentRevision: revisions.get(currentRevision), updateRevision: revisions.get(updateRevision) };
}

/** The pods' creations and deletions in the log, in order. */
async function history(cluster: LocalCluster): Promise<string[]> {
  const log = await cluster.log();
  return log.flatMap(({ key, type, previousRevision }) => {
    if (!key.startsWith('/registry/pods/default/')) return [];
    const name = key.slice('/registry/pods/default/'.length);
    if (type === 'delete') return [`-${name}`];
    return previousRevision === undefined ? [`+${name}`] : [];
  });
}

describe('statefulset-controller: a StatefulSet', () => {
  it('starts its pods one after the other, each with its name, labels and host name', async () => {
    const cluster = await openCluster();
    await cluster.client.create(StatefulSet, db(3));
    await cluster.settle();
    expect(await pods(cluster)).toEqual(['db-0 nginx:1.27 Running', 'db-1 nginx:1.27 Running', 'db-2 nginx:1.27 Running']);
    expect(await told(cluster)).toEqual([0, 1, 2].map((n) => `SuccessfulCreate: Create Pod db-${n} in StatefulSet db successful`));
    expect(await status(cluster)).toEqual({
      observedGeneration: 1,
      replicas: 3,
      readyReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      currentRevision: 1,
      updateRevision: 1,
      collisionCount: 0,
      availableReplicas: 3,
    });
    const { metadata, spec } = await cluster.client.get(Pod, 'db-1', 'default');
    const revision = (await cluster.client.get(StatefulSet, 'db', 'default')).status?.currentRevision;
    expect(metadata.labels).toEqual({
      app: 'db',
      'apps.kubernetes.io/pod-index': '1',
      'controller-revision-hash': revision,
      'statefulset.kubernetes.io/pod-name': 'db-1',
    });
    expect([metadata.generateName, spec.hostname, spec.subdomain]).toEqual(['db-', 'db-1', 'db']);
  });

  it('waits for a pod that does not become ready, even when the template is mended, until it is deleted', async () => {
    const cluster = await openCluster();
    await cluster.client.create(StatefulSet, db(2, { template: template('postgres:16') }));
    await cluster.settle();
    expect((await pods(cluster)).map((pod) => pod.split(' ')[0])).toEqual(['db-0']);
    await change(cluster, image('nginx:1.27'));
    await cluster.settle();
    expect((await cluster.client.get(Pod, 'db-0', 'default')).spec.containers[0]?.image).toBe('postgres:16');
    await cluster.client.delete(Pod, 'db-0', 'default');
    await cluster.settle();
    expect(await pods(cluster)).toEqual(['db-0 nginx:1.27 Running', 'db-1 nginx:1.27 Running']);
  });

  it('removes pods from the highest ordinal down, and starts at another ordinal', async () => {
    const cluster = await openCluster();
    await cluster.client.create(StatefulSet, db(3, { ordinals: { start: 5 } }));
    await cluster.settle();
    await change(cluster, { replicas: 1 });
    await cluster.settle();
    expect(await pods(cluster)).toEqual(['db-5 nginx:1.27 Running']);
    expect((await told(cluster)).slice(3)).toEqual([7, 6].map((n) => `SuccessfulDelete: Delete Pod db-${n} in StatefulSet db successful`));
  });

  it('replaces pods from the highest ordinal down to the partition, and the rest when it is lowered', async () => {
    const cluster = await openCluster();
    await cluster.client.create(StatefulSet, db(3, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } }));
    await cluster.settle();
    await change(cluster, image('nginx:1.28'));
    await cluster.settle();
    expect(await pods(cluster)).toEqual(['db-0 nginx:1.27 Running', 'db-1 nginx:1.27 Running', 'db-2 nginx:1.28 Running']);
    expect(await status(cluster)).toMatchObject({ currentReplicas: 2, updatedReplicas: 1, currentRevision: 1, updateRevision: 2 });
    await cluster.client.delete(Pod, 'db-0', 'default');
    await cluster.settle();
    expect((await pods(cluster))[0]).toBe('db-0 nginx:1.27 Running');
    await change(cluster, { updateStrategy: { rollingUpdate: { partition: 0 } } });
    await cluster.settle();
    expect(await pods(cluster)).toEqual(['db-0 nginx:1.28 Running', 'db-1 nginx:1.28 Running', 'db-2 nginx:1.28 Running']);
    expect(await status(cluster)).toMatchObject({ currentReplicas: 3, updatedReplicas: 3, currentRevision: 2, updateRevision: 2 });
    await change(cluster, image('nginx:1.27'));
    await cluster.settle();
    expect(await status(cluster)).toMatchObject({ currentReplicas: 3, currentRevision: 3, updateRevision: 3 });
    const { items } = await cluster.client.list(ControllerRevision, IN);
    expect(items.map(({ revision }) => revision).sort()).toEqual([2, 3]);
  });

  it('leaves pods of an old template alone with OnDelete until they are deleted', async () => {
    const cluster = await openCluster();
    await cluster.client.create(StatefulSet, db(2, { updateStrategy: { type: 'OnDelete' } }));
    await cluster.settle();
    await change(cluster, image('nginx:1.28'));
    await cluster.settle();
    expect(await pods(cluster)).toEqual(['db-0 nginx:1.27 Running', 'db-1 nginx:1.27 Running']);
    await cluster.client.delete(Pod, 'db-0', 'default');
    await cluster.settle();
    expect(await pods(cluster)).toEqual(['db-0 nginx:1.28 Running', 'db-1 nginx:1.27 Running']);
  });

  it('starts and removes all pods at once with Parallel', async () => {
    const cluster = await openCluster();
    await cluster.client.create(StatefulSet, db(4, { podManagementPolicy: 'Parallel', minReadySeconds: 3600 }));
    await cluster.settle();
    expect(await pods(cluster)).toHaveLength(4);
    await change(cluster, { replicas: 1 });
    await cluster.settle();
    expect(await pods(cluster)).toHaveLength(1);
  });

  it('waits for minReadySeconds before the next pod', async () => {
    const cluster = await openCluster();
    await cluster.client.create(StatefulSet, db(2, { minReadySeconds: 30 }));
    await cluster.settle();
    expect(await pods(cluster)).toHaveLength(1);
    expect(await status(cluster)).toMatchObject({ readyReplicas: 1, availableReplicas: 0 });
    await cluster.advance(29_000);
    expect(await pods(cluster)).toHaveLength(1);
    await cluster.advance(2000);
    expect(await pods(cluster)).toHaveLength(2);
    await cluster.advance(31_000);
    expect(await status(cluster)).toMatchObject({ readyReplicas: 2, availableReplicas: 2 });
  });

  it('keeps the claims of its pods, and mounts them again', async () => {
    const cluster = await openCluster();
    await cluster.client.create(StatefulSet, db(1, claims({ podManagementPolicy: 'Parallel' })));
    await cluster.settle();
    const claim = await cluster.client.get(PersistentVolumeClaim, 'data-db-0', 'default');
    expect([claim.metadata.labels, claim.metadata.ownerReferences]).toEqual([{ app: 'db', tier: 'x' }, undefined]);
    const pod = await cluster.client.get(Pod, 'db-0', 'default');
    expect(pod.spec.volumes?.[0]).toEqual({ name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } });
    expect(await told(cluster)).toEqual([
      'SuccessfulCreate: Create Claim data-db-0 Pod db-0 in StatefulSet db success',
      'SuccessfulCreate: Create Pod db-0 in StatefulSet db successful',
    ]);
    await change(cluster, { replicas: 0 });
    await cluster.settle();
    expect((await cluster.client.get(PersistentVolumeClaim, 'data-db-0', 'default')).metadata.uid).toBe(claim.metadata.uid);
  });

  it('hands claims to the set or to pods that are scaled away, by the retention policy', async () => {
    const cluster = await openCluster();
    const policy = { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Delete' } };
    await cluster.client.create(StatefulSet, db(2, claims({ podManagementPolicy: 'Parallel', ...policy })));
    await cluster.settle();
    const owners = async (name: string) =>
      (await cluster.client.get(PersistentVolumeClaim, name, 'default')).metadata.ownerReferences?.map(
        ({ kind, name: of }) => `${kind} ${of}`,
      );
    expect([await owners('data-db-0'), await owners('data-db-1')]).toEqual([['StatefulSet db'], ['StatefulSet db']]);
    await change(cluster, { replicas: 1 });
    await cluster.settle();
    const log = (await cluster.log()).filter(({ key }) => key.endsWith('/data-db-1'));
    expect(log.some(({ value }) => value?.includes('"kind":"Pod"'))).toBe(true);
  });

  it('adopts a pod of its name and selector, and releases one whose labels are changed', async () => {
    const cluster = await openCluster();
    const orphan = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'db-0', namespace: 'default', labels: { app: 'db' } } };
    await cluster.client.create(Pod, { ...orphan, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } });
    const stranger = { ...orphan, metadata: { ...orphan.metadata, name: 'other' } };
    await cluster.client.create(Pod, { ...stranger, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } });
    await cluster.settle();
    await cluster.client.create(StatefulSet, db(1, { updateStrategy: { type: 'OnDelete' } }));
    await cluster.settle();
    const ownerOf = async (name: string) => (await cluster.client.get(Pod, name, 'default')).metadata.ownerReferences?.[0]?.name;
    expect([await ownerOf('db-0'), await ownerOf('other')]).toEqual(['db', undefined]);
    await cluster.client.patch(Pod, 'db-0', 'default', 'merge', { metadata: { labels: { app: 'gone' } } });
    await cluster.settle();
    expect(await ownerOf('db-0')).toBeUndefined();
    // Its name is still taken: nothing is told about that.
    const labelled = 'SuccessfulUpdate: Update Pod db-0 in StatefulSet db successful';
    expect(await told(cluster)).toEqual([labelled]);
    await cluster.client.delete(Pod, 'db-0', 'default');
    await cluster.advance(60_000);
    expect(await told(cluster)).toEqual([labelled, 'SuccessfulCreate: Create Pod db-0 in StatefulSet db successful']);
  });

  it('replaces a pod that has failed', async () => {
    const cluster = await openCluster();
    await cluster.client.create(StatefulSet, db(1));
    await cluster.settle();
    const pod = await cluster.client.get(Pod, 'db-0', 'default');
    await cluster.client.updateStatus(Pod, { ...pod, status: { ...pod.status, phase: 'Failed', reason: 'Evicted' } });
    await cluster.settle();
    const next = await cluster.client.get(Pod, 'db-0', 'default');
    expect([next.metadata.uid === pod.metadata.uid, next.status?.phase]).toEqual([false, 'Running']);
    expect(await history(cluster)).toEqual(['+db-0', '-db-0', '+db-0']);
  });
});
