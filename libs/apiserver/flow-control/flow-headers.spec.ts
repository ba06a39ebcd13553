import { type TestCluster, testCluster } from '../test-cluster.js';

const LIMITS = { seats: 4, queueWait: 1000, requestsInFlight: 2, watches: 2, writesPerSecond: 100, objects: 100, storedBytes: 1e6 };
const GROUP = '/apis/flowcontrol.apiserver.k8s.io/v1';

/** A cluster with one level and a FlowSchema for everything, both cached; returns their uids. */
async function classified(cluster: TestCluster): Promise<{ level: string; schema: string }> {
  const uidOf = async (path: string, body: object) => (await cluster.call('POST', path, { body })).body.metadata.uid ?? '';
  const level = await uidOf(`${GROUP}/prioritylevelconfigurations`, { metadata: { name: 'l' }, spec: { type: 'Limited', limited: {} } });
  const any = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true };
  const rules = [
    {
      subjects: [{ kind: 'Group', group: { name: '*' } }],
      resourceRules: [any],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    },
  ];
  const schema = await uidOf(`${GROUP}/flowschemas`, {
    metadata: { name: 's' },
    spec: { priorityLevelConfiguration: { name: 'l' }, rules },
  });
  (await cluster.store.watch('/registry/', undefined, { event: () => undefined, end: () => undefined }))();
  return { level, schema };
}

test.each([
  ['an object', '/api/v1/namespaces/default', 404],
  ['a refused request', '/api/v1/nodes', 403],
  ['a path', '/version', 200],
  ['a health check, which takes no seats', '/livez', 200],
])('%s: the answer names the FlowSchema and the priority level', async (_name, path, status) => {
  const cluster = await testCluster({ flowLimits: LIMITS });
  const { level, schema } = await classified(cluster);
  const user = { name: 'u', groups: status === 403 ? ['system:authenticated'] : ['system:masters'] };
  const answer = await cluster.call('GET', path, { user });
  expect([answer.status, answer.headers]).toEqual([
    status,
    expect.objectContaining({ 'x-kubernetes-pf-flowschema-uid': schema, 'x-kubernetes-pf-prioritylevel-uid': level }),
  ]);
});

test('so does a 429, with the advice when to retry', async () => {
  const cluster = await testCluster({ flowLimits: { ...LIMITS, requestsInFlight: 0 } });
  const blocked = await cluster.call('GET', '/version');
  expect([blocked.status, blocked.headers['retry-after'], blocked.text]).toEqual([
    429,
    '1',
    'Too many requests, please try again later.\n',
  ]);
});

test('without FlowSchemas no header is made up', async () => {
  const cluster = await testCluster({ flowLimits: LIMITS });
  const { headers } = await cluster.call('GET', '/version');
  expect(Object.keys(headers).filter((name) => name.startsWith('x-kubernetes'))).toEqual([]);
});
