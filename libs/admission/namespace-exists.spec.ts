import { namespaceExists } from './namespace-exists.js';
import { cluster, post } from './test-cluster.js';

const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };

describe('NamespaceExists', () => {
  it.each([
    ['new', 404, 'namespaces "new" not found'],
    ['ns', 201, undefined],
  ])('a creation in %s', async (namespace, status, message) => {
    const made = await cluster([], { enable: ['NamespaceExists'] });
    expect(await post(made, `/api/v1/namespaces/${namespace}/configmaps`, configMap)).toMatchObject({
      status,
      ...(message && { message }),
    });
  });

  it('a deletion is checked, too', async () => {
    const { operations, validate } = namespaceExists;
    expect(operations).toEqual(['CREATE', 'UPDATE', 'DELETE']);
    const about = { operation: 'DELETE', group: '', resource: 'configmaps', namespace: 'gone', name: 'a' };
    const reader = { get: async () => undefined };
    await expect(validate?.(about as never, { reader } as never)).rejects.toThrow('namespaces "gone" not found');
  });
});
