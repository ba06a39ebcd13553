import { cluster, post } from './test-cluster.js';

test('AlwaysAdmit changes nothing and refuses nothing', async () => {
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: 'b' } };
  const made = await cluster([], { enable: ['AlwaysAdmit'] });
  expect(await post(made, '/api/v1/namespaces/ns/configmaps', configMap)).toMatchObject({ status: 201, body: { data: { a: 'b' } } });
});
