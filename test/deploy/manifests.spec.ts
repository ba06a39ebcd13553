import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { Deployment, Namespace, Secret, Service, scheme } from '#api';
import type { KubeObject } from '#apimachinery';
import { createLocalCluster, type LocalCluster } from '#cluster';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

interface Kustomization {
  namespace: string;
  resources: string[];
  images: Array<{ name: string; newTag: string }>;
}

/** The base's objects as `kubectl apply -k` would send them: with their namespace and image tags. */
function manifests(): KubeObject[] {
  const { namespace, resources, images } = parse(read('k8s/base/kustomization.yaml')) as Kustomization;
  const tagged = (text: string): string =>
    images.reduce((now, { name, newTag }) => now.replaceAll(`image: ${name}\n`, `image: ${name}:${newTag}\n`), text);
  return resources
    .flatMap((file) => parseAllDocuments(tagged(read(`k8s/base/${file}`))).map((document) => document.toJS() as KubeObject))
    .map((object) => (object.kind === 'Namespace' ? object : { ...object, metadata: { ...object.metadata, namespace } }));
}

async function apply({ client }: LocalCluster, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const [group = '', version = ''] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion];
    const resource = scheme.resourceOfKind({ group, version, kind: object.kind });
    if (!resource) throw new Error(`no resource for ${object.kind}`);
    await client.create(resource, object);
  }
}

const secret = (name: string, keys: readonly string[]): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'orrery' },
    stringData: Object.fromEntries(keys.map((key) => [key, 'x'])),
  }) as KubeObject;

const statusOf = async ({ client }: LocalCluster): Promise<Array<[string, string | undefined]>> => {
  const { items } = await client.list(Deployment, { namespace: 'orrery' });
  return items.map(({ metadata, status }) => [metadata.name, status?.conditions?.find(({ type }) => type === 'Available')?.status]);
};

describe('k8s/base', () => {
  let cluster: LocalCluster;
  beforeEach(async () => {
    cluster = await createLocalCluster();
    await cluster.client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'orrery' }, spec: {} });
    await cluster.settle();
  });
  afterEach(() => cluster.close());

  const inNamespace = (): KubeObject[] => manifests().filter(({ kind }) => kind !== 'Namespace');

  test("its Deployments become Available on a cluster, and its Service has the api's endpoints", async () => {
    await cluster.client.create(Secret, secret('orrery-backends', ['DATABASE_URL', 'REDIS_URL']) as never);
    await cluster.client.create(Secret, secret('orrery-home', ['ca.crt', 'ca.key', 'admin-token', 'token-key']) as never);
    await apply(cluster, inNamespace());
    await cluster.settle();
    await cluster.advance(60_000);
    expect(await statusOf(cluster)).toEqual([
      ['orrery-api', 'True'],
      ['orrery-worker', 'True'],
    ]);
    const { spec } = await cluster.client.get(Service, 'orrery-api', 'orrery');
    expect(spec.clusterIP).toMatch(/^10\./);
  });

  test('without its secrets they wait', async () => {
    await apply(cluster, inNamespace());
    await cluster.settle();
    await cluster.advance(60_000);
    expect(await statusOf(cluster)).toEqual([
      ['orrery-api', 'False'],
      ['orrery-worker', 'False'],
    ]);
  });
});
