import { memoryStorage } from '#storage';
import { createAccess } from './access.js';
import { createClusters, type PlatformEvent } from './clusters.js';
import { memoryRecords } from './memory-records.js';
import { createOrganizations } from './organizations.js';
import { createQuotaCache, DEFAULT_QUOTAS, quotasOf } from './quotas.js';
import { boundedInstant, LATEST, NameTaken, OrganizationGone, TooManyClusters } from './records.js';

const now = Date.parse('2026-01-01T00:00:00.500Z');
const nodes = { count: 3, cpu: '4', memory: '8Gi', pods: 110 };

async function platform() {
  const records = memoryRecords();
  const storage = memoryStorage();
  const cause = { requestId: 'r', user: 'u' };
  await storage.create('template');
  await storage.open('template').write([{ type: 'create', key: '/registry/namespaces/default', value: '{"uid":"TAIL"}', cause, at: 0 }]);
  const events: PlatformEvent[] = [];
  const cleaned: string[] = [];
  const access = createAccess({ records, now: () => now });
  const quotas = createQuotaCache({ read: async (id) => (await records.organization(id))?.quotas, now: () => now });
  const clusters = createClusters({
    records,
    storage,
    templates: { of: async () => ({ cluster: 'template', replacements: (at, seed) => [{ from: 'TAIL', to: `${at} ${seed}` }] }) },
    tokenKey: Buffer.from('key'),
    now: () => now,
    notify: (event) => void events.push(event),
    quotas,
    cleanUp: async (cluster) => void cleaned.push(cluster),
  });
  const notify = (event: PlatformEvent) => {
    events.push(event);
    if (event.type === 'quotas') quotas.forget(event.organization);
  };
  const organizations = createOrganizations({ records, clusters, now: () => now, notify });
  const { id: organizationId } = await organizations.create('acme');
  const request = { name: 'demo', organizationId, start: { nodes }, profile: 'realistic' as const, clock: { mode: 'real' as const } };
  return { records, storage, access, clusters, organizations, events, cleaned, request };
}

test('a cluster is a copy of its template, with a token that is valid only for it', async () => {
  const { storage, access, clusters, request } = await platform();
  const { cluster, token } = await clusters.create(request);
  expect(cluster).toEqual({
    id: expect.stringMatching(/^[a-z][a-z2-9]{11}$/),
    organizationId: request.organizationId,
    name: 'demo',
    nodes,
    profile: 'realistic',
    clock: { mode: 'real' },
    seed: expect.stringMatching(/^[0-9a-f]{32}$/),
    createdAt: new Date(now),
  });
  const [copied] = await storage.open(cluster.id).get(['/registry/namespaces/default']);
  expect(copied?.value).toBe(`{"uid":"${now} ${cluster.seed}"}`);
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(await access.grantOf(token)).toEqual({ scope: 'cluster', cluster: cluster.id, hash: expect.any(String) });
  expect(await access.grantOf('other')).toBeUndefined();
  expect(await clusters.token(cluster.id)).toBe(token);
});

test('a seed is random unless it is given, and does not change', async () => {
  const { clusters, request } = await platform();
  const made = await Promise.all(['a', 'b'].map((name) => clusters.create({ ...request, name })));
  expect(new Set(made.map(({ cluster }) => cluster.seed)).size).toBe(2);
  const { cluster } = await clusters.create({ ...request, name: 'c', seed: '7' });
  expect((await clusters.get(cluster.id))?.seed).toBe('7');
});

test('a name is unique in an organization, and a failed copy leaves nothing behind', async () => {
  const { clusters, request, storage } = await platform();
  await clusters.create(request);
  await expect(clusters.create(request)).rejects.toBeInstanceOf(NameTaken);
  await storage.destroy('template');
  await expect(clusters.create({ ...request, name: 'other' })).rejects.toThrow('cluster template does not exist');
  expect((await clusters.list()).map(({ name }) => name)).toEqual(['demo']);
});

test('a rotated token is no longer valid', async () => {
  const { clusters, request, access, events } = await platform();
  const { cluster, token } = await clusters.create(request);
  expect(await access.grantOf(token)).toBeDefined();
  const next = await clusters.rotateToken(cluster.id);
  const [event] = events;
  if (event?.type === 'tokens-revoked') access.forget(event.hashes);
  expect(await access.grantOf(token)).toBeUndefined();
  expect(await access.grantOf(next ?? '')).toEqual({ scope: 'cluster', cluster: cluster.id, hash: expect.any(String) });
  expect(await clusters.rotateToken('none')).toBeUndefined();
});

test('a cluster is removed with its rows, its token and its keys', async () => {
  const { clusters, request, storage, records, events, cleaned } = await platform();
  const { cluster, token } = await clusters.create({ ...request, clock: { mode: 'stepped', startAt: 7 } });
  expect(cluster.clock).toEqual({ mode: 'stepped', now: 7 });
  expect(await clusters.remove(cluster.id)).toBe(true);
  expect(await clusters.remove(cluster.id)).toBe(false);
  expect(await storage.exists(cluster.id)).toBe(false);
  expect(await records.tokenOfCluster(cluster.id)).toBeUndefined();
  expect(token).toBeDefined();
  expect(cleaned).toEqual([cluster.id]);
  expect(events.map(({ type }) => type)).toEqual(['cluster-deleted', 'tokens-revoked']);
});

test('the first organization is the default until another one is set', async () => {
  const { organizations } = await platform();
  const other = await organizations.create('other');
  expect((await organizations.default())?.name).toBe('acme');
  await organizations.change('other', { default: true });
  expect((await organizations.list()).map(({ name, isDefault }) => [name, isDefault])).toEqual([
    ['acme', false],
    ['other', true],
  ]);
  expect(await organizations.remove(other.id)).toBe(true);
  expect((await organizations.default())?.name).toBe('acme');
  await expect(organizations.create('acme')).rejects.toBeInstanceOf(NameTaken);
  expect(await organizations.change('other', {})).toBeUndefined();
});

test('an organization is removed with its clusters and their tokens', async () => {
  const { organizations, clusters, access, storage, request } = await platform();
  const { cluster, token } = await clusters.create(request);
  expect(await organizations.remove('acme')).toBe(true);
  expect(await organizations.remove('acme')).toBe(false);
  expect([await storage.exists(cluster.id), await access.grantOf(token), await clusters.list()]).toEqual([false, undefined, []]);
  await expect(clusters.create({ ...request, name: 'late' })).rejects.toBeInstanceOf(OrganizationGone);
});

test('the sweep completes an interrupted removal', async () => {
  const { organizations, clusters, records, storage, request } = await platform();
  const { cluster } = await clusters.create(request);
  await records.beginOrganizationRemoval(request.organizationId);
  expect(await organizations.get('acme')).toBeUndefined();
  await organizations.sweep();
  expect([await storage.exists(cluster.id), await records.unfinishedOrganizations()]).toEqual([false, []]);
});

test('quotas are set individually and limit the clusters', async () => {
  const { organizations, clusters, request } = await platform();
  await organizations.change('acme', { quotas: { clusters: 1, watches: 7 } });
  expect((await organizations.change('acme', { quotas: { watches: null } }))?.quotas).toEqual({ clusters: 1 });
  expect(quotasOf({ clusters: 1 })).toEqual({ ...DEFAULT_QUOTAS, clusters: 1 });
  await clusters.create(request);
  await expect(clusters.create({ ...request, name: 'two' })).rejects.toEqual(new TooManyClusters(1));
  await organizations.change('acme', { quotas: { clusters: 2 } });
  await clusters.create({ ...request, name: 'two' });
});

test('a clock cannot be set to an invalid time', async () => {
  const { clusters, records, request } = await platform();
  const { cluster } = await clusters.create({ ...request, clock: { mode: 'stepped', startAt: 7 } });
  for (const now of [Number.NaN, 1e300, LATEST + 1, -1]) await expect(records.setClock(cluster.id, now)).rejects.toBeInstanceOf(RangeError);
  await records.setClock(cluster.id, LATEST);
  expect((await clusters.get(cluster.id))?.clock).toEqual({ mode: 'stepped', now: LATEST });
  expect([null, 'x', 1e300, -5, 12].map(boundedInstant)).toEqual([0, 0, LATEST, 0, 12]);
});
