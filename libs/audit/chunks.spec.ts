import { failureStatus } from '#apimachinery';
import { decodeChunk, inflated } from './chunk-reader.js';
import { ChunkWriter } from './chunk-writer.js';
import { testEvent } from './test-events.js';

function encoded(events: ReadonlyArray<ReturnType<typeof testEvent>>): Promise<Buffer> {
  const writer = new ChunkWriter();
  for (const { event, at } of events) writer.add(event, at);
  return writer.encode();
}

test('an event is stored and read again with all that is known about it', async () => {
  const { event, at } = testEvent({ at: Date.parse('2026-01-02T03:04:05.678Z'), id: 'a', verb: 'create', code: 403 });
  const told = testEvent({ at: at + 1, id: 'b' });
  const { attributes } = told.event;
  told.event.impersonator = { name: 'admin "a"', groups: [], uid: 'u1', extra: { reason: ['x'] } };
  told.event.flow = {
    schema: 'global-default',
    schemaUid: 's',
    id: 'f',
    level: { name: 'global-default', uid: 'l', seats: 1, nominal: 1, exempt: false, reject: false, queueLength: 1 },
  };
  told.event.annotate('pod-security.kubernetes.io/enforce-policy', 'baseline:latest');
  told.event.annotate('pod-security.kubernetes.io/enforce-policy', 'restricted:latest');
  told.event.plugin({ plugin: 'Priority', phase: 'mutating', changes: [{ op: 'add', path: '/spec/priority', value: '0' }], took: 1.5 });
  told.event.plugin({ plugin: 'LimitRanger', phase: 'validating', refused: 'too much', took: 0.25 });
  told.event.revision = 7;
  told.event.dryRun = true;
  const causes = [{ field: 'spec.a', message: 'Required value' }];
  told.event.end(422, failureStatus({ code: 422, reason: 'Invalid', message: 'Pod "p" is invalid', details: { causes } }), ['a warning']);
  expect(attributes?.user.name).toBe('alice');
  const alice = { username: 'alice', groups: ['learners', 'system:authenticated'] };
  const authorized = { 'authorization.k8s.io/reason': 'RBAC: allowed by ClusterRoleBinding "learners"' };
  const same = {
    level: 'Request',
    method: 'GET',
    requestURI: '/api/v1/namespaces/default/configmaps/c',
    sourceIPs: ['127.0.0.1'],
    userAgent: 'kubectl/v1.33',
    objectRef: { resource: 'configmaps', namespace: 'default', name: 'c', apiVersion: 'v1' },
  };
  expect(decodeChunk(await inflated(await encoded([{ event, at }, told])))).toEqual([
    {
      ...same,
      auditID: 'a',
      verb: 'create',
      requestReceivedTimestamp: '2026-01-02T03:04:05.678Z',
      clusterTime: '2026-01-02T03:04:05.683Z',
      user: alice,
      dryRun: false,
      responseStatus: { code: 403 },
      errors: [],
      warnings: [],
      admission: [],
      annotations: { ...authorized, 'authorization.k8s.io/decision': 'forbid' },
      stages: [
        { stage: 'authorization', milliseconds: 0.25 },
        { stage: 'response', milliseconds: 0.25 },
      ],
      milliseconds: 0.5,
    },
    {
      ...same,
      auditID: 'b',
      verb: 'get',
      requestReceivedTimestamp: '2026-01-02T03:04:05.679Z',
      clusterTime: '2026-01-02T03:04:05.684Z',
      user: { username: 'admin "a"', groups: [], uid: 'u1', extra: { reason: ['x'] } },
      impersonatedUser: alice,
      dryRun: true,
      responseStatus: { code: 422, reason: 'Invalid', message: 'Pod "p" is invalid' },
      errors: ['spec.a: Required value'],
      warnings: ['a warning'],
      flow: { flowSchema: 'global-default', priorityLevel: 'global-default' },
      admission: [
        { plugin: 'Priority', phase: 'mutating', changes: [{ op: 'add', path: '/spec/priority', value: '0' }], milliseconds: 1.5 },
        { plugin: 'LimitRanger', phase: 'validating', refused: 'too much', milliseconds: 0.25 },
      ],
      annotations: {
        ...authorized,
        'authorization.k8s.io/decision': 'allow',
        'pod-security.kubernetes.io/enforce-policy': 'baseline:latest',
      },
      revision: 7,
      stages: [
        { stage: 'authorization', milliseconds: 0.25 },
        { stage: 'response', milliseconds: 0.5 },
      ],
      milliseconds: 0.75,
    },
  ]);
});

test('many similar requests take few bytes', async () => {
  const events = Array.from({ length: 500 }, (_, i) => testEvent({ at: 1_767_323_045_678 + i, id: crypto.randomUUID(), name: `web-${i}` }));
  expect((await encoded(events)).length / events.length).toBeLessThan(60);
});

test('a chunk in an earlier form has no records', () => {
  expect(decodeChunk(JSON.stringify({ texts: ['a'], rows: [[1, 2, 3]] }))).toEqual([]);
});
