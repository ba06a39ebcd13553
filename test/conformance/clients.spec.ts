import { execFile } from 'node:child_process';
import path from 'node:path';
import { AppsV1Api, CustomObjectsApi, KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node';
import { type MadeCluster, type Service, startService, until } from '../service.js';
import { definition, GROUP, namespace, Operator, type Site } from './operator.js';

let service: Service;
let cluster: MadeCluster;
let config: KubeConfig;

beforeAll(async () => {
  service = await startService();
  cluster = await service.createCluster({ name: 'operator', profile: 'instant' });
  config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfig);
});

afterAll(() => service?.stop());

test('an operator: a definition, informers, leader election, status, and garbage collection of what it made', async () => {
  const objects = KubernetesObjectApi.makeApiClient(config);
  const custom = config.makeApiClient(CustomObjectsApi);
  const apps = config.makeApiClient(AppsV1Api);
  const of = { group: GROUP, version: 'v1', namespace, plural: 'sites' };
  const site = async (name: string): Promise<Site> => custom.getNamespacedCustomObject({ ...of, name });
  await objects.create(definition);
  await until(async () => {
    const found = await objects.read<typeof definition & { status?: { conditions?: { type: string; status: string }[] } }>(
      definition as never,
    );
    return found.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') === true;
  });

  const [first, second] = ['first', 'second'].map((identity) => new Operator(config, identity)) as [Operator, Operator];
  // Both try at once: exactly one leads.
  expect((await Promise.all([first.election.attempt(), second.election.attempt()])).filter(Boolean)).toHaveLength(1);
  const [leader, other] = first.election.leads ? [first, second] : [second, first];
  expect([await leader.election.attempt(), await other.election.attempt()]).toEqual([true, false]);
  await Promise.all([leader.start(), other.start()]);

  const make = (name: string, spec: object) =>
    custom.createNamespacedCustomObject({ ...of, body: { apiVersion: `${GROUP}/v1`, kind: 'Site', metadata: { name }, spec } });
  await make('shop', { image: 'nginx', replicas: 2 });
  await make('blog', { image: 'nginx' });
  await expect(make('bad', { replicas: -1 })).rejects.toMatchObject({ code: 422 });
  await until(async () => (await site('shop')).status?.ready === 2 && (await site('blog')).status?.ready === 1);

  // The one that led stops; the other takes the lease and goes on from what the informers have told it.
  await leader.election.release();
  await leader.stop();
  expect(await other.election.attempt()).toBe(true);
  await custom.patchNamespacedCustomObject({ ...of, name: 'shop', body: [{ op: 'replace', path: '/spec/replicas', value: 3 }] });
  await until(async () => (await site('shop')).status?.ready === 3);

  await custom.deleteNamespacedCustomObject({ ...of, name: 'shop' });
  await until(
    async () => (await apps.listNamespacedDeployment({ namespace })).items.map(({ metadata }) => metadata?.name).join() === 'blog',
  );
  expect([...leader.errors, ...other.errors]).toEqual([]);
  await other.stop();
}, 300_000);

/** Runs Debian's Python; resolves with its output, or undefined if it fails. */
const python = (...args: string[]): Promise<string | Error> =>
  new Promise((resolve) => {
    execFile('/usr/bin/python3', args, { timeout: 180_000 }, (error, out, err) =>
      resolve(error ? new Error(`${error.message}\n${err}`) : out),
    );
  });

test("Debian's python3-kubernetes", async () => {
  if ((await python('-c', 'import kubernetes')) instanceof Error) {
    console.log('no python3-kubernetes on this machine: it is not tried');
    return;
  }
  const said = await python(path.join(import.meta.dirname, 'python-client.py'), cluster.kubeconfig);
  if (said instanceof Error) throw said;
  expect(JSON.parse(said)).toEqual({
    version: 'v1.36.2',
    configMap: { a: '1', b: '2' },
    conflict: [409, 'Conflict'],
    running: 2,
    scaled: 1,
    pods: 1,
    paged: true,
    allowed: true,
    missing: [404, 'Not Found'],
  });
}, 300_000);
