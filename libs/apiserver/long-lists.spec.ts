import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { ConfigMap, decodeProtobuf, kindSchema } from '#api';
import { inProcessClient } from './in-process-client.js';
import { testCluster } from './test-cluster.js';

const COUNT = 250;

async function withMany() {
  const cluster = await testCluster();
  const client = inProcessClient(cluster.server);
  for (let i = 0; i < COUNT; i++) {
    const name = `c-${String(i).padStart(4, '0')}`;
    await client.create(ConfigMap, {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name, namespace: 'default' },
      data: { text: 'a\nb: "c"' },
    });
  }
  return cluster;
}

const path = '/api/v1/namespaces/default/configmaps';

test('a long list in chunks has the same form as a short one: JSON, pretty, YAML, protobuf, Tables, metadata', async () => {
  const { call } = await withMany();
  const whole = await call('GET', path);
  expect(whole.response.pieces).toBeDefined();
  const items = (whole.body as unknown as { items: unknown[] }).items;
  expect(items).toHaveLength(COUNT);
  expect(items.slice(0, 50)).toEqual(((await call('GET', `${path}?limit=50`)).body as unknown as { items: unknown[] }).items);
  const pretty = await call('GET', `${path}?pretty=true`);
  expect(pretty.text).toBe(`${JSON.stringify(whole.body, null, 2)}\n`);
  const yaml = await call('GET', path, { headers: { accept: 'application/yaml' } });
  expect(parse(yaml.text)).toEqual(whole.body);
  expect(Object.keys(parse(yaml.text))).toEqual(['apiVersion', 'items', 'kind', 'metadata']);
  const protobuf = await call('GET', path, { headers: { accept: 'application/vnd.kubernetes.protobuf' } });
  const decoded = decodeProtobuf(Buffer.from(protobuf.text, 'latin1'), () => {
    const definition = kindSchema({ group: '', version: 'v1', kind: 'ConfigMapList' })?.definition;
    if (!definition) throw new Error('no definition');
    return { definition };
  });
  expect((decoded.object.items as unknown[]).length).toBe(COUNT);
  for (const kind of ['Table', 'PartialObjectMetadataList']) {
    const accept = `application/json;as=${kind};v=v1;g=meta.k8s.io`;
    const long = (await call('GET', path, { headers: { accept } })).body as unknown as Record<string, unknown[]>;
    const short = (await call('GET', `${path}?limit=50`, { headers: { accept } })).body as unknown as Record<string, unknown[]>;
    const field = kind === 'Table' ? 'rows' : 'items';
    expect(long[field]).toHaveLength(COUNT);
    expect(long[field]?.slice(0, 50)).toEqual(short[field]);
    expect(Object.keys(long)).toEqual(Object.keys(short));
    expect(long.columnDefinitions).toEqual(short.columnDefinitions);
  }
});

test('the number of initial events waiting for the reader of a watch is not limited', async () => {
  const { server } = await testCluster({
    limits: { ...(await import('./limits.js')).DEFAULT_LIMITS, watchQueueBytes: 1000, watchQueueEvents: 5 },
  });
  const client = inProcessClient(server);
  for (let i = 0; i < 30; i++) {
    await client.create(ConfigMap, {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: `c-${i}`, namespace: 'default' },
      data: { text: 'x'.repeat(200) },
    });
  }
  const user = { name: 'admin', groups: ['system:masters'] };
  const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  const response = await server.handle({ method: 'GET', path, query, headers: {}, user, requestId: 'r' });
  const frames: string[] = [];
  let room = 3;
  response.stream?.start({
    write: (chunk) => {
      frames.push(Buffer.from(chunk).toString());
      return --room > 0;
    },
    end: () => frames.push('end'),
  });
  expect(frames).toHaveLength(3);
  room = 1000;
  response.stream?.drained();
  expect(frames).toHaveLength(31);
  expect(frames.slice(0, 30).every((frame) => frame.startsWith('{"type":"ADDED"'))).toBe(true);
  expect(frames[30]).toContain('k8s.io/initial-events-end');
  response.stream?.close();
});
