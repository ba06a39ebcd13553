import { cluster, post } from './test-cluster.js';

const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
const path = '/api/v1/namespaces/new/configmaps';

describe('NamespaceAutoProvision', () => {
  const provisioning = () => cluster([], { enable: ['NamespaceAutoProvision'] });

  it('creates the namespace of a new object', async () => {
    const made = await provisioning();
    expect((await post(made, path, configMap)).status).toBe(201);
    expect((await made.call('GET', '/api/v1/namespaces/new')).status).toBe(200);
    expect((await post(made, '/api/v1/namespaces/ns/configmaps', configMap)).status).toBe(201);
  });

  it('not in a dry run, and not if it is off', async () => {
    const gone = { status: 404, message: 'namespaces "new" not found' };
    expect(await post(await provisioning(), `${path}?dryRun=All`, configMap)).toMatchObject(gone);
    expect(await post(await cluster(), path, configMap)).toMatchObject(gone);
  });
});
