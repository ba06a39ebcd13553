import { type corev1, Node, Pod } from '#api';
import { type KubeObject, SteppedClock, seededRandom } from '#apimachinery';
import { type CausalClient, Indexer } from '#client';
import { type ComponentChange, type Informers, NO_CLOUD, NO_FAULTS, NO_MANIFESTS, type ReconcileFailure } from '#controller-runtime';
import { kubeScheduler } from './scheduler.js';
import { node, pod } from './test-objects.js';

/** A client whose every request fails. */
function failing(message: string): CausalClient {
  const refuse = () => Promise.reject(new Error(message));
  const client = { createSubresource: refuse, create: refuse, patch: refuse, delete: refuse } as unknown as CausalClient;
  return Object.assign(client, { as: () => client });
}

/** A scheduler over objects that are put into its informers. */
async function open(client: CausalClient) {
  const failures: ReconcileFailure[] = [];
  const indexers = new Map<string, Indexer<KubeObject>>();
  const informers: Informers = {
    served: () => [],
    onServed: () => undefined,
    of(resource) {
      const indexer = indexers.get(resource.kind) ?? new Indexer<KubeObject>();
      indexers.set(resource.kind, indexer);
      return indexer as never;
    },
  };
  const clock = new SteppedClock(0);
  const scheduler = await kubeScheduler.open({
    cluster: 'c',
    client,
    informers,
    clock,
    random: seededRandom('s'),
    profile: { name: 'instant', imagePull: 0, containerStart: 0, containerStop: 0 },
    rootCA: '',
    keys: { clientAuthority: () => Promise.reject(), serviceAccount: () => Promise.reject() },
    faults: NO_FAULTS,
    cloud: NO_CLOUD,
    manifests: NO_MANIFESTS,
    inTurn: async (work) => work(),
    onFailure: (failure) => failures.push(failure),
  });
  const put = (kind: string, object: corev1.Node | corev1.Pod) => indexers.get(kind)?.put(object, 1);
  return { scheduler, put, clock, failures };
}

test("a failed binding is reported with the pod's key, and retried after its back-off", async () => {
  const { scheduler, put, clock, failures } = await open(failing('no connection'));
  put(Node.kind, node('w1'));
  put(Pod.kind, pod('web'));
  expect(await scheduler.drain({ reconciles: 10 })).toEqual({ more: false, nextAt: 2000 });
  const about = { component: 'kube-scheduler', controller: 'default-scheduler', key: 'default/web' };
  expect(failures).toEqual([{ ...about, error: new Error('no connection'), failures: 1 }]);
  clock.set(2000);
  await scheduler.drain({ reconciles: 10 });
  expect(failures.map((failure) => failure.failures)).toEqual([1, 2]);
});

test('a pod that found no room gets that of another one whose binding has failed', async () => {
  const tried: string[] = [];
  const bind = (_resource: unknown, name: string) => {
    tried.push(name);
    return name === 'first' ? Promise.reject(new Error('refused')) : Promise.resolve({});
  };
  const done = () => Promise.resolve({});
  const client = { createSubresource: bind, create: done, patch: done, delete: done } as unknown as CausalClient;
  const { scheduler, put } = await open(Object.assign(client, { as: () => client }));
  put(Node.kind, node('w1'));
  for (const name of ['first', 'second']) put(Pod.kind, pod(name, { requests: { cpu: '3' } }));
  await scheduler.drain({ reconciles: 10 });
  expect(tried).toEqual(['first', 'second']);
});

test.each<[string, string, KubeObject | undefined, boolean]>([
  ['', 'configmaps', undefined, false],
  ['', 'secrets', undefined, false],
  ['', 'events', undefined, false],
  ['coordination.k8s.io', 'leases', undefined, false],
  ['', 'nodes', node('n'), true],
  ['', 'pods', pod('waits'), true],
  ['', 'pods', pod('runs', { nodeName: 'n' }), false],
])('a write of %s/%s wakes the scheduler only if it is relevant: %#', (group, resource, object, wakes) => {
  expect(kubeScheduler.interests({ group, resource, object: () => object, deleted: false } as ComponentChange)).toBe(wakes);
});
