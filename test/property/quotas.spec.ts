import fc from 'fast-check';
import { admissionPlugins } from '#admission';
import type { corev1 } from '#api';
import { SteppedClock, seededRandom } from '#apimachinery';
import { type ApiServer, createApiServer } from '#apiserver';
import { clusterStore } from '#cacher';
import { memoryBus } from '#cacher/bus';
import { conversions, providers, strategies } from '#registry';
import { memoryStorage, type Storage, type StorageAdmin } from '#storage';
import { postgresStorage } from '#storage/postgres';
import { type TestDatabase, testDatabase } from '../servers.js';

const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };
const cause = { requestId: 'r', user: 'u' };

/** A server of the cluster with a cache of its own, which learns of the others' writes only from the store. */
function server(storage: Storage, index: number) {
  const store = clusterStore({ storage, bus: memoryBus() });
  const random = seededRandom(`server ${index}`, () => String(store.known));
  const timers = { now: () => 0, after: () => () => undefined };
  const clock = new SteppedClock(0);
  const api = createApiServer({ store, strategies, conversions, providers, admission: admissionPlugins, clock, random, timers });
  return { api, store };
}

const quota = (name: string, hard: Record<string, string>): corev1.ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name, namespace: 'ns', uid: name },
  spec: { hard },
  status: { hard, used: Object.fromEntries(Object.keys(hard).map((resource) => [resource, '0'])) },
});
const namespace: corev1.Namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'ns', uid: 'ns' },
  spec: {},
  status: { phase: 'Active' },
};

async function create(api: ApiServer, name: string, secret: boolean): Promise<number> {
  const object = { apiVersion: 'v1', kind: secret ? 'Secret' : 'ConfigMap', metadata: { name } };
  const { status } = await api.handle({
    method: 'POST',
    path: `/api/v1/namespaces/ns/${secret ? 'secrets' : 'configmaps'}`,
    query: '',
    headers: { 'content-type': 'application/json' },
    user,
    requestId: 'r',
    body: new TextEncoder().encode(JSON.stringify(object)),
  });
  return status;
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
  test('concurrent creations on two servers never use more than two quotas allow, and use all of it', async () => {
    const clusters = admin();
    let runs = 0;
    const plans = fc.array(fc.record({ server: fc.nat({ max: 1 }), secret: fc.boolean() }), { minLength: 1, maxLength: 24 });
    const amount = fc.integer({ min: 0, max: 12 });
    const property = fc.asyncProperty(amount, amount, plans, async (all, secrets, plan) => {
      const id = `${name.toLowerCase()}-quotas-${++runs}`;
      await clusters.create(id);
      const storage = clusters.open(id);
      const objects = [
        ['/registry/namespaces/ns', namespace],
        ['/registry/resourcequotas/ns/a', quota('a', { 'count/configmaps': String(all), 'count/secrets': String(secrets) })],
        ['/registry/resourcequotas/ns/b', quota('b', { 'count/secrets': '12' })],
      ] as const;
      await storage.write(objects.map(([key, object]) => ({ type: 'create', key, value: JSON.stringify(object), cause, at: 0 })));
      const servers = [0, 1].map((index) => server(storage, index));
      const made = await Promise.all(plan.map((one, index) => create(servers[one.server]?.api as ApiServer, `o${index}`, one.secret)));
      expect(made.filter((code) => code !== 201 && code !== 403)).toEqual([]);
      const wanted = plan.filter(({ secret }) => secret).length;
      const counts = await Promise.all(
        ['configmaps', 'secrets'].map(async (each) => (await storage.list({ prefix: `/registry/${each}/ns/` })).items.length),
      );
      expect(counts).toEqual([Math.min(all, plan.length - wanted), Math.min(secrets, 12, wanted)]);
      const [a, b] = (await storage.list({ prefix: '/registry/resourcequotas/ns/' })).items.map(
        ({ value }) => (JSON.parse(value) as corev1.ResourceQuota).status?.used,
      );
      expect(a).toEqual({ 'count/configmaps': String(counts[0]), 'count/secrets': String(counts[1]) });
      // A request that one quota admits and another one refuses may stay charged until the quota's controller counts again, as upstream.
      expect(Number(b?.['count/secrets'])).toBeGreaterThanOrEqual(counts[1] ?? 0);
      for (const { store } of servers) store.close();
      await clusters.destroy(id);
    });
    await fc.assert(property, { numRuns, seed: 7 });
  });
});
