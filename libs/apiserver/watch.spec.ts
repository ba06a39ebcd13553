import { describe, expect, test } from '@jest/globals';
import { DEFAULT_LIMITS } from './limits.js';
import type { ApiResponse } from './request/request.js';
import { type TestCluster, testCluster } from './test-cluster.js';

const PATH = '/api/v1/namespaces/ns/configmaps';
const configMap = (name: string, labels: Record<string, string> = {}, data = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels },
  data,
});

/** Reads a watch as short lines, one per event. */
function reader({ stream }: ApiResponse, accepts = () => true) {
  const lines: string[] = [];
  const state = { lines, ended: false, chunks: [] as Uint8Array[] };
  stream?.start({
    write(chunk) {
      state.chunks.push(chunk);
      for (const line of Buffer.from(chunk).toString('utf8').trim().split('\n')) lines.push(brief(JSON.parse(line)));
      return accepts();
    },
    end() {
      state.ended = true;
    },
  });
  return state;
}

function brief({
  type,
  object,
}: {
  type: string;
  object: Record<string, never> & { metadata: { name?: string; resourceVersion?: string } };
}): string {
  if (type === 'ERROR') return `ERROR ${object.code} ${object.reason} ${object.message}`;
  return `${type} ${object.metadata.name ?? ''} ${object.metadata.resourceVersion}`;
}

async function watch(cluster: TestCluster, query: string, headers = {}) {
  const { response } = await cluster.call('GET', `${PATH}?watch=1&${query}`, { headers });
  expect(response.status).toBe(200);
  return response;
}

describe('watches', () => {
  test('deliver changes after a version, and end at their timeout with a bookmark', async () => {
    const cluster = await testCluster();
    await cluster.call('POST', PATH, { body: configMap('a') });
    const seen = reader(await watch(cluster, 'resourceVersion=1&timeoutSeconds=10&allowWatchBookmarks=true'));
    await cluster.call('POST', PATH, { body: configMap('b') });
    await cluster.call('DELETE', `${PATH}/a`);
    expect(cluster.timers.waiting).toEqual([10_000]);
    cluster.timers.fire();
    expect(seen).toMatchObject({ lines: ['ADDED b 2', 'DELETED a 3', 'BOOKMARK  3'], ended: true });
    expect(cluster.timers.waiting).toEqual([]);
  });

  test.each([
    ['timeoutSeconds=10', 10_000, 10_000],
    ['timeoutSeconds=9223372036854775807', 86_400_000, 86_400_000],
    ['timeoutSeconds=-1', 0, 0],
    ['timeoutSeconds=0', 1_800_000, 3_600_000],
    ['', 1_800_000, 3_600_000],
  ])('live for their timeout: %s', async (query, atLeast, atMost) => {
    const cluster = await testCluster();
    reader(await watch(cluster, query));
    const [wait = -1] = cluster.timers.waiting;
    expect([wait >= atLeast, wait <= atMost, cluster.timers.waiting.length]).toEqual([true, true, 1]);
  });

  test('start with the existing objects, followed by a bookmark', async () => {
    const cluster = await testCluster();
    await cluster.call('POST', PATH, { body: configMap('b') });
    await cluster.call('POST', PATH, { body: configMap('a') });
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const response = await watch(cluster, query);
    const seen = reader(response);
    expect(seen.lines).toEqual(['ADDED a 2', 'ADDED b 1', 'BOOKMARK  2']);
    const last = JSON.parse(Buffer.from(seen.chunks.at(-1) ?? []).toString('utf8'));
    expect(last).toEqual({
      type: 'BOOKMARK',
      object: {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: { resourceVersion: '2', annotations: { 'k8s.io/initial-events-end': 'true' } },
      },
    });
    response.stream?.close();
    expect(cluster.timers.waiting).toEqual([]);
  });

  test('deliver objects as added and deleted when their labels change', async () => {
    const cluster = await testCluster();
    const seen = reader(await watch(cluster, 'labelSelector=app%3Dx&resourceVersion=0'));
    const merge = { headers: { 'content-type': 'application/merge-patch+json' } };
    await cluster.call('POST', PATH, { body: configMap('a') });
    await cluster.call('PATCH', `${PATH}/a`, { ...merge, body: { metadata: { labels: { app: 'x' } } } });
    await cluster.call('PATCH', `${PATH}/a`, { ...merge, body: { data: { k: 'v' } } });
    await cluster.call('PATCH', `${PATH}/a`, { ...merge, body: { metadata: { labels: { app: 'y' } } } });
    await cluster.call('DELETE', `${PATH}/a`);
    expect(seen.lines).toEqual(['ADDED a 2', 'MODIFIED a 3', 'DELETED a 4']);
  });

  test('report in the stream that the version is too old', async () => {
    const cluster = await testCluster();
    for (const name of ['a', 'b', 'c']) await cluster.call('POST', PATH, { body: configMap(name) });
    await cluster.compact(3);
    const fresh = await testCluster({ storage: cluster.storage });
    expect(reader(await watch(fresh, 'resourceVersion=1'))).toMatchObject({
      lines: ['ERROR 410 Expired too old resource version: 1 (3)'],
      ended: true,
    });
    expect(reader(await watch(fresh, 'resourceVersion=99')).lines).toEqual([]);
  });

  test('encode an event once for all watchers with the same encoding', async () => {
    const cluster = await testCluster();
    const [one, two] = [reader(await watch(cluster, 'resourceVersion=0')), reader(await watch(cluster, 'resourceVersion=0'))];
    await cluster.call('POST', PATH, { body: configMap('a') });
    expect(one.chunks).toHaveLength(1);
    expect(one.chunks[0]).toBe(two.chunks[0]);
  });

  test('are Tables if the client accepts Tables, with the columns in the first event only', async () => {
    const cluster = await testCluster();
    await cluster.call('POST', PATH, { body: configMap('a') });
    const response = await watch(cluster, '', { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    const seen = reader(response);
    await cluster.call('POST', PATH, { body: configMap('b') });
    const [first, second] = seen.chunks.map((chunk) => JSON.parse(Buffer.from(chunk).toString('utf8')).object);
    expect(first.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual(['Name', 'Created At']);
    expect(second.columnDefinitions).toBeNull();
    expect(second.rows.map(({ cells }: { cells: unknown[] }) => cells)).toEqual([['b', '2026-01-02T03:04:05Z']]);
  });

  test('disconnect a slow reader with an error', async () => {
    const cluster = await testCluster({ limits: { ...DEFAULT_LIMITS, watchQueueEvents: 3 } });
    const response = await watch(cluster, 'resourceVersion=0');
    const seen = reader(response, () => false);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await cluster.call('POST', PATH, { body: configMap(name) });
    response.stream?.drained();
    expect(seen).toMatchObject({
      lines: ['ADDED a 1', 'ERROR 410 Expired the watch was closed because its reader did not keep up with the events'],
    });
    response.stream?.drained();
    expect(seen.ended).toBe(true);
    expect(cluster.timers.waiting).toEqual([]);
  });
});
