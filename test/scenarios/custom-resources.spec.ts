import { expect, test } from '@jest/globals';
import { CustomResourceDefinition } from '#api';
import type { LocalCluster } from '#cluster';
import { openCluster } from './story.js';

/** Custom resources as clients see them: the definition's conditions, its versions, its end. */

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
type Json = any;

async function send(
  { api }: LocalCluster,
  method: string,
  target: string,
  body?: unknown,
  type = 'application/json',
): Promise<{ status: number; body: Json; warnings: readonly string[] }> {
  const [path = '', query = ''] = target.split('?');
  const answer = await api.handle({
    method,
    path,
    query,
    headers: { 'content-type': type, 'user-agent': 'spec/1' },
    ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
    user: { name: 'admin', groups: ['system:masters'] },
    requestId: 'r',
  });
  const text = String(answer.body ?? '');
  return {
    status: answer.status,
    body: text.startsWith('{') ? JSON.parse(text) : text,
    warnings: [answer.headers.warning ?? []].flat(),
  };
}

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const WIDGETS = '/apis/example.com/v1/namespaces/default/widgets';
const MERGE = 'application/merge-patch+json';

const version = (name: string, properties: Json, more: Json = {}) => ({
  name,
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: 'object', properties } },
  ...more,
});

const spec = { type: 'object', properties: { size: { type: 'integer', default: 1 }, color: { type: 'string' } } };

const definition = (versions: Json[], names: Json = {}, scope = 'Namespaced') => {
  const all = { plural: 'widgets', kind: 'Widget', ...names };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${all.plural}.example.com` },
    spec: { group: 'example.com', scope, names: all, versions },
  };
};

const widget = (name: string, more: Json = {}) => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name }, ...more });

const conditions = ({ body }: { body: Json }): string[] =>
  (body.status.conditions ?? []).map(({ type, status, reason }: Json) => `${type} ${status} ${reason}`);

async function established(cluster: LocalCluster, ...versions: Json[]): Promise<void> {
  expect((await send(cluster, 'POST', DEFINITIONS, definition(versions))).status).toBe(201);
  await cluster.settle();
}

test('crd-status: a kind is served once its names are accepted, and not after its definition is gone', async () => {
  const cluster = await openCluster();
  const { body } = await send(cluster, 'POST', DEFINITIONS, definition([version('v1', { spec })]));
  expect(body.status).toEqual({ conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: ['v1'] });
  expect((await send(cluster, 'GET', WIDGETS)).status).toBe(404);
  await cluster.settle();
  const read = await send(cluster, 'GET', `${DEFINITIONS}/widgets.example.com`);
  expect(conditions(read)).toEqual(['NamesAccepted True NoConflicts', 'Established True InitialNamesAccepted']);
  expect(read.body.status.acceptedNames).toEqual({ plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' });
  expect((await send(cluster, 'POST', WIDGETS, widget('a', { spec: {} }))).body.spec).toEqual({ size: 1 });
  expect((await send(cluster, 'GET', '/apis/example.com/v1')).body.resources).toMatchObject([{ name: 'widgets' }]);
  expect((await send(cluster, 'DELETE', `${DEFINITIONS}/widgets.example.com`)).status).toBe(200);
  await cluster.settle();
  expect((await send(cluster, 'GET', WIDGETS)).status).toBe(404);
  expect((await send(cluster, 'GET', '/apis/example.com')).status).toBe(404);
  expect((await send(cluster, 'GET', `${DEFINITIONS}/widgets.example.com`)).status).toBe(404);
});

test('names that are in use are given to who has asked when they become free', async () => {
  const cluster = await openCluster();
  await established(cluster, version('v1', { spec }));
  await send(
    cluster,
    'POST',
    DEFINITIONS,
    definition([version('v1', { spec })], { plural: 'gadgets', singular: 'widget', kind: 'Widget' }),
  );
  await cluster.settle();
  const refused = await send(cluster, 'GET', `${DEFINITIONS}/gadgets.example.com`);
  expect(conditions(refused)).toEqual(['NamesAccepted False ListKindConflict', 'Established False NotAccepted']);
  expect(refused.body.status.conditions[0].message).toBe('"WidgetList" is already in use');
  await send(cluster, 'DELETE', `${DEFINITIONS}/widgets.example.com`);
  await cluster.settle();
  const accepted = await send(cluster, 'GET', `${DEFINITIONS}/gadgets.example.com`);
  expect(conditions(accepted)).toEqual(['NamesAccepted True NoConflicts', 'Established True InitialNamesAccepted']);
});

test('what is stored as JSON is at most as long as etcd takes', async () => {
  const cluster = await openCluster();
  await established(cluster, version('v1', { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }));
  const fill = (length: number) => ({ spec: { text: 'x'.repeat(length) } });
  const refused = { status: 500, body: { message: 'etcdserver: request is too large', code: 500 } };
  expect((await send(cluster, 'POST', WIDGETS, widget('a', fill(1_570_000)))).status).toBe(201);
  expect(await send(cluster, 'POST', WIDGETS, widget('b', fill(1_573_000)))).toMatchObject(refused);
  const patch = (length: number) => send(cluster, 'PATCH', `${WIDGETS}/a`, fill(length), 'application/merge-patch+json');
  expect(await patch(800_000)).toMatchObject({ status: 200 });
  expect(await patch(1_573_000)).toMatchObject(refused);
});

test('crd-finalizer: a definition waits for the finalizers of its instances', async () => {
  const cluster = await openCluster();
  await established(cluster, version('v1', { spec }));
  await send(cluster, 'POST', WIDGETS, widget('held', { metadata: { name: 'held', finalizers: ['example.com/hold'] } }));
  await send(cluster, 'POST', WIDGETS, widget('free'));
  await send(cluster, 'DELETE', `${DEFINITIONS}/widgets.example.com`);
  await cluster.settle();
  const ending = await send(cluster, 'GET', `${DEFINITIONS}/widgets.example.com`);
  expect(conditions(ending)).toContain('Terminating True InstanceDeletionInProgress');
  expect((await send(cluster, 'GET', WIDGETS)).body.items.map(({ metadata }: Json) => metadata.name)).toEqual(['held']);
  expect(await send(cluster, 'POST', WIDGETS, widget('late'))).toMatchObject({
    status: 403,
    body: { message: 'widgets.example.com "late" is forbidden: create not allowed while custom resource definition is terminating' },
  });
  await send(cluster, 'PATCH', `${WIDGETS}/held`, { metadata: { finalizers: null } }, MERGE);
  await cluster.settle();
  expect((await send(cluster, 'GET', `${DEFINITIONS}/widgets.example.com`)).status).toBe(404);
});

test('a changed schema is applied to what was stored before', async () => {
  const cluster = await openCluster();
  await established(cluster, version('v1', { spec }));
  await send(cluster, 'POST', WIDGETS, widget('a', { spec: { color: 'red' } }));
  const changed = { type: 'object', properties: { size: { type: 'integer' }, shape: { type: 'string', default: 'round' } } };
  const patched = await send(
    cluster,
    'PATCH',
    `${DEFINITIONS}/widgets.example.com`,
    { spec: { versions: [version('v1', { spec: changed })] } },
    MERGE,
  );
  expect([patched.status, patched.body.metadata.generation]).toEqual([200, 2]);
  expect((await send(cluster, 'GET', `${WIDGETS}/a`)).body.spec).toEqual({ size: 1, shape: 'round' });
  expect((await send(cluster, 'GET', WIDGETS)).body.items[0].spec).toEqual({ size: 1, shape: 'round' });
  const labelled = await send(cluster, 'PATCH', `${WIDGETS}/a`, { metadata: { labels: { a: 'b' } } }, MERGE);
  expect([labelled.status, labelled.body.spec]).toEqual([200, { size: 1, shape: 'round' }]);
});

test('versions differ in their schemas, and are converted by name alone', async () => {
  const cluster = await openCluster();
  const v2 = version(
    'v2',
    { spec: { type: 'object', properties: { size: { type: 'integer', minimum: 10 } } } },
    { storage: false, deprecated: true },
  );
  await established(cluster, version('v1', { spec }), v2);
  const at = WIDGETS.replace('/v1/', '/v2/');
  const refused = await send(cluster, 'POST', at, { ...widget('a', { spec: { size: 3 } }), apiVersion: 'example.com/v2' });
  expect([refused.status, refused.body.message]).toEqual([
    422,
    'Widget.example.com "a" is invalid: spec.size: Invalid value: 3: spec.size in body should be greater than or equal to 10',
  ]);
  expect(refused.warnings).toEqual(['299 - "example.com/v2 Widget is deprecated"']);
  expect((await send(cluster, 'POST', WIDGETS, widget('a', { spec: { size: 3, color: 'red' } }))).status).toBe(201);
  expect((await send(cluster, 'GET', `${at}/a`)).body).toMatchObject({ apiVersion: 'example.com/v2', spec: { size: 3 } });
  expect((await send(cluster, 'GET', `${at}/a`)).body.spec).toEqual({ size: 3 });
  // Unchanged values are not held to the other version's rules.
  const labelled = await send(cluster, 'PATCH', `${at}/a`, { metadata: { labels: { a: 'b' } } }, MERGE);
  expect([labelled.status, labelled.body.metadata.labels]).toEqual([200, { a: 'b' }]);
});

test('autoregister, apiservice-availability: group versions are registered with the aggregator; one whose service is not there answers 503', async () => {
  const cluster = await openCluster();
  await established(cluster, version('v1', { spec }));
  const path = '/apis/apiregistration.k8s.io/v1/apiservices';
  const local = await send(cluster, 'GET', `${path}/v1.example.com`);
  expect(local.body).toMatchObject({
    metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'true' } },
    spec: { group: 'example.com', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 100 },
    status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local', message: 'Local APIServices are always available' }] },
  });
  await send(cluster, 'POST', path, {
    metadata: { name: 'v1beta1.metrics.k8s.io' },
    spec: {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      service: { name: 'm', namespace: 'default' },
    },
  });
  await cluster.settle();
  const remote = await send(cluster, 'GET', `${path}/v1beta1.metrics.k8s.io`);
  expect(remote.body.status.conditions).toMatchObject([
    { status: 'False', reason: 'ServiceNotFound', message: 'service/m in "default" is not present' },
  ]);
  for (const asked of ['/apis/metrics.k8s.io/v1beta1', '/apis/metrics.k8s.io/v1beta1/nodes'])
    expect(await send(cluster, 'GET', asked)).toMatchObject({ status: 503, body: 'service unavailable\n' });
  await send(cluster, 'POST', '/api/v1/namespaces/default/services', { metadata: { name: 'm' }, spec: { ports: [{ port: 443 }] } });
  await cluster.settle();
  expect((await send(cluster, 'GET', `${path}/v1beta1.metrics.k8s.io`)).body.status.conditions[0]).toMatchObject({
    reason: 'EndpointsNotFound',
    message: 'cannot find endpointslices for service/m in "default"',
  });
  await send(cluster, 'DELETE', `${DEFINITIONS}/widgets.example.com`);
  await cluster.settle();
  expect((await send(cluster, 'GET', `${path}/v1.example.com`)).status).toBe(404);
});

test('scale, status and generations', async () => {
  const cluster = await openCluster();
  const replicas = { type: 'object', properties: { replicas: { type: 'integer' }, pods: { type: 'string' } } };
  const subresources = {
    status: {},
    scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.pods' },
  };
  await established(cluster, version('v1', { spec: replicas, status: replicas }, { subresources }));
  await send(cluster, 'POST', WIDGETS, widget('a', { spec: {} }));
  expect(await send(cluster, 'GET', `${WIDGETS}/a/scale`)).toMatchObject({
    status: 500,
    body: { message: 'Internal error occurred: the spec replicas field ".spec.replicas" does not exist' },
  });
  const scaled = await send(cluster, 'PATCH', `${WIDGETS}/a/scale`, { spec: { replicas: 3 } }, MERGE);
  expect([scaled.status, scaled.body.spec]).toEqual([200, { replicas: 3 }]);
  await send(cluster, 'PATCH', `${WIDGETS}/a/status`, { status: { replicas: 2, pods: 'app=a' }, spec: { replicas: 9 } }, MERGE);
  const { body } = await send(cluster, 'GET', `${WIDGETS}/a`);
  expect([body.spec, body.status, body.metadata.generation]).toEqual([{ replicas: 3 }, { replicas: 2, pods: 'app=a' }, 2]);
  expect((await send(cluster, 'GET', `${WIDGETS}/a/scale`)).body.status).toEqual({ replicas: 2, selector: 'app=a' });
});

test('the component that sets the conditions is known by its manager', async () => {
  const cluster = await openCluster();
  await established(cluster, version('v1', { spec }));
  const { metadata } = await cluster.client.get(CustomResourceDefinition, 'widgets.example.com');
  expect(metadata.managedFields?.map(({ manager, subresource }) => [manager, subresource])).toEqual([
    ['kube-apiserver', 'status'],
    ['spec', undefined],
  ]);
});

test('a status that is left out has its defaults from the beginning', async () => {
  const cluster = await openCluster();
  const status = { type: 'object', default: { phase: 'Waiting' }, properties: { phase: { type: 'string' }, more: { type: 'string' } } };
  await established(cluster, version('v1', { spec, status }, { subresources: { status: {} } }));
  const created = await send(cluster, 'POST', WIDGETS, widget('a', { status: { phase: 'Sent' } }));
  expect(created.body.status).toEqual({ phase: 'Waiting' });
  expect((await send(cluster, 'GET', `${WIDGETS}/a`)).body.status).toEqual({ phase: 'Waiting' });
  const next = { ...created.body, spec: { size: 2 }, status: { more: 'x' } };
  expect((await send(cluster, 'PUT', `${WIDGETS}/a`, next)).body).toMatchObject({
    metadata: { generation: 2 },
    status: { phase: 'Waiting' },
  });
});

test('a client may empty the status of a definition', async () => {
  const cluster = await openCluster();
  await established(cluster, version('v1', { spec }));
  const at = `${DEFINITIONS}/widgets.example.com`;
  const empty = { storedVersions: null, conditions: null, acceptedNames: null };
  expect((await send(cluster, 'PATCH', `${at}/status`, { status: empty }, MERGE)).status).toBe(200);
  await cluster.settle();
  expect(conditions(await send(cluster, 'GET', at))).toEqual(['NamesAccepted True NoConflicts', 'Established True InitialNamesAccepted']);
  const changed = await send(cluster, 'PATCH', at, { spec: { names: { categories: ['all'] } } }, MERGE);
  expect([changed.status, changed.body.status.storedVersions]).toEqual([200, ['v1']]);
  expect((await send(cluster, 'DELETE', at)).status).toBe(200);
  await cluster.settle();
  expect((await send(cluster, 'GET', at)).status).toBe(404);
});

const answers = async (cluster: LocalCluster, requests: Json[]): Promise<Json[]> => {
  const found = [];
  for (const [method, target, type] of requests) {
    const { status, body } = await send(cluster, method, target, method === 'GET' ? undefined : widget('b'), type);
    found.push([method, target, status, body.message ?? (typeof body === 'string' ? body : body.kind)]);
  }
  return found;
};

test('requests that are not served are answered by the handler of custom kinds, not by routes', async () => {
  const cluster = await openCluster();
  await established(cluster, version('v1', { spec }, { subresources: { status: {} } }));
  await send(cluster, 'POST', WIDGETS, widget('a'));
  const media = 'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml';
  const unknown = `the body of the request was in an unknown format - accepted media types include: ${media}`;
  const everywhere = '/apis/example.com/v1/widgets';
  const nowhere = '404 page not found\n';
  const want = [
    ['PUT', WIDGETS, 400, 'name must be provided'],
    ['PATCH', WIDGETS, 400, 'name must be provided', MERGE],
    ['PATCH', WIDGETS, 415, unknown, 'application/strategic-merge-patch+json'],
    ['PATCH', `${WIDGETS}/a`, 415, unknown, 'application/strategic-merge-patch+json'],
    ['PATCH', `${WIDGETS}/a`, 415, unknown, 'application/other'],
    ['PATCH', `${WIDGETS}/a/status`, 415, unknown, 'application/other'],
    ['POST', `${WIDGETS}/a/status`, 405, 'create is not supported on resources of kind "widgets.example.com"'],
    ['DELETE', `${WIDGETS}/a/status`, 405, 'delete is not supported on resources of kind "widgets.example.com"'],
    ['GET', `${WIDGETS}/a/scale`, 404, 'widgets.example.com "a" not found'],
    ['GET', `${WIDGETS}/a/status/more`, 200, 'Widget'],
    ['POST', everywhere, 404, nowhere],
    ['DELETE', everywhere, 404, nowhere],
    ['GET', `${everywhere}/a`, 404, nowhere],
    ['GET', everywhere, 200, 'WidgetList'],
    // The name in the path is not looked at.
    ['POST', `${WIDGETS}/other`, 201, 'Widget'],
  ];
  const found = await answers(
    cluster,
    want.map(([method, target, , , type]) => [method, target, type]),
  );
  expect(found).toEqual(want.map(([method, target, status, text]) => [method, target, status, text]));
});

test.each<[string, number, string | undefined]>([
  ['application/vnd.kubernetes.protobuf', 406, undefined],
  ['application/vnd.kubernetes.protobuf, application/json', 200, 'application/json'],
  ['application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1', 200, 'application/vnd.kubernetes.protobuf'],
])('custom kinds have no protobuf form, their metadata has: %s', async (accept, status, type) => {
  const cluster = await openCluster();
  await established(cluster, version('v1', { spec }));
  const answer = await cluster.api.handle({
    ...{ method: 'GET', path: WIDGETS, query: '', headers: { accept }, requestId: 'r' },
    user: { name: 'admin', groups: ['system:masters'] },
  });
  expect(answer.status).toBe(status);
  if (type !== undefined) expect(answer.headers['content-type']).toBe(type);
});
