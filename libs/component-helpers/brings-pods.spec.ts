import { bringsPods } from './brings-pods.js';

test.each<[string, string, object, boolean, boolean]>([
  ['apps', 'deployments', { metadata: { generation: 1 } }, false, true],
  ['apps', 'deployments', { metadata: { generation: 2 }, status: { observedGeneration: 1 } }, false, true],
  ['apps', 'deployments', { metadata: { generation: 2 }, status: { observedGeneration: 2 } }, false, false],
  ['apps', 'deployments', { metadata: { generation: 1 } }, true, false],
  ['', 'replicationcontrollers', { metadata: { generation: 1 } }, false, true],
  ['', 'configmaps', { metadata: {} }, false, false],
])('%s/%s %j, deleted: %j', (group, resource, object, deleted, want) => {
  expect(bringsPods({ group, resource, deleted, object: () => object as never })).toBe(want);
});
