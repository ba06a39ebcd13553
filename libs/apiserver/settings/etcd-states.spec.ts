import { randomBytes } from 'node:crypto';
import { testCluster } from '../test-cluster.js';
import { keepState, keptState } from './etcd-states.js';

const maps = '/api/v1/namespaces/default/configmaps';
const named = (name: string, text = '') => ({ body: { metadata: { name }, data: { text } } });

async function opened() {
  const cluster = await testCluster();
  const keep = () => keepState(cluster.server.cluster);
  const keys = async (revision: number) => (await keptState(cluster.store, revision))?.map(({ key }) => key);
  const compact = async () => cluster.compact(await cluster.store.revision());
  return { ...cluster, keep, keys, compact };
}

test('what was stored is there after it was compacted, and its hash tells it apart', async () => {
  const { call, keep, keys, compact } = await opened();
  await call('POST', maps, named('a', 'ä\n'));
  const first = await keep();
  await call('POST', maps, named('b'));
  const second = await keep();
  await call('DELETE', `${maps}/a`);
  await compact();
  expect([first.keys, second.keys, second.revision > first.revision, first.hash === second.hash]).toEqual([1, 2, true, false]);
  expect(await keys(first.revision)).toEqual(['/registry/configmaps/default/a']);
  expect(await keys(second.revision)).toEqual(['/registry/configmaps/default/a', '/registry/configmaps/default/b']);
  expect(await keys(999)).toBeUndefined();
});

test('five states are kept, of many pieces; a larger one than the bound is not', async () => {
  const { call, keep, keys } = await opened();
  const noise = (bytes: number) => randomBytes(bytes).toString('hex');
  await call('POST', maps, named('big', noise(200_000)));
  await call('POST', maps, named('big2', noise(200_000)));
  const kept: number[] = [];
  for (let i = 0; i < 6; i++) {
    await call('POST', maps, named(`m${i}`));
    kept.push((await keep()).revision);
  }
  expect(await Promise.all(kept.map(async (revision) => (await keys(revision))?.length))).toEqual([undefined, 4, 5, 6, 7, 8]);
  for (let i = 0; i < 6; i++) await call('POST', maps, named(`n${i}`, noise(400_000)));
  const { revision } = await keep();
  expect(await keys(revision)).toBeUndefined();
});
