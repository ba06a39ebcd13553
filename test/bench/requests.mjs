// ConfigMaps: create, get, patch, list, and the latency of watch events.
import { Api, rate, sleep, stats, watch } from './client.mjs';

const configMap = (name, namespace) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels: { app: 'bench' } },
  data: { seq: '0', a: 'x'.repeat(100), b: 'y'.repeat(100) },
});
const maps = (namespace) => `/api/v1/namespaces/${namespace}/configmaps`;
const merge = 'application/merge-patch+json';

async function watchLatency({ at, one, namespace, watchers, writes }) {
  const name = `watched-${watchers}`;
  await one.must(201, 'POST', maps(namespace), configMap(name, namespace));
  const { metadata } = await one.json(200, 'GET', `${maps(namespace)}/${name}`);
  let current;
  const path = `${maps(namespace)}?watch=1&resourceVersion=${metadata.resourceVersion}&fieldSelector=metadata.name%3D${name}`;
  const onLine = (line, now) => {
    if (!current || !line.includes(current.mark)) return;
    current.times.push(now);
    if (current.times.length === watchers) current.done();
  };
  const closers = await Promise.all(Array.from({ length: watchers }, () => watch(at, path, onLine)));
  await sleep(300);
  const last = [];
  const first = [];
  for (let i = 0; i < writes; i++) {
    const { promise, resolve } = Promise.withResolvers ? Promise.withResolvers() : deferred();
    current = { mark: `"seq":"m${watchers}-${i}"`, times: [], done: resolve };
    await one.must(200, 'PATCH', `${maps(namespace)}/${name}`, { data: { seq: `m${watchers}-${i}` } }, merge);
    const answered = performance.now();
    await Promise.race([
      promise,
      sleep(10_000).then(() => Promise.reject(new Error(`an event was lost: ${current.times.length} of ${watchers}`))),
    ]);
    last.push(Math.max(...current.times) - answered);
    first.push(Math.min(...current.times) - answered);
    await sleep(5);
  }
  for (const close of closers) close();
  return { watchers, writes, firstAfterResponse: stats(first), lastAfterResponse: stats(last) };
}

function deferred() {
  const result = {};
  result.promise = new Promise((resolve) => {
    result.resolve = resolve;
  });
  return result;
}

/** Measures plain requests against one API server; `cpu` returns the server's CPU seconds so far, if they are known. */
export async function measureRequests(at, { connections = 16, cpu } = {}) {
  const namespace = `bench-${process.pid}`;
  const one = new Api(at, 1);
  const many = new Api(at, connections);
  for (const name of [namespace, `${namespace}-list`])
    await one.must([201, 409], 'POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await sleep(500);
  for (let i = 0; i < 50; i++) await one.must(201, 'POST', maps(namespace), configMap(`warm-${i}`, namespace));
  const out = { connections };
  const create = (api, prefix) => (i) => api.must(201, 'POST', maps(namespace), configMap(`${prefix}-${i}`, namespace));
  const get = (api) => (i) => api.must(200, 'GET', `${maps(namespace)}/warm-${i % 50}`);
  const patch = (api) => (i) => api.must(200, 'PATCH', `${maps(namespace)}/warm-${i % 50}`, { data: { seq: String(i) } }, merge);
  out.createOne = await rate(500, 1, create(one, 's'));
  const before = cpu?.();
  out.createMany = await rate(3000, connections, create(many, 'c'));
  if (before !== undefined) out.cpuMsPerWrite = Math.round(((cpu() - before) / 3000) * 1e6) / 1e3;
  out.getOne = await rate(1000, 1, get(one));
  out.getMany = await rate(8000, connections, get(many));
  out.patchOne = await rate(500, 1, patch(one));
  out.patchMany = await rate(1500, connections, patch(many));
  await rate(1000, connections, (i) => many.must(201, 'POST', maps(`${namespace}-list`), configMap(`l-${i}`, `${namespace}-list`)));
  const list = () => one.must(200, 'GET', `${maps(`${namespace}-list`)}?labelSelector=app%3Dbench`);
  const { text } = await list();
  out.list = { items: JSON.parse(text).items.length, bytes: text.length, ...(await rate(60, 1, list)) };
  out.watch1 = await watchLatency({ at, one, namespace, watchers: 1, writes: 200 });
  out.watch100 = await watchLatency({ at, one, namespace, watchers: 100, writes: 200 });
  for (const name of [namespace, `${namespace}-list`]) await one.call('DELETE', `/api/v1/namespaces/${name}`);
  await Promise.all([one.close(), many.close()]);
  return out;
}
