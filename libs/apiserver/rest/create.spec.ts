import { testCluster } from '../test-cluster.js';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const named = (name: string) => ({ body: { metadata: { name } } });

test('a reused name gets another uid, also from a server that does not know of the first object', async () => {
  const first = await testCluster();
  // Clusters with the same seed and the same known revision, as they do not hear of each other's writes.
  const second = await testCluster({ storage: first.storage });
  const a = await first.call('POST', CONFIG_MAPS, named('a'));
  await first.call('DELETE', `${CONFIG_MAPS}/a`);
  const again = await second.call('POST', CONFIG_MAPS, named('a'));
  expect([a.status, again.status]).toEqual([201, 201]);
  expect(again.body.metadata.uid).not.toBe(a.body.metadata.uid);
});

test('concurrently generated names differ, and do not depend on earlier failures', async () => {
  const [one, other] = [await testCluster(), await testCluster()];
  const generated = { body: { metadata: { generateName: 'g-' } } };
  const names = async (cluster: typeof one) => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => cluster.call('POST', CONFIG_MAPS, generated)));
    return answers.map(({ body }) => body.metadata.name);
  };
  const refused = await one.call('POST', CONFIG_MAPS, { body: { metadata: { generateName: 'g-', labels: { a: '?' } } } });
  expect(refused.status).toBe(422);
  const made = await names(one);
  expect(new Set(made).size).toBe(20);
  expect(await names(other)).toEqual(made);
});
