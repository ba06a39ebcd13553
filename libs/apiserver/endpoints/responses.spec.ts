import { expect, test } from '@jest/globals';
import { testCluster } from '../test-cluster.js';

const CURL = { 'user-agent': 'curl/8.5.0' };
const MISSING = '/api/v1/namespaces/ns/configmaps/missing';
const status = {
  ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'configmaps "missing" not found', reason: 'NotFound' },
  details: { name: 'missing', kind: 'configmaps' },
  code: 404,
};
const compact = (object: object) => `${JSON.stringify(object)}\n`;
const pretty = (object: object) => `${JSON.stringify(object, null, 2)}\n`;
const raw = (object: object) => JSON.stringify(object, null, 2);

test.each<[string, Record<string, string>, string]>([
  ['kubectl', {}, compact(status)],
  ['curl', CURL, pretty(status)],
  ['a browser', { 'user-agent': 'Mozilla/5.0 (X11)' }, pretty(status)],
])('an error for %s', async (_name, headers, expected) => {
  const { call } = await testCluster();
  expect((await call('GET', MISSING, { headers })).text).toBe(expected);
});

test.each<[string, string, (object: object) => string]>([
  ['/api/v1', 'kubectl', compact],
  ['/api/v1', 'curl/8', pretty],
  ['/apis/apps', 'curl/8', pretty],
  ['/apis/apps?pretty=false', 'curl/8', compact],
  ['/apis/apps?pretty=true', 'kubectl', pretty],
  ['/version', 'kubectl', raw],
  ['/version', 'curl/8', raw],
  ['/', 'kubectl', raw],
])('GET %s by %s', async (path, agent, form) => {
  const { call } = await testCluster();
  const { text } = await call('GET', path, { headers: { 'user-agent': agent } });
  expect(text).toBe(form(JSON.parse(text)));
});

test('aggregated discovery is indented for curl as well', async () => {
  const { call } = await testCluster();
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const { text } = await call('GET', '/apis', { headers: { ...CURL, accept } });
  expect(text).toBe(pretty(JSON.parse(text)));
});

test.each([
  ['status', 'pods/p/status/more'],
  ['log', 'pods/p/log/more'],
  ['exec', 'pods/p/exec/more'],
])('nothing is served below the subresource %s', async (_name, path) => {
  const { call } = await testCluster();
  const { body } = await call('GET', `/api/v1/namespaces/ns/${path}`);
  expect(body).toMatchObject({ code: 404, reason: 'NotFound', message: 'the server could not find the requested resource', details: {} });
});

test('a client that accepts nothing that is served gets indented JSON', async () => {
  const { call } = await testCluster();
  const { text, body } = await call('GET', MISSING, { headers: { accept: 'text/html' } });
  expect([body.reason, text]).toEqual(['NotAcceptable', raw(body)]);
});
