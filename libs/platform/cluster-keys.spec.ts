import type { KeyObject } from 'node:crypto';
import { createClusterKeys } from './cluster-keys.js';
import { memoryRecords } from './memory-records.js';

const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' });

async function installation() {
  const records = memoryRecords();
  const organization = await records.addOrganization({ id: 'o', name: 'acme', quotas: {}, createdAt: new Date(0) });
  for (const id of ['a', 'b']) {
    const shape = { nodes: { count: 1, cpu: '1', memory: '1Gi', pods: 10 }, profile: 'instant' as const, clock: { mode: 'real' as const } };
    const cluster = { id, name: id, organizationId: organization.id, seed: 's', createdAt: new Date(0), ...shape };
    await records.addCluster(cluster, { id: `t-${id}`, hash: id, clusterId: id }, 10);
  }
  const keys = (key = 'installation') => createClusterKeys({ records, installationKey: Buffer.from(key), now: () => 0 });
  return { records, keys };
}

test('each cluster has a key of its own, which is the same in every process', async () => {
  const { keys } = await installation();
  const [first, second] = await Promise.all([keys().of('a').serviceAccount(), keys().of('a').serviceAccount()]);
  expect(pem(first)).toBe(pem(second));
  expect(pem(await keys().of('a').serviceAccount())).toBe(pem(first));
  expect(pem(await keys().of('b').serviceAccount())).not.toBe(pem(first));
  expect([first.asymmetricKeyType, first.asymmetricKeyDetails?.modulusLength]).toEqual(['rsa', 2048]);
});

test('the table contains nothing that can be used without the key of the installation, or for another cluster', async () => {
  const { records, keys } = await installation();
  const key = await keys().of('a').serviceAccount();
  const stored = (await records.clusterKey('a', 'service_account')) ?? '';
  expect(stored).toMatch(/^[\w-]{16}\.[\w-]{22}\.[\w-]+$/);
  expect(Buffer.from(stored.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain('PRIVATE');
  await records.keepClusterKey('b', 'service_account', { sealed: stored });
  expect(pem(await keys().of('b').serviceAccount())).not.toBe(pem(key));
  // An installation with a new key replaces what it cannot open.
  const replaced = await keys('another').of('a').serviceAccount();
  expect(pem(replaced)).not.toBe(pem(key));
  expect(pem(await keys('another').of('a').serviceAccount())).toBe(pem(replaced));
});

test('a key is removed with its cluster', async () => {
  const { records, keys } = await installation();
  await keys().of('a').serviceAccount();
  await records.beginRemoval('a');
  await records.removeCluster('a');
  expect(await records.clusterKey('a', 'service_account')).toBeUndefined();
  await expect(keys().of('a').serviceAccount()).rejects.toThrow('cluster a has no key service_account');
});
