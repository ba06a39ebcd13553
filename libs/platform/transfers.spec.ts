import { memoryStorage, type WriteOp } from '#storage';
import { ClusterFileWriter, type ClusterHeader, type FiledObject, FileRefused } from './cluster-file.js';
import { createClusters } from './clusters.js';
import { memoryRecords } from './memory-records.js';
import { createOrganizations } from './organizations.js';
import { createQuotaCache } from './quotas.js';
import { NameTaken } from './records.js';
import { createTransfers } from './transfers.js';

const cause = { requestId: 'r', user: 'u' };
const nodes = { count: 3, cpu: '4', memory: '8Gi', pods: 110 };
const put = (key: string, value: string): WriteOp => ({ type: 'create', key, value, cause, at: 0 });
const KEY = Buffer.from('key');

async function platform() {
  const records = memoryRecords();
  const storage = memoryStorage();
  await storage.create('template');
  await storage.open('template').write([put('/r/a', '{"a":1}'), put('/registry/events/e', '{"e":1}')]);
  const quotas = createQuotaCache({ read: async (id) => (await records.organization(id))?.quotas, now: () => 0 });
  const woken: string[] = [];
  const options = {
    ...{ records, storage, quotas, tokenKey: KEY, now: () => 1_000_000 },
    templates: { of: async () => ({ cluster: 'template', replacements: () => [] }) },
    notify: () => undefined,
    cleanUp: async () => undefined,
    components: ['kubelet'],
    wake: (cluster: string) => void woken.push(cluster),
    foreign: {
      header: (found: object) => found as ClusterHeader,
      async accept(objects: FiledObject[]) {
        if (objects.some(({ value }) => value.includes('bad'))) throw new FileRefused('an object is bad');
        return objects.filter(({ key }) => key.startsWith('/registry/'));
      },
    },
  };
  const clusters = createClusters(options);
  const { id: organizationId } = await createOrganizations({ ...options, clusters }).create('acme');
  const request = { name: 'demo', organizationId, start: { nodes, cloud: true }, profile: 'instant' as const };
  const { cluster } = await clusters.create({ ...request, clock: { mode: 'stepped', startAt: 5_000 }, seed: 's' });
  const transfers = createTransfers(options);
  const exported = async () => {
    const lines: string[] = [];
    for await (const line of (await transfers.export(cluster.id)) ?? []) lines.push(line);
    return lines.join('');
  };
  async function* pieces(text: string, size: number) {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const load = (text: string, name?: string, size = 7) =>
    transfers.import(pieces(text, size), { organizationId, ...(name !== undefined && { name }) });
  const stores = async () => (await storage.unusedTemplates({ before: 2_000_000, recent: 2_000_000, keep: 0 })).length;
  return { ...options, clusters, cluster, exported, load, organizationId, woken, stores, transfers };
}

test('a cluster that is exported and imported goes on under an id and a token of its own', async () => {
  const { storage, cluster, exported, load, woken, clusters, stores, transfers } = await platform();
  await storage.open(cluster.id).write([put('/registry/secrets/s', '{"data":{"ü":"\\u0000\\n"}}')]);
  const file = await exported();
  expect(file.split('\n').slice(0, -2)).toEqual([
    '{"format":"orrery-cluster","version":1,"name":"demo","nodes":{"count":3,"cpu":"4","memory":"8Gi","pods":110},"profile":"instant","seed":"s","features":{"cloud":true},"clock":{"mode":"stepped"},"now":5000,"revision":3}',
    '{"key":"/r/a","object":{"a":1}}',
    '{"key":"/registry/events/e","object":{"e":1}}',
    '{"key":"/registry/secrets/s","object":{"data":{"ü":"\\u0000\\n"}}}',
  ]);
  const { cluster: copy, token } = await load(`${file}\n`, 'copy');
  expect(copy).toEqual({ ...cluster, id: expect.any(String), name: 'copy', clock: { mode: 'stepped', now: 5_000 } });
  expect([copy.id === cluster.id, await clusters.token(copy.id), woken]).toEqual([false, token, [copy.id]]);
  const values = async (id: string) => (await storage.open(id).list({ prefix: '/' })).items.map(({ key, value }) => [key, value]);
  expect(await values(copy.id)).toEqual(await values(cluster.id));
  expect([await storage.open(copy.id).nextExpiry(), await storage.open(copy.id).compactRevision()]).toEqual([3_605_000, 3]);
  expect((await storage.open(copy.id).beginTurn('kubelet')).cursor).toBe(0);
  expect(await stores()).toBe(0);
  await expect(load(file)).rejects.toBeInstanceOf(NameTaken);
  expect(await transfers.export('none')).toBeUndefined();
});

const edited = (file: string, from: string, to: string) => file.replace(from, to);

test.each<[string, (file: string) => string, string]>([
  ['an empty file', () => '', 'the file is cut off: its last line is missing'],
  ['another text', () => 'hello\n', 'line 1: it is not JSON'],
  ['another JSON', () => '[]\n', 'line 1: it is not an object'],
  ['another format', () => '{"format":"x"}\n', 'line 1: it does not begin a file of the format orrery-cluster'],
  ['a newer version', (file) => edited(file, '"version":1', '"version":2'), 'line 1: version 2 of the format is not known here, only 1'],
  ['a missing end', (file) => file.slice(0, file.lastIndexOf('\n', file.length - 2) + 1), 'the file is cut off: its last line is missing'],
  ['a cut line', (file) => file.slice(0, -20), 'line 4: it is cut off'],
  ['a line after the end', (file) => `${file}{}\n`, 'line 5: nothing may follow the last line'],
  ['a changed object', (file) => edited(file, '{"a":1}', '{"a":"bad"}'), 'an object is bad'],
  [
    'a missing object',
    (file) => edited(file, '{"key":"/r/a","object":{"a":1}}\n', ''),
    'line 3: the file has 1 objects, not as many as this line says',
  ],
  ['an object without a key', (file) => edited(file, '"key":"/r/a"', '"kee":"/r/a"'), 'line 2: it has no key and object'],
  ['a key of control characters', (file) => edited(file, '"/r/a"', '"/r/\\u0000"'), 'line 2: its key is not one of an object'],
  ['a key that is there twice', (file) => edited(file, '"/registry/events/e"', '"/r/a"'), 'line 3: its key does not follow the one before'],
  ['no time', (file) => edited(file, '"now":5000', '"now":"5000"'), 'line 1: now: must be a time in milliseconds since 1970'],
  ['an endless line', (file) => file.replace('{"a":1}', `{"a":"${'x'.repeat(5 * 1024 * 1024)}"}`), 'line 2: longer than 4194304 bytes'],
  ['deep nesting', (file) => edited(file, '{"a":1}', `{"bad":${'['.repeat(3_000_000)}}`), 'an object is bad'],
  ['a NUL', (file) => edited(file, '{"a":1}', '{"a":"\u0000"}'), 'line 2: it has no key and object'],
  ['a long header', (file) => edited(file, '"demo"', `"${'x'.repeat(70_000)}"`), 'line 1: longer than 65536 bytes'],
  ['a bad escape in a key', (file) => edited(file, '"/r/a"', '"\\q"'), 'line 2: it has no key and object'],
])('%s is refused, and nothing is left of it', async (_name, change, message) => {
  const { exported, load, clusters, stores } = await platform();
  const file = change(await exported());
  const failure = await load(file, 'copy', 64 * 1024).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(FileRefused);
  expect((failure as Error).message).toContain(message);
  expect([(await clusters.list()).length, await stores()]).toEqual([1, 0]);
});

test('quotas of the organization hold for imported clusters', async () => {
  const { exported, load, records, quotas, organizationId } = await platform();
  const file = await exported();
  await records.setQuotas(organizationId, { objects: 1 });
  quotas.forget();
  await expect(load(file, 'copy')).rejects.toThrow('exceeded quota: a cluster has at most 1 objects');
  await records.setQuotas(organizationId, { storedBytes: 8 });
  quotas.forget();
  await expect(load(file, 'copy')).rejects.toThrow('exceeded quota: a cluster has at most 8 bytes');
});

test('of a file of another installation what is accepted is taken, but no template and no machines', async () => {
  const { load, storage } = await platform();
  const writer = new ClusterFileWriter(Buffer.from('another key'));
  const header = writer.header({
    ...{ name: 'x', nodes, profile: 'instant', clock: { mode: 'stepped' }, seed: 's', now: 7_000, revision: 1 },
    ...{ templateId: 'theirs', features: { cloud: true, version: 'v1.35.0' } },
  });
  const objects = ['/machine/cloud', '/registry/events/e', '/registry/pods/p'].map((key) => writer.object({ key, value: '{}' }));
  const { cluster } = await load([header, ...objects, writer.end()].join(''), 'copy');
  expect(cluster).toMatchObject({ name: 'copy', features: { version: 'v1.35.0' }, clock: { mode: 'stepped', now: 7_000 } });
  expect(cluster.templateId).toBeUndefined();
  const { items } = await storage.open(cluster.id).list({ prefix: '/' });
  expect(items.map(({ key }) => key)).toEqual(['/registry/events/e', '/registry/pods/p']);
  expect(await storage.open(cluster.id).nextExpiry()).toBe(3_607_000);
});

test('a file that has to be checked is bounded', async () => {
  const { load } = await platform();
  const writer = new ClusterFileWriter(Buffer.from('another key'));
  const header = writer.header({ name: 'x', nodes, profile: 'instant', clock: { mode: 'real' }, seed: '', now: 0, revision: 1 });
  const value = `{"a":"${'x'.repeat(4_000_000)}"}`;
  const objects = Array.from({ length: 9 }, (_, index) => writer.object({ key: `/registry/a/${index}`, value }));
  await expect(load([header, ...objects, writer.end()].join(''), 'copy', 65_536)).rejects.toThrow(
    'a file that this installation has not written may have at most 33554432 bytes',
  );
});
