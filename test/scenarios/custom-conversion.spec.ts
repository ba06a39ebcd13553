import { expect, test } from '@jest/globals';
import { openCluster } from './story.js';

/** Custom resources whose versions a webhook converts. */

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
type Json = any;

type Convert = (object: Json, apiVersion: string) => Json;

/** v1 has spec.size, v2 has spec.height and spec.width. */
const converted: Convert = ({ spec, ...rest }, apiVersion) =>
  apiVersion.endsWith('/v2')
    ? { ...rest, apiVersion, spec: { width: spec.size, height: spec.size } }
    : { ...rest, apiVersion, spec: { size: spec.width } };

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const widgets = (version: string): string => `/apis/example.com/${version}/namespaces/default/widgets`;
const numbers = (...names: string[]) => ({
  type: 'object',
  properties: { spec: { type: 'object', properties: Object.fromEntries(names.map((name) => [name, { type: 'integer' }])) } },
});

const scale = { specReplicasPath: '.spec.width', statusReplicasPath: '.status.count' };
const subresources = { status: {}, scale };

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [
      { name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: numbers('size') } },
      { name: 'v2', served: true, storage: false, subresources, schema: { openAPIV3Schema: numbers('width', 'height') } },
    ],
    conversion: {
      strategy: 'Webhook',
      webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://convert.example.com/convert' } },
    },
  },
};

async function start(convert: Convert | undefined = converted) {
  const counts: number[] = [];
  const outside = async (_host: string, _port: number, { body }: { body: string }) => {
    const { request, ...review } = JSON.parse(body);
    counts.push(request.objects.length);
    const convertedObjects = request.objects.map((object: Json) => convert(object, request.desiredAPIVersion));
    const response = { uid: request.uid, result: { status: 'Success' }, convertedObjects };
    return { status: 200, contentType: 'application/json', body: JSON.stringify({ ...review, response }) };
  };
  const cluster = await openCluster({ outside });
  const request = (method: string, path: string, query: string, body?: unknown, type = 'application/json') =>
    cluster.api.handle({
      ...{ method, path, query, headers: { 'content-type': type }, requestId: 'r', user: { name: 'admin', groups: ['system:masters'] } },
      ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
    });
  const send = async (method: string, path: string, body?: unknown, type?: string): Promise<{ status: number; body: Json }> => {
    const { status, body: text = '' } = await request(method, path, '', body, type);
    return { status, body: JSON.parse(String(text)) };
  };
  const watch = async (path: string): Promise<Json[]> => {
    const { stream } = await request('GET', path, 'watch=1');
    const events: Json[] = [];
    const write = (chunk: Uint8Array): boolean => events.push(JSON.parse(Buffer.from(chunk).toString())) > 0;
    stream?.start({ write, end: () => events.push('end') });
    return events;
  };
  expect((await send('POST', CRDS, definition)).status).toBe(201);
  await cluster.settle();
  return { cluster, send, watch, counts };
}

const widget = (version: string, name: string, spec: Json) => ({
  ...{ apiVersion: `example.com/${version}`, kind: 'Widget', metadata: { name } },
  spec,
});

test('objects are written and read in each version', async () => {
  const { send } = await start();
  const created = await send('POST', widgets('v2'), widget('v2', 'a', { width: 2, height: 2 }));
  expect([created.status, created.body.apiVersion, created.body.spec]).toEqual([201, 'example.com/v2', { width: 2, height: 2 }]);
  expect((await send('GET', `${widgets('v1')}/a`)).body).toMatchObject({ apiVersion: 'example.com/v1', spec: { size: 2 } });
  const patched = await send('PATCH', `${widgets('v2')}/a`, { spec: { width: 5 } }, 'application/merge-patch+json');
  expect(patched.body.spec).toEqual({ width: 5, height: 5 });
  expect((await send('GET', `${widgets('v1')}/a`)).body.metadata.generation).toBe(2);
  expect((await send('GET', `${widgets('v2')}/a`)).body.metadata.resourceVersion).toBe(patched.body.metadata.resourceVersion);
  expect((await send('GET', `${widgets('v2')}/a/status`)).body.spec).toEqual({ width: 5, height: 5 });
  await send('DELETE', `${widgets('v2')}/a`);
  expect((await send('GET', `${widgets('v2')}/a`)).status).toBe(404);
});

test('a list is one call; a watch goes on in order', async () => {
  const { send, watch, counts } = await start();
  for (const name of ['a', 'b', 'c']) await send('POST', widgets('v1'), widget('v1', name, { size: 1 }));
  // The garbage collector has looked at them.
  counts.length = 0;
  expect((await send('GET', widgets('v2'))).body.items.map(({ spec }: Json) => spec.height)).toEqual([1, 1, 1]);
  expect(counts).toEqual([3]);
  const events = await watch(widgets('v2'));
  for (let size = 2; size < 6; size++) await send('PATCH', `${widgets('v1')}/a`, { spec: { size } }, 'application/merge-patch+json');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(events.map(({ type, object }) => `${type} ${object.metadata.name} ${object.spec.height}`)).toEqual([
    ...['ADDED a 1', 'ADDED b 1', 'ADDED c 1'],
    ...['MODIFIED a 2', 'MODIFIED a 3', 'MODIFIED a 4', 'MODIFIED a 5'],
  ]);
});

test('the scale of a version that is not stored', async () => {
  const { send } = await start();
  await send('POST', widgets('v1'), widget('v1', 'a', { size: 1 }));
  expect((await send('GET', `${widgets('v2')}/a/scale`)).body).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 0 } });
  const scaled = await send('PATCH', `${widgets('v2')}/a/scale`, { spec: { replicas: 4 } }, 'application/merge-patch+json');
  expect([scaled.status, scaled.body.spec]).toEqual([200, { replicas: 4 }]);
  expect((await send('GET', `${widgets('v1')}/a`)).body.spec).toEqual({ size: 4 });
});

test.each<[string, Convert, string]>([
  [
    'another version',
    (object) => object,
    'invalid object at index 0: invalid groupVersion (expected example.com/v2, received example.com/v1)',
  ],
  [
    'another name',
    (object, apiVersion) => ({ ...object, apiVersion, metadata: { ...object.metadata, name: 'b' } }),
    'invalid object: must have the same name: a != b',
  ],
  [
    'labels that are none',
    (object, apiVersion) => ({ ...object, apiVersion, metadata: { ...object.metadata, labels: { a: 1 } } }),
    'invalid metadata: metadata.labels[a] must be a string, but is int64 in converted object',
  ],
  [
    'no metadata',
    (object, apiVersion) => ({ ...object, apiVersion, metadata: undefined }),
    'invalid object: must have the same name: a != ',
  ],
])('a webhook that answers with %s', async (_, convert, message) => {
  const { send, watch } = await start(convert);
  await send('POST', widgets('v1'), widget('v1', 'a', { size: 1 }));
  const text = `conversion webhook for example.com/v1, Kind=Widget returned ${message}`;
  expect(await send('GET', `${widgets('v2')}/a`)).toMatchObject({ status: 500, body: { message: text } });
  expect((await send('GET', widgets('v2'))).status).toBe(500);
  const events = await watch(widgets('v2'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(events).toMatchObject([{ type: 'ERROR', object: { message: text } }, 'end']);
});
