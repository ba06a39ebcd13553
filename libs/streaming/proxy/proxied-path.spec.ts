import type { ApiRequest } from '#apiserver';
import { proxiedPath, proxyPrefix, redirectToRoot, splitId } from './proxied-path.js';

const request = (path: string, more: Partial<ApiRequest> = {}): ApiRequest => ({
  ...{ method: 'GET', path, query: '', headers: {}, requestId: 'r' },
  ...more,
});

test.each([
  ['/api/v1/namespaces/default/pods/web/proxy', '/api/v1/namespaces/default/pods/web/proxy', undefined],
  ['/api/v1/namespaces/default/pods/web:80/proxy/', '/api/v1/namespaces/default/pods/web:80/proxy', '/'],
  ['/api/v1/namespaces/pods/pods/pods/proxy/pods/x/proxy/y', '/api/v1/namespaces/pods/pods/pods/proxy', '/pods/x/proxy/y'],
  ['/api/v1/nodes/n/proxy/pods', '/api/v1/nodes/n/proxy', '/pods'],
])('%s', (path, prefix, rest) => {
  const one = request(path);
  expect([proxyPrefix(one), proxiedPath(one)]).toEqual([prefix, rest]);
});

test('a GET without a path is redirected to the root, with its query', () => {
  const path = '/api/v1/namespaces/default/services/web/proxy';
  expect([
    redirectToRoot(request(path, { query: 'a=b' }))?.headers,
    redirectToRoot(request(`${path}/`)),
    redirectToRoot(request(path, { method: 'POST' })),
  ]).toEqual([{ location: 'proxy/?a=b' }, undefined, undefined]);
});

test.each([
  ['web', { scheme: '', name: 'web', port: '' }],
  ['web:80', { scheme: '', name: 'web', port: '80' }],
  ['https:web:443', { scheme: 'https', name: 'web', port: '443' }],
  ['https:web:', { scheme: 'https', name: 'web', port: '' }],
  ['ftp:web:80', undefined],
  [':80', undefined],
  ['a:b:c:d', undefined],
])('%s', (id, want) => {
  expect(splitId(id)).toEqual(want);
});
