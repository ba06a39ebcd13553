import { type corev1, Namespace, Node, Pod } from '#api';
import { formatTime, isNotFound, type KubeObject, SteppedClock, seededRandom } from '#apimachinery';
import { createApiServer, inProcessClient } from '#apiserver';
import { clusterStore } from '#apiserver/cacher/cluster-store.js';
import { memoryBus } from '#bus';
import { type CausalClient, createInformers } from '#client';
import { type Component, componentOf, defineController, type HostedCluster, LocalHost, type ReconcileFailure } from '#controller-runtime';
import { type Fence, memoryStorage, type Storage } from '#storage';

/** A stand-in for kubelets: pods run at once, and go at once. */
const quickKubelet: Component = componentOf('kubelet', [
  defineController({
    name: 'kubelet',
    for: Pod,
    async reconcile(pod, { client, clock }) {
      if (!pod.spec.nodeName) return;
      if (pod.metadata.deletionTimestamp !== undefined) {
        await client.delete(Pod, pod.metadata.name, pod.metadata.namespace, { gracePeriodSeconds: 0 }).catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
        return;
      }
      if (pod.status?.phase === 'Running' || pod.spec.containers[0]?.image === 'broken') return;
      const time = formatTime(clock.now());
      const ready = { type: 'Ready', status: 'True', lastTransitionTime: time };
      const ip = `10.244.0.${pod.metadata.uid?.slice(0, 4)}`;
      const conditions = [...(pod.status?.conditions ?? []), ready];
      await client.updateStatus(Pod, { ...pod, status: { ...pod.status, phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions } });
    },
  }),
]);

/** A whole cluster in this process, over memory, with a clock that stands until it is turned. */
export interface LocalCluster {
  readonly client: CausalClient;
  readonly storage: Storage;
  readonly host: LocalHost;
  readonly clock: SteppedClock;
  readonly failures: ReconcileFailure[];
}

export interface LocalClusterOptions {
  components: readonly Component[];
  server: Pick<Parameters<typeof createApiServer>[0], 'strategies' | 'admission' | 'conversions'>;
  nodes?: number;
}

/** Makes one with a few nodes and the default namespace. */
export async function localCluster({ components, server: parts, nodes = 3 }: LocalClusterOptions): Promise<LocalCluster> {
  const admin = memoryStorage();
  await admin.create('c');
  const storage = admin.open('c');
  const clock = new SteppedClock(Date.parse('2026-01-01T00:00:00Z'));
  const random = seededRandom('scenario');
  let host: LocalHost | undefined;
  const store = clusterStore({
    storage,
    bus: memoryBus(),
    onCommit: (_, events) => {
      for (const { current, type } of events) host?.changed(changeOf(current.object, current.key, type === 'delete'));
    },
  });
  const timers = { after: () => () => undefined };
  const server = createApiServer({ store, clock, random, timers, ...parts });
  const client = inProcessClient(server);
  const informers = createInformers(client);
  const failures: ReconcileFailure[] = [];
  const hosted: HostedCluster = {
    cluster: 'c',
    turns: storage,
    contextFor() {
      let fence: Fence | undefined;
      return {
        context: {
          cluster: 'c',
          client: inProcessClient(server, { fence: () => fence }),
          informers,
          clock,
          random,
          profile: { name: 'instant', imagePull: 0, containerStart: 0, containerStop: 0 },
          rootCA: 'PEM',
          onFailure: (failure) => failures.push(failure),
        },
        setFence(next) {
          fence = next;
        },
      };
    },
    async catchUp() {
      await informers.synced();
      return store.revision();
    },
    delivered: () => 0,
    delayUntil: () => undefined,
    close: () => informers.close(),
  };
  for (const name of ['default', 'kube-system']) {
    await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: { finalizers: ['kubernetes'] } });
  }
  for (let index = 1; index <= nodes; index += 1) await client.create(Node, nodeOf(`node-${index}`));
  host = new LocalHost({ hosted, components: [...components, quickKubelet], clock, autorun: false });
  await host.settle();
  return { client, storage, host, clock, failures };
}

function changeOf(object: KubeObject, key: string, deleted: boolean) {
  const parts = key.split('/').slice(2);
  const slash = object.apiVersion.indexOf('/');
  const resource = parts[0]?.includes('.') ? (parts[1] ?? '') : (parts[0] ?? '');
  const plain: Record<string, string> = { minions: 'nodes', services: parts[1] === 'endpoints' ? 'endpoints' : 'services' };
  return {
    group: slash < 0 ? '' : object.apiVersion.slice(0, slash),
    resource: plain[resource] ?? resource,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    object,
    deleted,
  };
}

function nodeOf(name: string): corev1.Node {
  const allocatable = { cpu: '4', memory: '8Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    spec: {},
    status: { allocatable, capacity: allocatable, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}
