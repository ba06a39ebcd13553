import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ConfigMap } from '#api';
import { type ApiServer, type InProcessOptions, inProcessClient, WorkShare } from '#apiserver';
import { clusterApi, createLocalCluster, type LocalCluster, machineTimers } from '#cluster';

const OBJECTS = 30;
const namespace = 'default';
const user: InProcessOptions['user'] = () => ({ name: 'admin', groups: ['system:masters'] });

let cluster: LocalCluster;
let api: ApiServer;
/** Turns that work has waited for. Each look at the time finds a slice over. */
let turns = 0;
let revision = '';

beforeAll(async () => {
  cluster = await createLocalCluster();
  for (let index = 0; index < OBJECTS; index += 1) {
    const metadata = { name: `map-${index}`, namespace, labels: { list: 'long' } };
    ({ resourceVersion: revision = '' } = (
      await cluster.client.create(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata })
    ).metadata);
  }
  await cluster.client.create(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'last', namespace } });
  let now = 0;
  const share = new WorkShare({
    immediate(callback) {
      turns += 1;
      setImmediate(callback);
    },
    after: (milliseconds, callback) => setTimeout(callback, milliseconds),
    now: () => {
      now += 3;
      return now;
    },
    slice: 2,
  });
  api = clusterApi({ store: cluster.store, clock: cluster.clock, seed: 's', timers: machineTimers, share });
});

afterAll(() => cluster.close());

/** The turns that a request waits for. */
async function waited(request: () => Promise<unknown>): Promise<number> {
  const before = turns;
  await request();
  return turns - before;
}

const past = () => ({ resourceVersion: revision, resourceVersionMatch: 'Exact' as const });
const list = (query: object) => inProcessClient(api, { user }).list(ConfigMap, { namespace, ...query });

test.each<[string, () => Promise<unknown>]>([
  ['all', () => list({})],
  ['those of a past revision', () => list(past())],
  ['those with a label', () => list({ labelSelector: 'list=none' })],
  ['those that had a label', () => list({ ...past(), labelSelector: 'list=none' })],
])('others have their turn while objects are read: %s', async (_, request) => {
  expect(await waited(request)).toBeGreaterThanOrEqual(OBJECTS);
});

test('a list of few objects that are large is answered in pieces', async () => {
  const get = async (query: string) => {
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const answer = await api.handle({
      ...{ method: 'GET', path, query, headers: {}, requestId: 'long-lists' },
      user: { name: 'admin', groups: ['system:masters'] },
    });
    return answer.pieces === undefined ? 'at once' : 'in pieces';
  };
  expect(await get('')).toBe('at once');
  const data = { a: 'x'.repeat(600_000) };
  await cluster.client.create(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'large', namespace }, data });
  expect(await get('')).toBe('in pieces');
  expect(await get('fieldSelector=metadata.name%3Dlast')).toBe('at once');
});
