import fc from 'fast-check';
import pg from 'pg';
import { ClusterApi, deploymentOf, type Json } from '../cluster-api.js';
import { environmentOfApi, MoreProcesses } from '../more-processes.js';
import { type LoggedChange, logLines } from '../same-log.js';
import { type Service, startService } from '../service.js';

const deployments = '/apis/apps/v1/namespaces/default/deployments';
const maps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';
const clock = { mode: 'stepped', startAt: '2026-01-01T00:00:00Z' };

let service: Service;
let database: pg.Client;

beforeAll(async () => {
  service = await startService();
  database = new pg.Client({ connectionString: environmentOfApi(service, 'DATABASE_URL') });
  await database.connect();
});
afterAll(async () => {
  await database?.end();
  await service?.stop();
});

/** What was written after the cluster's creation. */
async function logOf(cluster: string): Promise<string[]> {
  const { rows } = await database.query<Json>(
    `SELECT l.* FROM log l JOIN cluster_revisions r ON r.cluster_id = l.cluster_id
     WHERE l.cluster_id = $1 AND l.revision > r.compact_revision ORDER BY l.revision`,
    [cluster],
  );
  const entries = rows.map(
    (row): LoggedChange => ({
      revision: row.revision,
      type: row.deleted ? 'delete' : 'put',
      key: row.key,
      value: row.value,
      createRevision: row.create_revision,
      version: row.version,
      previousRevision: row.previous_revision ?? undefined,
      cause: JSON.parse(row.cause),
      at: row.at,
    }),
  );
  return logLines(entries);
}

async function advance(cluster: string, by: string): Promise<void> {
  const answer = await service.request(`/platform/v1/clusters/${cluster}/clock/advance`, {
    method: 'POST',
    token: service.adminToken,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ by }),
  });
  if (answer.status !== 200) throw new Error(`advance ${by}: ${answer.status} ${answer.text}`);
}

const image = (name: string) => ({ spec: { template: { spec: { containers: [{ name: 'c', image: name }] } } } });
const merge = { type: 'application/merge-patch+json' };

/** The log of a new cluster after these requests, each sent when all work was done. */
async function story(name: string, seed: string, apis: readonly Service[] = [service]): Promise<string[]> {
  const made = await service.createCluster({ name, seed, profile: 'realistic', nodes: { count: 3 }, clock });
  const clients: ClusterApi[] = apis.map((api) => new ClusterApi(api, made));
  let asked = 0;
  const ask = async (method: string, path: string, body?: unknown, options?: object) => {
    const client = clients[asked++ % clients.length] as ClusterApi;
    const answer = await client.must(method, path, body, options);
    await advance(made.id, '0s');
    return answer;
  };
  await ask('POST', deployments, deploymentOf('web', 20));
  await ask('POST', '/api/v1/namespaces/default/services', {
    metadata: { name: 'web' },
    spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  await advance(made.id, '30s');
  await ask('PATCH', `${deployments}/web`, image('nginx:1.28'), merge);
  await advance(made.id, '1m');
  for (let n = 0; n < 3; n += 1) await ask('POST', maps, { metadata: { generateName: 'g-' } });
  await ask('PATCH', `${deployments}/web`, { spec: { replicas: 7 } }, merge);
  await ask('POST', deployments, deploymentOf('broken', 3));
  await ask('PATCH', `${deployments}/broken`, image('no-such-image'), merge);
  await advance(made.id, '10m');
  const [pod] = (await ask('GET', pods)).items;
  await ask('DELETE', `${pods}/${pod.metadata.name}`);
  await ask('DELETE', `${deployments}/web`);
  await advance(made.id, '1m');
  await ask('POST', deployments, deploymentOf('web', 2));
  await advance(made.id, '30s');
  for (const client of clients) client.close();
  return logOf(made.id);
}

test('two clusters with the same seed and the same requests write the same log', async () => {
  const first = await story('first', 'x');
  const second = await story('second', 'x');
  expect(first.length).toBeGreaterThan(300);
  const at = first.findIndex((line, index) => line !== second[index]);
  expect(second.slice(Math.max(0, at - 3), at + 3)).toEqual(first.slice(Math.max(0, at - 3), at + 3));
  expect(second).toEqual(first);
});

test('clusters that run concurrently write the same log', async () => {
  const logs = await Promise.all(Array.from({ length: 8 }, (_, n) => story(`beside-${n}`, 'x')));
  for (const log of logs) expect(log).toEqual(logs[0]);
});

/** A request, or how far the clock is advanced. */
type Step = [method: string, path: string, body?: unknown, options?: object] | string;

const namespaces = '/api/v1/namespaces';
const services = `${namespaces}/default/services`;
const serviceOf = (name: string) => ({ metadata: { name }, spec: { type: 'NodePort', selector: { app: name }, ports: [{ port: 80 }] } });
const crashing = { name: 'c', image: 'busybox', command: ['sh', '-c', 'sleep 5; exit 1'] };

const name = fc.constantFrom('a', 'b', 'c');
const size = fc.nat({ max: 30 });
const images = fc.constantFrom('nginx:1.28', 'redis:7', 'no-such-image');
const node = fc.constantFrom('worker-1', 'worker-2');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(name, size).map(([of, replicas]): Step => ['POST', deployments, deploymentOf(of, replicas)]),
  fc.tuple(name, size).map(([of, replicas]): Step => ['PATCH', `${deployments}/${of}`, { spec: { replicas } }, merge]),
  fc.tuple(name, images).map(([of, to]): Step => ['PATCH', `${deployments}/${of}`, image(to), merge]),
  name.map((of): Step => ['DELETE', `${deployments}/${of}`]),
  name.map((of): Step => ['POST', services, serviceOf(of)]),
  name.map((of): Step => ['DELETE', `${services}/${of}`]),
  name.map((of): Step => ['POST', namespaces, { metadata: { name: of } }]),
  name.map((of): Step => ['POST', `/apis/apps/v1/namespaces/${of}/deployments`, deploymentOf('in', 5)]),
  name.map((of): Step => ['DELETE', `${namespaces}/${of}`]),
  node.map((of): Step => ['PATCH', `/api/v1/nodes/${of}`, { spec: { unschedulable: true } }, merge]),
  node.map((of): Step => ['DELETE', `/api/v1/nodes/${of}`]),
  fc.constant<Step>(['DELETE', pods]),
  fc.constant<Step>(['POST', maps, { metadata: { generateName: 'g-' } }]),
  fc.constant<Step>(['POST', pods, { metadata: { name: 'crash' }, spec: { containers: [crashing] } }]),
  fc.integer({ min: 1, max: 900 }).map((seconds) => `${seconds}s`),
);

test('clusters with the same seed write the same log for any requests', async () => {
  let made = 0;
  const run = async (plan: readonly Step[]) => {
    made += 1;
    const cluster = await service.createCluster({ name: `any-${made}`, seed: 'x', profile: 'realistic', clock });
    const client = new ClusterApi(service, cluster);
    const statuses: number[] = [];
    for (const each of plan) {
      if (typeof each === 'string') await advance(cluster.id, each);
      else statuses.push((await client.call(...each)).status);
      await advance(cluster.id, '0s');
    }
    client.close();
    return [statuses, await logOf(cluster.id)];
  };
  const plans = fc.array(step, { minLength: 5, maxLength: 20, size: 'max' });
  const property = fc.asyncProperty(plans, async (plan) => {
    const [one, other] = await Promise.all([run(plan), run(plan)]);
    expect(other).toEqual(one);
  });
  await fc.assert(property, { numRuns: 6, seed: 3, endOnFailure: true });
});

test('requests that alternate between two apis write the same log as with one', async () => {
  const more = new MoreProcesses(service);
  try {
    const { service: other } = await more.secondApi();
    expect(await story('through-two', 'x', [service, other])).toEqual(await story('through-one', 'x'));
  } finally {
    more.kill();
  }
});
