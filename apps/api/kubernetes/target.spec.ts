import { isForCluster, metricsGroup, metricsVerb, targetOf } from './target.js';

test.each([
  ['/clusters/abc/api/v1/pods?watch=1', { cluster: 'abc', path: '/api/v1/pods', query: 'watch=1' }],
  ['/clusters/abc', { cluster: 'abc', path: '/', query: '' }],
  ['/clusters/abc?x=/y', { cluster: 'abc', path: '/', query: 'x=/y' }],
  ['/clusters/abc/api/v1/nodes/a%3Ab', { cluster: 'abc', path: '/api/v1/nodes/a:b', escapedPath: '/api/v1/nodes/a%3Ab', query: '' }],
  ['/clusters/abc/api/%zz', undefined],
  ['/', { path: '/', query: '' }],
  ['/?a=b', { path: '/', query: 'a=b' }],
  ['/api/v1/pods?limit=1', { path: '/api/v1/pods', query: 'limit=1' }],
])('%s', (url, expected) => {
  expect(targetOf(url)).toEqual(expected);
});

test.each([
  ['/clusters/abc/api', false, true],
  ['/api', false, true],
  ['/apis/apps/v1?x', false, true],
  ['/apiserver', true, false],
  ['/platform/v1/clusters', true, false],
  ['/graphql', true, false],
  ['/', false, false],
  ['/', true, true],
  ['/?timeout=32s', true, true],
  ['/readyz', false, false],
  ['/readyz?verbose', true, true],
  ['/metrics', false, false],
  ['/metrics/slis', true, true],
])('%s, with a token: %s', (url, authorized, expected) => expect(isForCluster(url, authorized)).toBe(expected));

test.each([
  ['GET', '/api/v1/pods', 'LIST', 'core'],
  ['GET', '/api/v1/namespaces', 'LIST', 'core'],
  ['GET', '/api/v1/namespaces/a', 'GET', 'core'],
  ['GET', '/api/v1/namespaces/a/pods', 'LIST', 'core'],
  ['GET', '/api/v1/namespaces/a/pods/b', 'GET', 'core'],
  ['GET', '/apis/apps/v1/deployments', 'LIST', 'apps'],
  ['GET', '/apis/apps/v1/namespaces/a/deployments/b/status', 'GET', 'apps'],
  ['PATCH', '/apis/tenant.example/v1/things/b', 'PATCH', 'other'],
  ['TRACE', '/version', 'OTHER', 'none'],
])('%s %s', (method, path, verb, group) => {
  expect([metricsVerb(method, path), metricsGroup(path)]).toEqual([verb, group]);
});
