import { cluster, post } from './test-cluster.js';

describe('NamespaceLifecycle', () => {
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };

  it('rejects creations in a namespace that does not exist', async () => {
    const made = await cluster();
    expect(await post(made, '/api/v1/namespaces/none/configmaps', configMap)).toMatchObject({
      status: 404,
      message: 'namespaces "none" not found',
    });
  });

  it('rejects creations in a terminating namespace', async () => {
    const made = await cluster();
    const going = { metadata: { name: 'ns' }, apiVersion: 'v1', kind: 'Namespace', status: { phase: 'Terminating' } };
    await made.call('PUT', '/api/v1/namespaces/ns/status', { body: going });
    const { status, body } = await post(made, '/api/v1/namespaces/ns/configmaps', configMap);
    expect([status, body]).toEqual([
      403,
      expect.objectContaining({
        message: 'configmaps "a" is forbidden: unable to create new content in namespace ns because it is being terminated',
        details: {
          name: 'a',
          kind: 'configmaps',
          causes: [{ reason: 'NamespaceTerminating', message: 'namespace ns is being terminated', field: 'metadata.namespace' }],
        },
      }),
    ]);
  });

  it.each(['default', 'kube-system', 'kube-public'])('rejects the deletion of %s', async (name) => {
    const made = await cluster();
    await post(made, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const answer = await made.call('DELETE', `/api/v1/namespaces/${name}`);
    expect([answer.status, answer.body.message]).toEqual([403, `namespaces "${name}" is forbidden: this namespace may not be deleted`]);
  });
});
