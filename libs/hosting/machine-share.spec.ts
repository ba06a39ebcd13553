import { ConfigMap } from '#api';
import { systemClock } from '#apimachinery';
import { type ApiServer, inProcessClient } from '#apiserver';
import { clusterStore } from '#cacher';
import { memoryBus } from '#cacher/bus';
import { clusterApi, machineTimers } from '#cluster';
import { memoryStorage } from '#storage';
import { machineShare } from './machine-share.js';

const MAPS = '/api/v1/namespaces/default/configmaps';
const OBJECTS = 3_000;
const CONNECTIONS = 16;
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };
const admin = memoryStorage();
const share = machineShare();
const cause = { requestId: 'r', user: 'u' };

/** A cluster in this process with the given number of objects. */
async function tenant(name: string, objects: number): Promise<ApiServer> {
  await admin.create(name);
  const storage = admin.open(name);
  const api = clusterApi({
    store: clusterStore({ storage, bus: memoryBus() }),
    clock: systemClock,
    seed: name,
    timers: machineTimers,
    share,
  });
  await storage.write([{ type: 'create', key: '/registry/namespaces/default', value: '{"metadata":{"name":"default"}}', cause, at: 0 }]);
  const client = inProcessClient(api);
  const made = await client.create(ConfigMap, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', namespace: 'default' },
    data: { text: 'x'.repeat(200) },
  });
  await storage.write(
    Array.from({ length: objects }, (_, index) => ({
      type: 'create' as const,
      key: `/registry/configmaps/default/c-${index}`,
      value: JSON.stringify({ ...made, metadata: { ...made.metadata, name: `c-${index}`, resourceVersion: undefined } }),
      cause,
      at: 0,
    })),
  );
  return api;
}

/** Sends a request and reads the whole response without delay; returns its length. */
async function read(api: ApiServer, path: string, accept = 'application/json'): Promise<number> {
  const response = await api.handle({ method: 'GET', path, query: '', headers: { accept }, user, requestId: 'r' });
  if (response.pieces === undefined) return response.body?.length ?? 0;
  let length = 0;
  for await (const chunk of response.pieces.chunks) length += chunk.length;
  response.pieces.close();
  return length;
}

test.each([
  ['lists', 'application/json'],
  ['Tables', TABLE],
  ['lists as YAML', 'application/yaml'],
])('while one tenant reads %s of thousands of objects on 16 connections, another one is answered in between', async (what, accept) => {
  const [flooding, quiet] = [await tenant(`flooding ${what}`, OBJECTS), await tenant(`quiet ${what}`, 1)];
  await Promise.all([read(flooding, MAPS), read(quiet, MAPS)]);
  const finished: string[] = [];
  const floods = Array.from({ length: CONNECTIONS }, () => read(flooding, MAPS, accept).then(() => finished.push('a flood')));
  // One after the other, like one client.
  for (let n = 0; n < 10; n += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    await read(quiet, `${MAPS}/c`);
    finished.push('the other');
  }
  await Promise.all(floods);
  // Without yielding, all lists would come first.
  expect(finished[0]).toBe('the other');
  const third = finished.indexOf('the other', finished.indexOf('the other', 1) + 1);
  expect(finished.slice(0, third).filter((one) => one === 'a flood').length).toBeLessThan(CONNECTIONS / 2);
  expect(finished.filter((one) => one === 'a flood')).toHaveLength(CONNECTIONS);
});
