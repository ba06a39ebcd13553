import { type KubeObject, type RandomSource, SteppedClock, seededRandom } from '#apimachinery';
import { type AdmissionPlugin, type ApiServer, createApiServer } from '#apiserver';
import { clusterStore } from '#cacher';
import { type Bus, memoryBus } from '#cacher/bus';
import { conversions, providers, strategies } from '#registry';
import { memoryStorage, type Storage, type StorageAdmin } from '#storage';
import { postgresStorage } from '#storage/postgres';
import { type TestDatabase, testDatabase } from '../servers.js';

/** Several API servers of one cluster at once: each with a cache of its own, over the store in memory and in PostgreSQL. */

export interface Server {
  readonly api: ApiServer;
  /** Sends a request as an administrator; returns the status. A PATCH is a merge patch. */
  send(method: string, path: string, body?: object): Promise<number>;
  close(): void;
}

interface ServerOptions {
  storage: Storage;
  /** Its number: servers draw different random values. */
  index: number;
  admission?: readonly AdmissionPlugin[];
  /** Unset: it learns of the others' writes only from the store. */
  bus?: Bus;
  /** Changes what it draws. */
  random?(own: RandomSource): RandomSource;
}

const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };

/** One server of the cluster in the storage. */
function startServer({ storage, index, admission = [], bus = memoryBus(), random = (own) => own }: ServerOptions): Server {
  const store = clusterStore({ storage, bus });
  const drawn = random(seededRandom(`server ${index}`, () => String(store.known)));
  const timers = { now: () => 0, after: () => () => undefined };
  const clock = new SteppedClock(0);
  const api = createApiServer({ store, strategies, conversions, providers, admission, clock, random: drawn, timers });
  return {
    api,
    async send(method, path, body) {
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const request = { method, path, query: '', headers: { 'content-type': type }, user, requestId: 'r' };
      const bytes = body && new TextEncoder().encode(JSON.stringify(body));
      return (await api.handle({ ...request, ...(bytes ? { body: bytes } : {}) })).status;
    },
    close: () => store.close(),
  };
}

/** Stores objects without any check. */
export async function seed(storage: Storage, objects: Readonly<Record<string, object>>): Promise<void> {
  const cause = { requestId: 'r', user: 'u' };
  const operations = Object.entries(objects).map(([key, object]) => ({ type: 'create' as const, key, value: JSON.stringify(object) }));
  await storage.write(operations.map((operation) => ({ ...operation, cause, at: 0 })));
}

/** The stored objects under a prefix. */
export async function storedObjects<T extends KubeObject>(storage: Storage, prefix: string): Promise<T[]> {
  return (await storage.list({ prefix })).items.map(({ value }) => JSON.parse(value) as T);
}

/** Starts a server of a test's cluster. */
export type Start = (options: Omit<ServerOptions, 'storage'>) => Server;

/** A kind of store, and how often a property is tried on it. */
interface Backend {
  numRuns: number;
  /** Makes a cluster, starts its servers as `run` asks for them, and removes everything afterwards. */
  withCluster(run: (storage: Storage, start: Start) => Promise<void>): Promise<void>;
}

/** Defines the same tests over the store in memory and in PostgreSQL. */
export function onEachStore(subject: string, runs: { memory: number; postgres: number }, define: (backend: Backend) => void): void {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database?.close());
  describe.each<[string, () => StorageAdmin, number]>([
    ['memory', () => memoryStorage(), runs.memory],
    ['PostgreSQL', () => postgresStorage(database.pool), runs.postgres],
  ])('%s', (name, open, numRuns) => {
    let clusters: StorageAdmin | undefined;
    let made = 0;
    define({
      numRuns,
      async withCluster(run) {
        clusters ??= open();
        const id = `${name.toLowerCase()}-${subject}-${++made}`;
        await clusters.create(id);
        const storage = clusters.open(id);
        const servers: Server[] = [];
        const start: Start = (options) => {
          const server = startServer({ storage, ...options });
          servers.push(server);
          return server;
        };
        await run(storage, start);
        for (const server of servers) server.close();
        await clusters.destroy(id);
      },
    });
  });
}
