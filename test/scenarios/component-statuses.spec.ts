import { expect, test } from '@jest/globals';
import { Pod } from '#api';
import { openCluster } from './story.js';

const PATH = '/api/v1/componentstatuses';

test('components are healthy while their static pods run', async () => {
  const cluster = await openCluster();
  const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };
  const get = async (path: string, query = '') => {
    const { status, body = '' } = await cluster.api.handle({ method: 'GET', path, query, headers: {}, user, requestId: 'r' });
    return { status, body: JSON.parse(String(body)) };
  };
  const item = (name: string, condition: object) => ({ metadata: { name }, conditions: [{ type: 'Healthy', ...condition }] });
  const ok = { status: 'True', message: 'ok' };
  await cluster.settle();
  expect(await get(PATH)).toEqual({
    status: 200,
    body: {
      kind: 'ComponentStatusList',
      apiVersion: 'v1',
      metadata: {},
      items: [item('controller-manager', ok), item('etcd-0', ok), item('scheduler', ok)],
    },
  });
  expect((await get(PATH, 'fieldSelector=metadata.name%3Detcd-0')).body.items).toEqual([item('etcd-0', ok)]);
  expect((await get(PATH, 'labelSelector=a%3Db')).body.items).toEqual([]);
  const status = { phase: 'Failed', containerStatuses: null };
  const [pod] = (await cluster.client.list(Pod, { namespace: 'kube-system', labelSelector: 'component=kube-scheduler' })).items;
  await cluster.client.patch(Pod, pod?.metadata.name ?? '', 'kube-system', 'merge', { status }, { subresource: 'status' });
  expect(await get(`${PATH}/scheduler`)).toEqual({
    status: 200,
    body: {
      kind: 'ComponentStatus',
      apiVersion: 'v1',
      ...item('scheduler', {
        status: 'False',
        message: 'Get "https://127.0.0.1:10259/healthz": dial tcp 127.0.0.1:10259: connect: connection refused',
      }),
    },
  });
  expect(await get(`${PATH}/nothing`)).toMatchObject({ status: 404, body: { message: 'componentstatus "nothing" not found' } });
});

test('the debugging pages show the start and the flags of the static pod', async () => {
  const cluster = await openCluster();
  const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };
  const get = async (path: string) => {
    const { status, body } = await cluster.api.handle({ method: 'GET', path, query: '', headers: {}, user, requestId: 'r' });
    return { status, body: String(body) };
  };
  await cluster.settle();
  await cluster.advance(3_600_000);
  expect(await get('/statusz')).toEqual({
    status: 200,
    body: expect.stringMatching(/\nUp: 1 hr 00 min \d\d sec\n[\s\S]*\nBinary version: 1\.36\.2\n/),
  });
  const flags = await get('/flagz');
  expect(flags.body.split('\n')).toEqual(expect.arrayContaining(['authorization-mode=Node,RBAC', 'secure-port=6443']));
});
