import fc from 'fast-check';
import { type KubeObject, type RandomSource, seededRandom } from '#apimachinery';
import { type Bus, memoryBus } from '#cacher/bus';
import type { Storage } from '#storage';
import { onEachStore, type Server, type Start, storedObjects } from './concurrent-servers.js';

/** Ports and addresses are the same for all servers, names and moments; only another attempt draws others. */
function competing(own: RandomSource): RandomSource {
  const shared = seededRandom('shared');
  return {
    draw(purpose, key) {
      const [, ...attempt] = key.split('\0');
      return ['clusterIP', 'nodePort'].includes(purpose) ? shared.draw(purpose, attempt.join()) : own.draw(purpose, key);
    },
  };
}

/** Servers that draw the same random values for ports and addresses, so that they compete for the same ones. */
const startAll = (start: Start, buses: readonly Bus[]): Server[] => buses.map((bus, index) => start({ index, bus, random: competing }));

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

async function run(servers: readonly Server[], step: Step): Promise<number | undefined> {
  const [method, body] = bodyOf(step);
  const path = method === 'POST' ? SERVICES : `${SERVICES}/s${step.name}`;
  return (servers[step.server] ?? servers[0])?.send(method, path, body);
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

const stored = (storage: Storage, prefix: string) => storedObjects<Stored>(storage, prefix);

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

onEachStore('services', { memory: 60, postgres: 12 }, ({ numRuns, withCluster }) => {
  test('addresses and node ports belong to one Service each, with three servers and any operations', async () => {
    const property = fc.asyncProperty(rounds, fc.boolean(), (plan, together) =>
      withCluster(async (storage, start) => {
        const bus = memoryBus();
        // Without a bus between them, each server learns of the others' writes only from the store.
        const servers = startAll(start, together ? [bus, bus, bus] : [bus, memoryBus(), memoryBus()]);
        for (const round of plan) {
          const statuses = await Promise.all(round.map((each) => run(servers, each)));
          for (const status of statuses) expect([200, 201, 404, 409, 422]).toContain(status);
          await expectConsistent(storage);
        }
      }),
    );
    await fc.assert(property, { numRuns, seed: 7 });
  });

  test('Services that were stored without reservations get them, with three servers and any operations', async () => {
    const property = fc.asyncProperty(rounds, rounds, (before, after) =>
      withCluster(async (storage, start) => {
        const restarted = () => startAll(start, [memoryBus(), memoryBus(), memoryBus()]);
        const earlier = restarted().slice(0, 1);
        for (const round of before) for (const each of round) await run(earlier, each);
        const cause = { requestId: 'r', user: 'u' };
        const claims = await storage.list({ prefix: '/registry/ranges/servicenodeports/' });
        await storage.write(claims.items.map(({ key }) => ({ type: 'delete', key, cause, at: 0 })));
        const servers = restarted();
        for (const round of after) {
          const statuses = await Promise.all(round.map((each) => run(servers, each)));
          for (const status of statuses) expect([200, 201, 404, 409, 422]).toContain(status);
        }
        const last: Step = { server: 1, does: 'create', name: 99, nodePort: undefined, clusterIP: undefined };
        expect(await run(servers, last)).toBe(201);
        await expectConsistent(storage);
      }),
    );
    await fc.assert(property, { numRuns, seed: 11 });
  });

  test('30 concurrent creations get 30 ports', () =>
    withCluster(async (storage, start) => {
      const bus = memoryBus();
      const servers = startAll(start, [bus, bus, bus]);
      const steps = Array.from(
        { length: 30 },
        (_, i): Step => ({ server: i % 3, does: 'create', name: i, nodePort: undefined, clusterIP: undefined }),
      );
      const statuses = await Promise.all(steps.map((each) => run(servers, each)));
      expect(statuses).toEqual(steps.map(() => 201));
      await expectConsistent(storage);
      expect((await stored(storage, '/registry/ranges/servicenodeports/')).length).toBe(30);
    }));
});
