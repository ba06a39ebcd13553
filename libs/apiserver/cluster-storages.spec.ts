import { expect, test } from '@jest/globals';
import { ConfigMap, type Resource } from '#api';
import { widgets } from '../../test/widgets.js';
import { ClusterStorages } from './cluster-storages.js';
import { inProcessClient } from './in-process-client.js';
import type { StorageProvider } from './rest/storage.js';
import { testCluster } from './test-cluster.js';

/** The widgets of CONTRIBUTING.md, with an additional subresource. */
const versions = widgets.versions.map(({ info, schema }) => ({
  schema,
  info: { ...info, subresources: { echo: { kind: 'Widget', verbs: ['get', 'create'] } } },
}));

const echo: StorageProvider = {
  group: 'example.com',
  resource: 'widgets',
  subresource: 'echo',
  capabilities: () => ({
    async connect(scope, request) {
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: `${request.method} ${scope.name}` };
    },
  }),
};

const path = '/apis/example.com/v1/namespaces/default/widgets';
const owner = { manager: 'spec', apiVersion: 'example.com/v1', fieldsType: 'FieldsV1', time: '2026-01-02T03:04:05Z' };
const widget = (name: string, more: object = {}) => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name }, ...more });

async function withWidgets() {
  const cluster = await testCluster();
  const storages = cluster.server.cluster.storages as ClusterStorages;
  storages.install('widgets.example.com', { versions, providers: [echo] });
  return { ...cluster, storages };
}

test('a custom kind is served with every verb, decoded and defaulted by its own schema', async () => {
  const { call } = await withWidgets();
  const made = await call('POST', path, { body: widget('a', { junk: 1 }) });
  expect([made.status, made.body]).toMatchObject([
    201,
    { kind: 'Widget', metadata: { name: 'a', namespace: 'default' }, spec: { size: 1 } },
  ]);
  expect(made.headers.warning).toEqual(['299 - "unknown field \\"junk\\""']);
  const patched = await call('PATCH', `${path}/a`, {
    body: { spec: { size: 2 } },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  expect([patched.status, patched.body]).toMatchObject([200, { spec: { size: 2 } }]);
  expect(patched.body.metadata.managedFields).toEqual([{ ...owner, operation: 'Update', fieldsV1: { 'f:spec': {} } }]);
  const strategic = await call('PATCH', `${path}/a`, {
    body: { spec: {} },
    headers: { 'content-type': 'application/strategic-merge-patch+json' },
  });
  expect([strategic.status, strategic.body]).toMatchObject([
    415,
    {
      message:
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    },
  ]);
  const listed = await call('GET', '/apis/example.com/v1/widgets');
  expect(listed.body).toMatchObject({ kind: 'WidgetList', items: [{ spec: { size: 2 } }] });
  expect((await call('POST', `${path}/a/echo`)).text).toBe('POST a');
  expect((await call('DELETE', `${path}/a`)).status).toBe(200);
  expect((await call('GET', `${path}/a`)).status).toBe(404);
});

test('discovery follows the map, also when a kind is removed', async () => {
  const { call, storages } = await withWidgets();
  expect((await call('GET', '/apis/example.com/v1')).body).toMatchObject({
    groupVersion: 'example.com/v1',
    resources: [{ name: 'widgets', kind: 'Widget', shortNames: ['wd'] }, { name: 'widgets/echo' }],
  });
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  expect((await call('GET', '/apis', { headers: { accept } })).text).toContain('"widgets"');
  storages.remove('widgets.example.com');
  expect((await call('GET', '/apis/example.com/v1')).status).toBe(404);
  expect((await call('GET', '/apis', { headers: { accept } })).text).not.toContain('"widgets"');
  expect((await call('GET', path)).status).toBe(404);
});

test('the preferred version of a group is the most stable one, regardless of the stored one', async () => {
  const { call, storage, storages } = await withWidgets();
  const more = versions.flatMap((one) => ['v1beta1', 'v2'].map((version) => ({ ...one, info: { ...one.info, version } })));
  storages.install('widgets.example.com', { versions: [...more, ...versions] });
  const { body } = await call('GET', '/apis/example.com');
  expect(body).toMatchObject({
    preferredVersion: { version: 'v2' },
    versions: [{ version: 'v2' }, { version: 'v1' }, { version: 'v1beta1' }],
  });
  await call('POST', path, { body: widget('a') });
  for (const version of ['v1beta1', 'v1', 'v2']) {
    const at = path.replace('/v1/', `/${version}/`);
    const apiVersion = `example.com/${version}`;
    expect((await call('GET', `${at}/a`)).body).toMatchObject({ apiVersion });
    expect((await call('GET', at)).body).toMatchObject({ apiVersion, items: [{ metadata: { name: 'a' } }] });
  }
  expect(JSON.parse((await storage.list({ prefix: '/registry/example.com/widgets/' })).items[0]?.value ?? '')).toMatchObject({
    apiVersion: 'example.com/v1beta1',
  });
});

test('watches of a kind end with it, those of others do not', async () => {
  const { server, storages } = await withWidgets();
  const client = inProcessClient(server);
  const ended: string[] = [];
  const watch = (resource: Resource, name: string) =>
    client.watch(resource, {}, { event: () => undefined, end: (error) => ended.push(`${name} ${error?.message}`) });
  const widgetsOf = { group: 'example.com', version: 'v1', resource: 'widgets', kind: 'Widget', namespaced: true };
  const stop = await watch(widgetsOf, 'stopped');
  await watch(widgetsOf, 'first');
  await watch(ConfigMap, 'ConfigMaps');
  stop();
  storages.install('gadgets.example.com', { versions: versions.map((one) => ({ ...one, info: { ...one.info, resource: 'gadgets' } })) });
  expect(ended).toEqual([]);
  storages.install('widgets.example.com', { versions });
  await watch(widgetsOf, 'second');
  storages.remove('widgets.example.com');
  storages.remove('widgets.example.com');
  expect(ended).toEqual(['first undefined', 'second undefined']);
});

test('OpenAPI follows the map', async () => {
  const { call, storages } = await withWidgets();
  const index = async () => JSON.parse((await call('GET', '/openapi/v3')).text).paths as Record<string, { serverRelativeURL: string }>;
  const url = (await index())['apis/example.com/v1']?.serverRelativeURL ?? '';
  expect((await call('GET', url)).body).toMatchObject({ components: { schemas: { 'com.example.v1.Widget': {} } } });
  expect((await call('GET', '/openapi/v2')).body).toHaveProperty(['definitions', 'com.example.v1.Widget']);
  storages.remove('widgets.example.com');
  expect(await index()).not.toHaveProperty(['apis/example.com/v1']);
  expect((await call('GET', '/openapi/v3/apis/example.com/v1')).status).toBe(404);
  expect((await call('GET', '/openapi/v2')).body).not.toHaveProperty(['definitions', 'com.example.v1.Widget']);
});

test('a cluster does not see another one’s kinds', async () => {
  await withWidgets();
  const { call } = await testCluster();
  expect((await call('GET', path)).status).toBe(404);
});
