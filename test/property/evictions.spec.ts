import fc from 'fast-check';
import type { corev1, policyv1 } from '#api';
import { SteppedClock, seededRandom } from '#apimachinery';
import { type ApiServer, createApiServer } from '#apiserver';
import { clusterStore } from '#cacher';
import { memoryBus } from '#cacher/bus';
import { conversions, providers, strategies } from '#registry';
import { memoryStorage, type Storage, type StorageAdmin } from '#storage';
import { postgresStorage } from '#storage/postgres';
import { type TestDatabase, testDatabase } from '../servers.js';

const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };
const PODS = '/registry/pods/ns/';
const BUDGETS = '/registry/poddisruptionbudgets/ns/';
const cause = { requestId: 'r', user: 'u' };

/** A server of the cluster with a cache of its own, which learns of the others' writes only from the store. */
function server(storage: Storage, index: number) {
  const store = clusterStore({ storage, bus: memoryBus() });
  const random = seededRandom(`server ${index}`, () => String(store.known));
  const timers = { now: () => 0, after: () => () => undefined };
  const api = createApiServer({ store, strategies, conversions, providers, admission: [], clock: new SteppedClock(0), random, timers });
  return { api, store };
}

const pod = (index: number): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `p${index}`, namespace: 'ns', uid: `u${index}`, labels: { app: 'a' } },
  spec: { nodeName: 'n', terminationGracePeriodSeconds: 30, containers: [{ name: 'c', image: 'i' }] },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
});

const budget = (allowed: number): policyv1.PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'b', namespace: 'ns', uid: 'b', generation: 1 },
  spec: { minAvailable: 0, selector: { matchLabels: { app: 'a' } } },
  status: { observedGeneration: 1, disruptionsAllowed: allowed, currentHealthy: allowed, desiredHealthy: 0, expectedPods: allowed },
});

async function evict(api: ApiServer, name: string): Promise<number> {
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } };
  const { status } = await api.handle({
    method: 'POST',
    path: `/api/v1/namespaces/ns/pods/${name}/eviction`,
    query: '',
    headers: { 'content-type': 'application/json' },
    user,
    requestId: 'r',
    body: new TextEncoder().encode(JSON.stringify(eviction)),
  });
  return status;
}

/** Names of the pods that are being deleted, and the status of the budget. */
async function outcome(storage: Storage) {
  const pods = (await storage.list({ prefix: PODS })).items.map(({ value }) => JSON.parse(value) as corev1.Pod);
  const [stored] = (await storage.list({ prefix: BUDGETS })).items;
  const { status = {} } = JSON.parse(stored?.value ?? '{}') as policyv1.PodDisruptionBudget;
  return { deleting: pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined).map(({ metadata }) => metadata.name), status };
}

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.close());

describe.each<[string, () => StorageAdmin, number]>([
  ['memory', () => memoryStorage(), 60],
  ['PostgreSQL', () => postgresStorage(database.pool), 10],
])('%s', (name, admin, numRuns) => {
  test('concurrent evictions on three servers never use more than the budget, and use all of it', async () => {
    const clusters = admin();
    let runs = 0;
    const targets = fc.array(fc.record({ pod: fc.nat({ max: 11 }), server: fc.nat({ max: 2 }) }), { minLength: 1, maxLength: 16 });
    const property = fc.asyncProperty(fc.integer({ min: 0, max: 12 }), targets, async (allowed, plan) => {
      const id = `${name.toLowerCase()}-evictions-${++runs}`;
      await clusters.create(id);
      const storage = clusters.open(id);
      const objects = [
        [`${BUDGETS}b`, budget(allowed)] as const,
        ...Array.from({ length: 12 }, (_, i) => [`${PODS}p${i}`, pod(i)] as const),
      ];
      await storage.write(objects.map(([key, object]) => ({ type: 'create', key, value: JSON.stringify(object), cause, at: 0 })));
      const servers = [0, 1, 2].map((index) => server(storage, index));
      const statuses = await Promise.all(plan.map((one) => evict(servers[one.server]?.api as ApiServer, `p${one.pod}`)));
      const { deleting, status } = await outcome(storage);
      const wanted = new Set(plan.map((one) => one.pod)).size;
      // A pod that is evicted twice at once may use two disruptions, as upstream; it is deleted once.
      const used = allowed - (status.disruptionsAllowed ?? 0);
      expect(statuses.filter((code) => code !== 201 && code !== 429)).toEqual([]);
      expect(status.disruptionsAllowed).toBeGreaterThanOrEqual(0);
      expect(used).toBeLessThanOrEqual(statuses.filter((code) => code === 201).length);
      expect(Object.keys(status.disruptedPods ?? {}).sort()).toEqual(deleting.sort());
      expect(deleting.length).toBeLessThanOrEqual(allowed);
      if (wanted === plan.length) expect(deleting.length).toBe(Math.min(allowed, wanted));
      for (const { store } of servers) store.close();
      await clusters.destroy(id);
    });
    await fc.assert(property, { numRuns, seed: 7 });
  });
});
