import { describe, expect, it } from '@jest/globals';
import { type appsv1, ControllerRevision, DaemonSet, Event, Node, Pod } from '#api';
import type { LocalCluster } from '#cluster';
import { openCluster } from './story.js';

const IN = { namespace: 'default' };

function agent(more: Partial<appsv1.DaemonSetSpec> = {}, spec: Record<string, unknown> = {}): appsv1.DaemonSet {
  const containers = [{ name: 'c', image: 'nginx:1.27' }];
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default' },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: { metadata: { labels: { app: 'agent' } } as never, spec: { terminationGracePeriodSeconds: 0, containers, ...spec } },
      ...more,
    },
  };
}

const change = ({ client }: LocalCluster, spec: unknown) => client.patch(DaemonSet, 'agent', 'default', 'merge', { spec });
const image = (name: string) => ({ template: { spec: { containers: [{ name: 'c', image: name }] } } });

/** Node, image and phase of each pod. */
async function pods({ client }: LocalCluster): Promise<string[]> {
  const { items } = await client.list(Pod, IN);
  return items.map(({ spec, status }) => `${spec.nodeName} ${spec.containers[0]?.image} ${status?.phase}`).sort();
}

/** The kinds of the DaemonSet's events, in order, without the pods' suffixes. */
async function told({ client }: LocalCluster): Promise<string[]> {
  const { items } = await client.list(Event, IN);
  const own = items.filter(({ involvedObject }) => involvedObject.kind === 'DaemonSet');
  own.sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion));
  return own.map(({ reason, message = '' }) => `${reason}: ${message.replace(/agent-[a-z0-9]{5}/, 'agent-x')}`);
}

const status = async ({ client }: LocalCluster) => (await client.get(DaemonSet, 'agent', 'default')).status;

const everywhere = (n: number, generation = 1) => ({
  currentNumberScheduled: n,
  desiredNumberScheduled: n,
  numberAvailable: n,
  numberMisscheduled: 0,
  numberReady: n,
  observedGeneration: generation,
  updatedNumberScheduled: n,
});

describe('daemonset-controller: a DaemonSet', () => {
  it('runs a pod on each node without taints', async () => {
    const cluster = await openCluster();
    await cluster.client.create(DaemonSet, agent());
    await cluster.settle();
    expect(await pods(cluster)).toEqual(['worker-1 nginx:1.27 Running', 'worker-2 nginx:1.27 Running']);
    expect(await status(cluster)).toEqual(everywhere(2));
    expect(await told(cluster)).toEqual(Array(2).fill('SuccessfulCreate: Created pod: agent-x'));
    const { items } = await cluster.client.list(Pod, IN);
    const [revision] = (await cluster.client.list(ControllerRevision, IN)).items;
    expect(items[0]?.metadata.labels).toEqual({
      app: 'agent',
      'controller-revision-hash': revision?.metadata.name.slice('agent-'.length),
      'pod-template-generation': '1',
    });
  });

  it('runs on tainted nodes that it tolerates, and on those alone that its selector matches', async () => {
    const cluster = await openCluster();
    await cluster.client.create(DaemonSet, agent({}, { tolerations: [{ operator: 'Exists' }] }));
    await cluster.settle();
    expect(await status(cluster)).toEqual(everywhere(3));
    await change(cluster, { template: { spec: { nodeSelector: { 'kubernetes.io/hostname': 'worker-2' } } } });
    await cluster.settle();
    expect(await pods(cluster)).toEqual(['worker-2 nginx:1.27 Running']);
    expect(await status(cluster)).toEqual(everywhere(1, 2));
  });

  it('follows nodes that are added, tainted and deleted', async () => {
    const cluster = await openCluster();
    const { client } = cluster;
    await client.create(DaemonSet, agent());
    await cluster.settle();
    const { status: machine, metadata, spec } = await client.get(Node, 'worker-1');
    const labels = { ...metadata.labels, 'kubernetes.io/hostname': 'worker-9' };
    const made = await client.create(Node, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker-9', labels }, spec: {} });
    await client.updateStatus(Node, { ...made, status: machine });
    await client.patch(Node, 'worker-9', undefined, 'merge', { spec: { taints: null } });
    await cluster.settle();
    expect(spec.taints ?? []).toEqual([]);
    expect(await status(cluster)).toMatchObject({ desiredNumberScheduled: 3, currentNumberScheduled: 3 });
    await client.patch(Node, 'worker-1', undefined, 'merge', { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } });
    await cluster.settle();
    expect(await pods(cluster)).toHaveLength(3);
    await client.patch(Node, 'worker-2', undefined, 'merge', { spec: { taints: [{ key: 'a', effect: 'NoExecute' }] } });
    await cluster.settle();
    expect((await pods(cluster)).map((pod) => pod.split(' ')[0])).toEqual(['worker-1', 'worker-9']);
    expect(await status(cluster)).toMatchObject({ desiredNumberScheduled: 1, numberMisscheduled: 1 });
    await client.delete(Node, 'worker-9');
    await cluster.advance(300_000);
    expect((await pods(cluster)).map((pod) => pod.split(' ')[0])).toEqual(['worker-1']);
  });

  it('replaces one pod after the other, and goes back to an earlier revision', async () => {
    const cluster = await openCluster();
    await cluster.client.create(DaemonSet, agent());
    await cluster.settle();
    await change(cluster, image('nginx:1.28'));
    await cluster.settle();
    expect(await pods(cluster)).toEqual(['worker-1 nginx:1.28 Running', 'worker-2 nginx:1.28 Running']);
    expect(await status(cluster)).toEqual(everywhere(2, 2));
    const [made, deleted] = ['SuccessfulCreate: Created pod: agent-x', 'SuccessfulDelete: Deleted pod: agent-x'];
    expect(await told(cluster)).toEqual([made, made, deleted, made, deleted, made]);
    await change(cluster, image('nginx:1.27'));
    await cluster.settle();
    const { items } = await cluster.client.list(ControllerRevision, IN);
    expect(items.map(({ revision }) => revision).sort()).toEqual([2, 3]);
  });

  it('brings up the new pod before the old one goes with maxSurge', async () => {
    const cluster = await openCluster();
    const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
    await cluster.client.create(DaemonSet, agent({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } }));
    await cluster.settle();
    await change(cluster, image('nginx:1.28'));
    await cluster.settle();
    expect(await pods(cluster)).toEqual(['worker-1 nginx:1.28 Running', 'worker-2 nginx:1.28 Running']);
    const [made, deleted] = ['SuccessfulCreate: Created pod: agent-x', 'SuccessfulDelete: Deleted pod: agent-x'];
    expect(await told(cluster)).toEqual([made, made, made, deleted, made, deleted]);
  });

  it('leaves old pods alone with OnDelete', async () => {
    const cluster = await openCluster();
    await cluster.client.create(DaemonSet, agent({ updateStrategy: { type: 'OnDelete' } }));
    await cluster.settle();
    await change(cluster, image('nginx:1.28'));
    await cluster.settle();
    expect(await pods(cluster)).toEqual(['worker-1 nginx:1.27 Running', 'worker-2 nginx:1.27 Running']);
    expect(await status(cluster)).toEqual({ ...everywhere(2, 2), updatedNumberScheduled: undefined });
  });

  it('replaces failed pods after a delay that doubles', async () => {
    const cluster = await openCluster();
    await cluster.client.create(DaemonSet, agent({}, { nodeSelector: { 'kubernetes.io/hostname': 'worker-1' } }));
    await cluster.settle();
    const fail = async () => {
      const [pod] = (await cluster.client.list(Pod, IN)).items;
      if (pod) await cluster.client.updateStatus(Pod, { ...pod, status: { ...pod.status, phase: 'Failed' } });
      await cluster.settle();
      return pod?.metadata.uid;
    };
    const uid = async () => (await cluster.client.list(Pod, IN)).items[0]?.metadata.uid;
    const first = await fail();
    expect(await uid()).not.toBe(first);
    const second = await fail();
    expect(await uid()).toBe(second);
    await cluster.advance(1000);
    expect(await uid()).not.toBe(second);
    expect((await told(cluster)).filter((event) => event.startsWith('Failed'))).toEqual(
      Array(2).fill('FailedDaemonPod: Found failed daemon pod default/agent-x on node worker-1, will try to kill it'),
    );
  });

  it('keeps the system DaemonSets of a new cluster without writing anything', async () => {
    const cluster = await openCluster();
    await cluster.settle();
    const before = (await cluster.log()).length;
    await cluster.advance(3_600_000);
    expect((await cluster.log()).slice(before).map(({ key }) => key)).toEqual([]);
    const { items } = await cluster.client.list(Pod, { namespace: 'kube-system', labelSelector: 'k8s-app=kube-proxy' });
    await cluster.client.delete(Pod, items[0]?.metadata.name ?? '', 'kube-system');
    await cluster.advance(60_000);
    const after = await cluster.client.list(Pod, { namespace: 'kube-system', labelSelector: 'k8s-app=kube-proxy' });
    expect(after.items.map(({ status: { phase } = {} }) => phase)).toEqual(['Running', 'Running', 'Running']);
    expect((await cluster.client.list(ControllerRevision, { namespace: 'kube-system' })).items).toHaveLength(2);
  });
});
