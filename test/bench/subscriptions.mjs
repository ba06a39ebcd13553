// How long after the response to a write its event reaches each of 100 subscribers of the graph, over graphql-ws.
import { WebSocket } from 'ws';
import { Api, sleep, stats, target } from './client.mjs';

const SUBSCRIBERS = 100;
const WRITES = 200;
const maps = '/api/v1/namespaces/default/configmaps';
const query = 'subscription { configMaps(namespace: "default") { type object { metadata { name } data } changes { path from to } } }';

/** Opens a subscription on a socket of its own; resolves when it has told what is there. `onEvent` gets each message and its time. */
function subscribe({ origin, headers, connect }, onEvent) {
  const socket = new WebSocket(`${origin.replace('https', 'wss')}/graphql`, 'graphql-transport-ws', { ca: connect.ca });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: headers })));
    socket.on('message', (data) => {
      const now = performance.now();
      const text = String(data);
      if (text.startsWith('{"type":"connection_ack"')) socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
      else if (text.includes('"ADDED"')) resolve(() => socket.close());
      else if (text.startsWith('{"id":"1","type":"error"')) reject(new Error(text));
      else onEvent(text, now);
    });
  });
}

/** Measures a service of this folder; `cpu` returns the CPU seconds of all its processes so far. */
export async function measureSubscriptions(service) {
  const { kubeconfigFile } = await service.createCluster({ name: 'subscriptions', profile: 'instant' });
  const at = target(kubeconfigFile);
  const one = new Api(at, 1);
  let current;
  const onEvent = (text, now) => {
    if (!current || !text.includes(current.mark)) return;
    current.times.push(now);
    if (current.times.length === SUBSCRIBERS) current.done();
  };
  await one.must(201, 'POST', maps, { metadata: { name: 'subscribed' }, data: { seq: '0' } });
  const closers = await Promise.all(Array.from({ length: SUBSCRIBERS }, () => subscribe(at, onEvent)));
  await sleep(500);
  const [all, last] = [[], []];
  const before = service.cpu();
  for (let i = 0; i < WRITES; i++) {
    const mark = `"seq":"m${i}"`;
    const arrived = new Promise((done) => {
      current = { mark, times: [], done };
    });
    await one.must(200, 'PATCH', `${maps}/subscribed`, { data: { seq: `m${i}` } }, 'application/merge-patch+json');
    const answered = performance.now();
    const lost = sleep(10_000).then(() => Promise.reject(new Error(`an event was lost: ${current.times.length} of ${SUBSCRIBERS}`)));
    await Promise.race([arrived, lost]);
    lost.catch(() => undefined);
    all.push(...current.times.map((time) => time - answered));
    last.push(Math.max(...current.times) - answered);
    await sleep(5);
  }
  const cpuMsPerEvent = ((service.cpu() - before) * 1_000) / (WRITES * SUBSCRIBERS);
  for (const close of closers) close();
  await one.close();
  return {
    subscribers: SUBSCRIBERS,
    afterResponse: stats(all),
    lastAfterResponse: stats(last),
    cpuMsPerEvent: Math.round(cpuMsPerEvent * 1e4) / 1e4,
  };
}
