import { testCluster } from '#apiserver/test-cluster';
import { providers } from '../storages.js';
import { priorityClass } from './priority-class.js';

const path = '/apis/scheduling.k8s.io/v1/priorityclasses';

test.each([
  [
    'system-node-critical',
    2_000_001_000,
    403,
    'priorityclasses.scheduling.k8s.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted',
  ],
  [
    'system-cluster-critical',
    2_000_000_000,
    403,
    'priorityclasses.scheduling.k8s.io "system-cluster-critical" is forbidden: this is a system priority class and cannot be deleted',
  ],
  ['mine', 5, 200, undefined],
])('the deletion of %s', async (name, value, status, message) => {
  const { call } = await testCluster({ strategies: [priorityClass], providers });
  const body = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value };
  expect((await call('POST', path, { body })).status).toBe(201);
  const answer = await call('DELETE', `${path}/${name}`);
  expect([answer.status, answer.body.message]).toEqual([status, message]);
});
