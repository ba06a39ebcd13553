import { ConfigMap, Node, Pod, type Resource, ServiceAccount } from '#api';
import { type KubeObject, SteppedClock } from '#apimachinery';
import { bootstrapCluster, bootstrapPhases, type ClusterTemplate, DEFAULT_NODES, type Made, type Step } from '#kubeadm';
import { memoryStorage } from '#storage';
import { localCluster } from './one-process.js';
import { profiles } from './profiles.js';

const now = Date.parse('2026-01-02T03:04:05Z');
const template: ClusterTemplate = { nodes: DEFAULT_NODES, rootCA: 'CA', now };

async function newCluster() {
  const admin = memoryStorage();
  await admin.create('c');
  const clock = new SteppedClock(now);
  const parts = {
    storage: admin.open('c'),
    clock,
    seed: 'bootstrap',
    profile: profiles.instant,
    rootCA: 'CA',
    autorun: false,
  };
  const cluster = localCluster(parts);
  await bootstrapCluster(cluster.client, template);
  return cluster;
}

describe('a new cluster', () => {
  it('has its nodes and the pods of its system', async () => {
    const cluster = await newCluster();
    await cluster.settle();
    await cluster.advance(120_000);
    const nodes = await cluster.client.list(Node);
    expect(nodes.items.map(({ metadata, spec }) => [metadata.name, spec?.podCIDR, spec?.taints ?? []])).toEqual([
      ['control-plane', '10.244.0.0/24', [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }]],
      ['worker-1', '10.244.1.0/24', []],
      ['worker-2', '10.244.2.0/24', []],
    ]);
    const pods = await cluster.client.list(Pod);
    const lines = pods.items.map(({ metadata, spec, status }) => {
      const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
      return `${metadata.name?.replace(/-(?!plane)[a-z0-9]{5}$/, '')} ${spec.nodeName} ${status?.phase} ${ready}`;
    });
    const nodeNames = ['control-plane', 'worker-1', 'worker-2'];
    const statics = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(
      (name) => `${name}-control-plane control-plane`,
    );
    const daemons = ['kindnet', 'kube-proxy'].flatMap((name) => nodeNames.map((node) => `${name} ${node}`));
    expect(lines.filter((line) => !line.startsWith('coredns')).sort()).toEqual(
      [...statics, ...daemons].map((line) => `${line} Running True`).sort(),
    );
    expect(lines.filter((line) => /^coredns-\w+ [\w-]+ Running True$/.test(line))).toHaveLength(2);
    const accounts = await cluster.client.list(ServiceAccount);
    expect(accounts.items.length).toBe(44);
    expect((await cluster.client.list(ConfigMap)).items.length).toBe(11);
    cluster.close();
  });

  it('an interrupted bootstrap can be repeated', async () => {
    const cluster = await newCluster();
    const before = await cluster.client.list(Pod);
    await bootstrapCluster(cluster.client, template);
    const after = await cluster.client.list(Pod);
    expect(after.items.map(({ metadata }) => metadata.uid)).toEqual(before.items.map(({ metadata }) => metadata.uid));
    cluster.close();
  });

  it('contains what its template says, and nothing else', () => {
    const made: Made = {
      get: <T extends KubeObject>({ kind }: Resource<T>, name: string) =>
        ({ kind, metadata: { name, uid: `${kind}-${name}` } }) as unknown as T,
    };
    const small: ClusterTemplate = { ...template, nodes: { count: 1, cpu: '2', memory: '4Gi', pods: 50 } };
    const steps = (each: ClusterTemplate) => bootstrapPhases(each).flatMap((phase) => phase(made));
    expect(steps(small)).toEqual(steps(small));
    const nodes = steps(small).filter((step): step is Step & { verb: 'create' } => step.verb === 'create' && step.object.kind === 'Node');
    expect(nodes.map(({ object }) => object)).toMatchObject([
      { metadata: { name: 'control-plane' }, status: { capacity: { cpu: '2', memory: '4Gi', pods: '50' } } },
    ]);
    // With a single node, all pods have to run on it.
    expect(nodes[0]?.object).toHaveProperty('spec.taints', []);
  });
});
