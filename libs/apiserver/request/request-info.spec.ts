import { expect, test } from '@jest/globals';
import { type RequestInfo, requestInfo } from './request-info.js';

const brief = ({ verb, group, version, namespace, resource, subresource, name }: RequestInfo) =>
  [verb, `${group}/${version}`, namespace, resource, subresource, name].join(' ');

test.each<[string, string]>([
  ['GET /api/v1/pods', 'list /v1  pods  '],
  ['GET /api/v1/pods?watch=true', 'watch /v1  pods  '],
  ['GET /api/v1/pods?watch=false', 'list /v1  pods  '],
  ['GET /api/v1/namespaces/ns/pods/p', 'get /v1 ns pods  p'],
  ['GET /api/v1/namespaces/ns/pods/p/log', 'get /v1 ns pods log p'],
  ['GET /api/v1/namespaces/ns', 'get /v1 ns namespaces  ns'],
  ['PUT /api/v1/namespaces/ns/finalize', 'update /v1 ns namespaces finalize ns'],
  ['GET /api/v1/namespaces', 'list /v1  namespaces  '],
  ['POST /apis/apps/v1/namespaces/ns/deployments', 'create apps/v1 ns deployments  '],
  ['DELETE /apis/apps/v1/namespaces/ns/deployments', 'deletecollection apps/v1 ns deployments  '],
  ['PATCH /apis/apps/v1/namespaces/ns/deployments/d/scale', 'patch apps/v1 ns deployments scale d'],
  ['GET /api/v1/watch/namespaces/ns/pods/p', 'watch /v1 ns pods  p'],
  ['GET /api/v1/nodes?fieldSelector=metadata.name=n1', 'list /v1  nodes  n1'],
  ['GET /api/v1/nodes?fieldSelector=metadata.name!=n1', 'list /v1  nodes  '],
  ['GET /api/v1/nodes/n/', 'get /v1  nodes  n'],
  ['__proto__ /api/v1/nodes/n', ' /v1  nodes  n'],
])('%s', (line, expected) => {
  const [method = '', target = ''] = line.split(' ');
  const [path = '', query = ''] = target.split('?');
  const info = requestInfo(method, path, new URLSearchParams(query));
  expect(info.isResource).toBe(true);
  expect(brief(info)).toBe(expected);
});

test.each(['/', '/api', '/api/v1', '/apis', '/apis/apps', '/apis/apps/v1', '/healthz', '/openapi/v2', '/nope/a/b/c'])(
  '%s is not a resource',
  (path) => {
    expect(requestInfo('GET', path, new URLSearchParams())).toMatchObject({ isResource: false, verb: 'get', path });
  },
);
