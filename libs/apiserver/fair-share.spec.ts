import type { FlowLimits } from './flow-control/flow-control.js';
import { type TestCluster, testCluster } from './test-cluster.js';

const LIMITS: FlowLimits = {
  seats: 2,
  queueWait: 1_000,
  requestsInFlight: 100,
  watches: 1,
  writesPerSecond: 1_000,
  objects: 1_000,
  storedBytes: 1e9,
};
const MAPS = '/api/v1/namespaces/default/configmaps';
const FLOW = '/apis/flowcontrol.apiserver.k8s.io/v1';
const robot = { name: 'robot', groups: ['system:masters', 'system:authenticated'] };
const BUSY = 'Too many requests, please try again later.';

/** A cluster whose reads wait until `open` is called, so that running requests keep their seats. */
async function heldCluster(limits: Partial<FlowLimits>) {
  const cluster = await testCluster({ flowLimits: { ...LIMITS, ...limits } });
  await cluster.call('GET', MAPS);
  return cluster;
}

/** Takes all seats of a cluster until the chunks of the response have been read. */
async function takeSeats(cluster: TestCluster, user = robot) {
  const names = Array.from({ length: 250 }, (_, index) => `c-${index}`);
  for (const name of names) await cluster.call('POST', MAPS, { body: { metadata: { name } } });
  const request = { method: 'GET', path: MAPS, query: '', headers: {}, user, requestId: 'held' };
  const response = await cluster.server.handle(request);
  return () => response.pieces?.close();
}

const asked = (name: string) => ({ name, groups: ['system:masters', 'system:authenticated'] });

describe('the share of a cluster', () => {
  it('rejects requests without a free seat with 429 as text, and Retry-After', async () => {
    const cluster = await heldCluster({ requestsInFlight: 1 });
    const release = await takeSeats(cluster);
    const { status, headers, text } = await cluster.call('GET', `${MAPS}/c-1`);
    expect([status, text.trim(), headers]).toEqual([429, BUSY, expect.objectContaining({ 'retry-after': '1' })]);
    release();
    expect((await cluster.call('GET', `${MAPS}/c-1`)).status).toBe(200);
  });

  it('answers health checks however busy the cluster is', async () => {
    const cluster = await heldCluster({ requestsInFlight: 1, seats: 1 });
    const release = await takeSeats(cluster);
    for (const path of ['/healthz', '/livez', '/readyz', '/readyz/ping', '/livez?verbose']) {
      const { status } = await cluster.call('GET', path, { user: asked('prober') });
      expect([path, status]).toEqual([path, 200]);
    }
    expect((await cluster.call('GET', '/version')).status).toBe(429);
    release();
  });

  it('limits watches', async () => {
    const cluster = await heldCluster({ watches: 1 });
    const first = await cluster.call('GET', `${MAPS}?watch=1`);
    first.response.stream?.start({ write: () => true, end: () => undefined });
    const second = await cluster.call('GET', `${MAPS}?watch=1`);
    expect([first.status, second.status, second.headers['retry-after']]).toEqual([200, 429, '1']);
    first.response.stream?.close();
    expect((await cluster.call('GET', `${MAPS}?watch=1`)).status).toBe(200);
  });

  it('limits writes per second', async () => {
    const cluster = await heldCluster({ writesPerSecond: 3 });
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await cluster.call('POST', MAPS, { body: { metadata: { name: `w-${n}` } } })).status);
    statuses.push((await cluster.call('GET', MAPS)).status);
    expect(statuses).toEqual([201, 201, 201, 429, 429, 200]);
  });

  it.each<[string, Partial<FlowLimits>, RegExp]>([
    [
      'objects',
      { objects: 1 },
      /^configmaps is forbidden: exceeded quota: organization, requested: objects=1, used: objects=1, limited: objects=1$/,
    ],
    [
      'bytes',
      { storedBytes: 10 },
      /^configmaps is forbidden: exceeded quota: organization, requested: bytes=1, used: bytes=\d+, limited: bytes=10$/,
    ],
  ])('limits stored %s', async (_, limits, message) => {
    const cluster = await heldCluster(limits);
    const create = (name: string) => cluster.call('POST', MAPS, { body: { metadata: { name } } });
    expect((await create('a')).status).toBe(201);
    // The content of a cluster is known once it is cached.
    const stop = await cluster.store.watch('/registry/', undefined, { event: () => undefined, end: () => undefined });
    const refused = await create('b');
    expect([refused.status, refused.body.reason, refused.body.message]).toEqual([403, 'Forbidden', expect.stringMatching(message)]);
    expect((await cluster.call('DELETE', `${MAPS}/a`)).status).toBe(200);
    stop();
  });

  it('applies the FlowSchemas and PriorityLevelConfigurations of the cluster within its share', async () => {
    const cluster = await heldCluster({ seats: 4 });
    const level = (name: string, shares: number, limitResponse: object) => ({
      metadata: { name },
      spec: { type: 'Limited', limited: { nominalConcurrencyShares: shares, borrowingLimitPercent: 0, limitResponse } },
    });
    const resourceRules = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }];
    const rules = [{ subjects: [{ kind: 'User', user: { name: 'robot' } }], resourceRules }];
    const made = [
      await cluster.call('POST', `${FLOW}/prioritylevelconfigurations`, { body: level('tiny', 1, { type: 'Reject' }) }),
      await cluster.call('POST', `${FLOW}/prioritylevelconfigurations`, { body: level('rest', 99, { type: 'Queue', queuing: {} }) }),
      await cluster.call('POST', `${FLOW}/flowschemas`, {
        body: { metadata: { name: 'robots' }, spec: { priorityLevelConfiguration: { name: 'tiny' }, matchingPrecedence: 10, rules } },
      }),
    ];
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201]);
    await cluster.store.watch('/registry/', undefined, { event: () => undefined, end: () => undefined });
    const release = await takeSeats(cluster, robot);
    const again = await cluster.call('GET', `${MAPS}/c-1`, { user: robot });
    const other = await cluster.call('GET', `${MAPS}/c-1`, { user: asked('somebody') });
    expect([again.status, other.status]).toEqual([429, 200]);
    release();
    expect((await cluster.call('GET', `${MAPS}/c-1`, { user: robot })).status).toBe(200);
  });
});
