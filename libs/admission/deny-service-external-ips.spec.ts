import { cluster, post } from './test-cluster.js';

const path = '/api/v1/namespaces/ns/services';
const service = (...externalIPs: string[]) => ({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } },
  spec: { ports: [{ port: 1 }], externalIPs },
});
const refused = { status: 403, message: 'services "s" is forbidden: Use of external IPs is denied by admission control' };

test('DenyServiceExternalIPs: a Service gets no external addresses, and may keep those it has', async () => {
  const made = await cluster([], { enable: ['DenyServiceExternalIPs'] });
  expect(await post(made, path, service('192.0.2.1'))).toMatchObject(refused);
  expect((await post(made, path, service())).status).toBe(201);
  const put = async (body: unknown) => (await made.call('PUT', `${path}/s`, { body })).status;
  expect(await put(service('192.0.2.1'))).toBe(403);
});

test('it is off by default', async () => {
  const made = await cluster();
  expect((await post(made, path, service('192.0.2.1', '192.0.2.2'))).status).toBe(201);
});
