import { ConfigMap } from '#api';
import { inProcessClient } from '../in-process-client.js';
import { testCluster } from '../test-cluster.js';
import { beginTransaction } from '../transaction/transaction.js';

const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'default' } };

test('requests that are made for a client are audited with their origin; those of components are not', async () => {
  const cluster = await testCluster();
  const origin = { id: 'graph-1', uri: '/graphql', userAgent: 'browser', address: '10.0.0.1' };
  const user = { name: 'alice', groups: ['system:masters'] };
  const client = inProcessClient(cluster.server, { user: () => user, origin: () => origin });
  const component = inProcessClient(cluster.server).as({ component: 'kube-scheduler' });
  await component.create(ConfigMap, { ...map, metadata: { ...map.metadata, name: 'theirs' } });
  await client.create(ConfigMap, map);
  await client.get(ConfigMap, 'm', 'default');
  await expect(client.get(ConfigMap, 'none', 'default')).rejects.toThrow('not found');
  await client.delete(ConfigMap, 'm', 'default');
  const audited = cluster.events.map(({ id, uri, attributes, code }) => [id, uri, attributes?.user.name, attributes?.verb, code]);
  expect(audited).toEqual([
    ['graph-1', '/graphql', 'alice', 'create', 201],
    ['graph-1', '/graphql', 'alice', 'get', 200],
    ['graph-1', '/graphql', 'alice', 'get', 404],
    ['graph-1', '/graphql', 'alice', 'delete', 200],
  ]);
  expect(cluster.events.map(({ revision }) => revision)).toEqual([2, undefined, undefined, 3]);
  const { text } = await cluster.call('GET', '/metrics');
  const counted = text.split('\n').filter((line) => line.startsWith('apiserver_request_total{'));
  expect(counted.map((line) => line.match(/(?:code|\bresource|verb)="\w*"/g)?.join(' '))).toEqual([
    'code="201" resource="configmaps" verb="POST"',
    'code="200" resource="configmaps" verb="GET"',
    'code="404" resource="configmaps" verb="GET"',
    'code="200" resource="configmaps" verb="DELETE"',
  ]);
});

test('a request that is refused before it is authenticated is audited without a user', async () => {
  const cluster = await testCluster();
  await cluster.call('GET', '/api/v1/nodes', { user: null, headers: { authorization: 'Bearer wrong' } });
  cluster.server.refused({ method: 'GET', path: '/api/v1/pods', query: '', headers: {}, requestId: 'r' });
  expect(cluster.events.map(({ attributes, code, decision }) => [attributes?.resource, attributes?.user.name, code, decision])).toEqual([
    ['nodes', '', 401, undefined],
    ['pods', '', 401, undefined],
  ]);
  expect(cluster.events.map(({ level }) => level)).toEqual(['Request', 'Request']);
  cluster.server.refused({ method: 'GET', path: '/livez', query: '', headers: {}, requestId: 'r' });
  await cluster.call('GET', '/livez', { user: null, headers: { authorization: 'Bearer wrong' } });
  expect(cluster.events).toHaveLength(2);
});

test('the dry runs of a trial are audited as such, with no revision', async () => {
  const cluster = await testCluster();
  const origin = () => ({ id: 'graph-1', uri: '/graphql', userAgent: 'browser', address: '10.0.0.1' });
  const user = () => ({ name: 'alice', groups: ['system:masters'] });
  const trial = beginTransaction(cluster.server, { user, origin }, { trial: true });
  const created = await trial.client.create(ConfigMap, map, { dryRun: true });
  await trial.client.get(ConfigMap, 'm', 'default');
  expect(trial.tried()(created).metadata).not.toHaveProperty('resourceVersion');
  trial.abort();
  expect(cluster.events.map(({ dryRun, code, revision }) => [dryRun, code, revision])).toEqual([
    [true, 201, undefined],
    [false, 200, undefined],
  ]);
});

test('the writes of a transaction are audited when it ends, with what became of them', async () => {
  const cluster = await testCluster();
  const origin = () => ({ id: 'graph-1', uri: '/graphql', userAgent: 'browser', address: '10.0.0.1' });
  const begin = () => beginTransaction(cluster.server, { user: () => ({ name: 'alice', groups: ['system:masters'] }), origin });
  const [stored, aborted] = [begin(), begin()];
  await stored.client.create(ConfigMap, map);
  await stored.client.get(ConfigMap, 'm', 'default');
  await aborted.client.create(ConfigMap, map);
  expect(cluster.events.map(({ attributes, code }) => [attributes?.verb, code])).toEqual([['get', 200]]);
  await stored.commit();
  aborted.abort();
  expect(cluster.events.slice(1).map(({ code, revision, failure }) => [code, revision, failure?.reason])).toEqual([
    [201, 1, undefined],
    [409, undefined, 'Conflict'],
  ]);
});
