import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { aggregatedDiscovery, builtIn, ConfigMap, Deployment, Node, preferredResources, type ResourceInfo } from '#api';
import { StatusError } from '#apimachinery';
import { type HttpClient, httpClient, resourcePath } from './http-client.js';

/** A server that records requests and answers from a script. */
let asked: string[] = [];
let answer: (request: http.IncomingMessage, response: http.ServerResponse) => void = () => {};
const server = http.createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    asked.push(`${request.method} ${request.url} ${request.headers['content-type'] ?? ''} ${Buffer.concat(chunks)}`.trim());
    answer(request, response);
  });
});
let client: HttpClient;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = httpClient({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}/clusters/c/`, token: 't' });
});
afterAll(async () => {
  await client.close();
  server.close();
});

test('paths', () => {
  expect(resourcePath(ConfigMap, 'ns', 'a b')).toBe('/api/v1/namespaces/ns/configmaps/a%20b');
  expect(resourcePath(Deployment, undefined)).toBe('/apis/apps/v1/deployments');
  expect(resourcePath(Node, 'ignored', 'n', 'status')).toBe('/api/v1/nodes/n/status');
});

test('requests', async () => {
  asked = [];
  answer = (_request, response) => response.end('{"kind":"ConfigMap","metadata":{"name":"a"}}');
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'ns' } };
  await client.get(ConfigMap, 'a', 'ns');
  await client.create(ConfigMap, object, { dryRun: true });
  await client.update(ConfigMap, object, { fieldManager: 'm' });
  await client.patch(ConfigMap, 'a', 'ns', 'merge', { data: null });
  await client.delete(ConfigMap, 'a', 'ns', { uid: 'u' });
  const text = JSON.stringify(object);
  expect(asked).toEqual([
    'GET /clusters/c/api/v1/namespaces/ns/configmaps/a',
    `POST /clusters/c/api/v1/namespaces/ns/configmaps?dryRun=All application/json ${text}`,
    `PUT /clusters/c/api/v1/namespaces/ns/configmaps/a?fieldManager=m application/json ${text}`,
    'PATCH /clusters/c/api/v1/namespaces/ns/configmaps/a application/merge-patch+json {"data":null}',
    'DELETE /clusters/c/api/v1/namespaces/ns/configmaps/a application/json {"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":"u"}}',
  ]);
});

test('a log is a text', async () => {
  asked = [];
  answer = (_request, response) => response.end('one\ntwo\n');
  expect(await client.podLog('p', 'ns', { container: 'c', tailLines: 0, previous: true })).toBe('one\ntwo\n');
  expect(asked).toEqual(['GET /clusters/c/api/v1/namespaces/ns/pods/p/log?container=c&tailLines=0&previous=true']);
  answer = (_request, response) => {
    response.statusCode = 400;
    response.end('no');
  };
  await expect(client.podLog('p', 'ns')).rejects.toMatchObject({ status: { code: 400, message: 'no' } });
});

test('failures are StatusErrors', async () => {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'no', reason: 'NotFound', code: 404 };
  answer = (_request, response) => {
    response.statusCode = 404;
    response.end(JSON.stringify(status));
  };
  const error = await client.get(ConfigMap, 'a', 'ns').catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(StatusError);
  expect((error as StatusError).status).toEqual(status);
});

test('a watch delivers its events, and how it ended', async () => {
  answer = (_request, response) => {
    response.write('{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"5"}}}\n{"type":"BOOK');
    response.end(
      'MARK","object":{"metadata":{"resourceVersion":"6"}}}\n{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}}\n',
    );
  };
  const seen: string[] = [];
  await new Promise<void>((resolve, reject) => {
    client
      .watch(
        ConfigMap,
        { namespace: 'ns', resourceVersion: '4' },
        {
          event: ({ type, object, revision }) => seen.push(`${type} ${object.metadata.name} ${revision}`),
          end: (error) => {
            seen.push(`end ${error?.message}`);
            resolve();
          },
        },
      )
      .catch(reject);
  });
  expect(seen).toEqual(['ADDED a 5', 'end too old']);
});

test('served resources are read from aggregated discovery', async () => {
  asked = [];
  answer = (request, response) => {
    expect(request.headers.accept).toBe('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
    response.end(JSON.stringify(aggregatedDiscovery(request.url?.endsWith('/api') ?? false, 'v2')));
  };
  const found = await client.resources();
  expect(asked.sort()).toEqual(['GET /clusters/c/api', 'GET /clusters/c/apis']);
  // Discovery does not contain the stored version of a resource; its groups are in priority order.
  const named = (list: readonly ResourceInfo[]) => new Map(list.map((info) => [`${info.group}/${info.resource}`, info]));
  const known = preferredResources(builtIn).map(({ storedAs: _stored, hashedAs: _hashed, ...told }) => told);
  expect(named(found)).toEqual(named(known));
});
