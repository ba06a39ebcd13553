import { describe, expect, test } from '@jest/globals';
import { ConfigMap } from '#api';
import { memoryStorage } from '#storage';
import { inProcessClient } from './in-process-client.js';
import { testCluster } from './test-cluster.js';

const CONFIG_MAPS = '/api/v1/namespaces/ns/configmaps';
const configMap = (name: string, data: Record<string, string> = {}, labels?: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...(labels ? { labels } : {}) },
  data,
});

describe('the pipeline', () => {
  test('creates, reads, updates, patches, lists and deletes', async () => {
    const { call } = await testCluster();
    const created = await call('POST', CONFIG_MAPS, { body: configMap('a', { x: '1' }) });
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: {
        name: 'a',
        namespace: 'ns',
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        resourceVersion: '1',
        creationTimestamp: '2026-01-02T03:04:05Z',
        managedFields: [
          {
            manager: 'spec',
            operation: 'Update',
            apiVersion: 'v1',
            time: '2026-01-02T03:04:05Z',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': { '.': {}, 'f:x': {} } },
          },
        ],
      },
      data: { x: '1' },
    });
    expect((await call('GET', `${CONFIG_MAPS}/a`)).body).toEqual(created.body);
    const put = await call('PUT', `${CONFIG_MAPS}/a`, { body: configMap('a', { x: '2' }) });
    expect([put.status, put.body.metadata.resourceVersion]).toEqual([200, '2']);
    const stale = await call('PUT', `${CONFIG_MAPS}/a`, { body: { ...configMap('a'), metadata: { name: 'a', resourceVersion: '1' } } });
    expect([stale.status, stale.body]).toEqual([
      409,
      {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message:
          'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
        reason: 'Conflict',
        details: { name: 'a', kind: 'configmaps' },
        code: 409,
      },
    ]);
    const merge = { 'content-type': 'application/merge-patch+json' };
    const patched = await call('PATCH', `${CONFIG_MAPS}/a`, { body: { data: { y: '3' } }, headers: merge });
    expect([patched.status, patched.body.data]).toEqual([200, { x: '2', y: '3' }]);
    const listed = await call('GET', CONFIG_MAPS);
    expect(listed.body).toEqual({
      kind: 'ConfigMapList',
      apiVersion: 'v1',
      metadata: { resourceVersion: '3' },
      items: [{ metadata: patched.body.metadata, data: { x: '2', y: '3' } }],
    });
    const deleted = await call('DELETE', `${CONFIG_MAPS}/a`);
    expect(deleted.body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'a', kind: 'configmaps', uid: created.body.metadata.uid },
    });
    expect((await call('GET', `${CONFIG_MAPS}/a`)).body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'configmaps "a" not found',
      reason: 'NotFound',
      details: { name: 'a', kind: 'configmaps' },
      code: 404,
    });
  });

  test('an in-process client sees its own writes, in its watches too', async () => {
    const { server } = await testCluster();
    const client = inProcessClient(server).as({ component: 'c', wokenBy: 7 });
    const seen: string[] = [];
    await client.watch(ConfigMap, {}, { event: ({ type, object }) => seen.push(`${type} ${object.metadata.name}`), end: () => {} });
    const made = await client.create(ConfigMap, { ...configMap('a', { x: '1' }), metadata: { name: 'a', namespace: 'ns' } });
    expect(seen).toEqual(['ADDED a']);
    await client.update(ConfigMap, { ...made, data: { x: '2' } });
    await client.delete(ConfigMap, 'a', 'ns');
    expect(seen).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
  });
});

describe('an unexpected error', () => {
  test("is reported to the log; the client only gets the request's id", async () => {
    const admin = memoryStorage();
    await admin.create('c');
    const storage = admin.open('c');
    storage.list = () => Promise.reject(new TypeError('text of the runtime'));
    const { call } = await testCluster({ storage });
    const { status, body, response } = await call('GET', `${CONFIG_MAPS}?limit=1&continue=`);
    expect([status, body.message]).toEqual([500, 'Internal error occurred: unexpected error, request r1']);
    expect(response.failure).toEqual(new TypeError('text of the runtime'));
  });

  test.each(['__proto__', 'constructor', 'toString', '%00', '%5f%5fproto%5f%5f'])('does not occur if an extra is named %s', async (key) => {
    const { call } = await testCluster();
    const headers = { 'impersonate-user': 'bob', [`impersonate-extra-${key}`]: 'x' };
    const { status, body } = await call('GET', CONFIG_MAPS, { headers });
    expect([status, body.message]).toEqual([
      403,
      'configmaps is forbidden: User "bob" cannot list resource "configmaps" in API group "" in the namespace "ns"',
    ]);
  });
});
