import fc from 'fast-check';
import { type KubeObject, type RandomSource, SteppedClock, seededRandom } from '#apimachinery';
import { type ApiServer, createApiServer } from '#apiserver';
import { clusterStore, type HostedClusterStore } from '#cacher';
import { type Bus, memoryBus } from '#cacher/bus';
import { conversions, strategies } from '#registry';
import { memoryStorage, type Storage, type StorageAdmin } from '#storage';
import { postgresStorage } from '#storage/postgres';
import { type TestDatabase, testDatabase } from '../servers.js';

/** Servers of one cluster that draw the same random values for ports and addresses, so that they compete for the same ones. */
function servers(storage: Storage, buses: readonly Bus[]): Array<{ api: ApiServer; store: HostedClusterStore }> {
  return buses.map((bus, i) => {
    const store = clusterStore({ storage, bus });
    const shared = seededRandom('shared');
    const own = seededRandom(`server ${i}`, () => String(store.known));
    // Ports and addresses are the same for all names and moments; only another attempt draws others.
    const random: RandomSource = {
      draw(purpose, key) {
        const [, ...attempt] = key.split('\0');
        return ['clusterIP', 'nodePort'].includes(purpose) ? shared.draw(purpose, attempt.join()) : own.draw(purpose, key);
      },
    };
    const timers = { now: () => 0, after: () => () => undefined };
    const api = createApiServer({ store, strategies, conversions, admission: [], clock: new SteppedClock(0), random, timers });
    return { api, store };
  });
}

/** One request: its server, its operation, and its Service. */
interface Step {
  server: number;
  does: 'create' | 'toClusterIP' | 'toNodePort' | 'addPort' | 'toExternalName' | 'delete';
  name: number;
  nodePort: number | undefined;
  clusterIP: string | undefined;
}

const step: fc.Arbitrary<Step> = fc.record({
  server: fc.integer({ min: 0, max: 2 }),
  does: fc.constantFrom('create', 'create', 'create', 'toClusterIP', 'toNodePort', 'addPort', 'toExternalName', 'delete', 'delete'),
  name: fc.integer({ min: 0, max: 5 }),
  nodePort: fc.constantFrom(undefined, undefined, 30_001, 30_002),
  clusterIP: fc.constantFrom(undefined, undefined, undefined, '10.96.0.77'),
});
/** Rounds: the requests of one round run concurrently. */
const rounds = fc.array(fc.array(step, { minLength: 2, maxLength: 12 }), { minLength: 1, maxLength: 6 });

const SERVICES = '/api/v1/namespaces/ns/services';
const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };

function bodyOf({ does, name, nodePort, clusterIP }: Step): [method: string, body?: object] {
  const port = { name: 'a', port: 80, ...(nodePort ? { nodePort } : {}) };
  const metadata = { name: `s${name}` };
  switch (does) {
    case 'create':
      return ['POST', { metadata, spec: { type: 'NodePort', ports: [port], ...(clusterIP ? { clusterIP } : {}) } }];
    case 'toClusterIP':
      return ['PATCH', { spec: { type: 'ClusterIP' } }];
    case 'toNodePort':
      return ['PATCH', { spec: { type: 'NodePort', externalName: null, ports: [port] } }];
    case 'addPort':
      return ['PATCH', { spec: { ports: [port, { ...port, name: 'b', port: 81, nodePort: undefined }] } }];
    case 'toExternalName':
      return ['PATCH', { spec: { type: 'ExternalName', externalName: 'example.com', clusterIP: null, clusterIPs: null, ports: null } }];
    case 'delete':
      return ['DELETE'];
  }
}

async function run(api: ApiServer, step: Step): Promise<number> {
  const [method, body] = bodyOf(step);
  const path = method === 'POST' ? SERVICES : `${SERVICES}/s${step.name}`;
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const bytes = body && new TextEncoder().encode(JSON.stringify(body));
  const request = { method, path, query: '', headers: { 'content-type': type }, user, requestId: 'r', ...(bytes ? { body: bytes } : {}) };
  return (await api.handle(request)).status;
}

interface Stored extends KubeObject {
  spec?: {
    type?: string;
    clusterIP?: string;
    ports?: Array<{ nodePort?: number }>;
    healthCheckNodePort?: number;
    parentRef?: { namespace: string; name: string };
  };
  serviceRef?: { namespace: string; name: string; uid: string };
}

async function stored(storage: Storage, prefix: string): Promise<Stored[]> {
  return (await storage.list({ prefix })).items.map(({ value }) => JSON.parse(value) as Stored);
}

/** The ports and addresses of Services, and the reservations: they are equal, and each occurs once. */
async function expectConsistent(storage: Storage): Promise<void> {
  const services = await stored(storage, '/registry/services/specs/');
  const addresses = services.flatMap(({ spec, metadata }) => (spec?.clusterIP ? [`${spec.clusterIP} ${metadata.name}`] : []));
  const held = (await stored(storage, '/registry/ipaddresses/')).map(({ metadata, spec }) => `${metadata.name} ${spec?.parentRef?.name}`);
  expect(held.sort()).toEqual(addresses.sort());
  // An ExternalName Service may specify node ports, but has none.
  const ports = services.flatMap(({ spec, metadata }) =>
    (spec?.type === 'ExternalName' ? [] : (spec?.ports ?? [])).flatMap(({ nodePort }) => (nodePort ? [`${nodePort} ${metadata.uid}`] : [])),
  );
  const claims = (await stored(storage, '/registry/ranges/servicenodeports/')).map(
    ({ metadata, serviceRef }) => `${metadata.name} ${serviceRef?.uid}`,
  );
  expect(claims.sort()).toEqual(ports.sort());
}

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.close());

describe.each<[string, () => StorageAdmin, number]>([
  ['memory', () => memoryStorage(), 60],
  ['PostgreSQL', () => postgresStorage(database.pool), 12],
])('%s', (name, admin, numRuns) => {
  test('addresses and node ports belong to one Service each, with three servers and any operations', async () => {
    const clusters = admin();
    let runs = 0;
    const property = fc.asyncProperty(rounds, fc.boolean(), async (plan, together) => {
      const id = `${name.toLowerCase()}-services-${++runs}`;
      await clusters.create(id);
      const storage = clusters.open(id);
      const bus = memoryBus();
      // Without a bus between them, each server learns of the others' writes only from the store.
      const nodes = servers(storage, together ? [bus, bus, bus] : [bus, memoryBus(), memoryBus()]);
      for (const round of plan) {
        const statuses = await Promise.all(round.map((each) => run((nodes[each.server] ?? nodes[0])?.api as ApiServer, each)));
        for (const status of statuses) expect([200, 201, 404, 409, 422]).toContain(status);
        await expectConsistent(storage);
      }
      for (const { store } of nodes) store.close();
      await clusters.destroy(id);
    });
    await fc.assert(property, { numRuns, seed: 7 });
  });

  test('Services that were stored without reservations get them, with three servers and any operations', async () => {
    const clusters = admin();
    let runs = 0;
    const property = fc.asyncProperty(rounds, rounds, async (before, after) => {
      const id = `${name.toLowerCase()}-unclaimed-${++runs}`;
      await clusters.create(id);
      const storage = clusters.open(id);
      const start = () => servers(storage, [memoryBus(), memoryBus(), memoryBus()]);
      const earlier = start();
      for (const round of before) for (const each of round) await run(earlier[0]?.api as ApiServer, each);
      for (const { store } of earlier) store.close();
      const cause = { requestId: 'r', user: 'u' };
      const claims = await storage.list({ prefix: '/registry/ranges/servicenodeports/' });
      await storage.write(claims.items.map(({ key }) => ({ type: 'delete', key, cause, at: 0 })));
      const nodes = start();
      for (const round of after) {
        const statuses = await Promise.all(round.map((each) => run((nodes[each.server] ?? nodes[0])?.api as ApiServer, each)));
        for (const status of statuses) expect([200, 201, 404, 409, 422]).toContain(status);
      }
      const last: Step = { server: 0, does: 'create', name: 99, nodePort: undefined, clusterIP: undefined };
      expect(await run(nodes[1]?.api as ApiServer, last)).toBe(201);
      await expectConsistent(storage);
      for (const { store } of nodes) store.close();
      await clusters.destroy(id);
    });
    await fc.assert(property, { numRuns, seed: 11 });
  });

  test('30 concurrent creations get 30 ports', async () => {
    const clusters = admin();
    const id = `${name.toLowerCase()}-ports`;
    await clusters.create(id);
    const storage = clusters.open(id);
    const bus = memoryBus();
    const nodes = servers(storage, [bus, bus, bus]);
    const steps = Array.from(
      { length: 30 },
      (_, i): Step => ({ server: i % 3, does: 'create', name: i, nodePort: undefined, clusterIP: undefined }),
    );
    const statuses = await Promise.all(steps.map((each) => run(nodes[each.server]?.api as ApiServer, each)));
    expect(statuses).toEqual(steps.map(() => 201));
    await expectConsistent(storage);
    expect((await stored(storage, '/registry/ranges/servicenodeports/')).length).toBe(30);
  });
});
