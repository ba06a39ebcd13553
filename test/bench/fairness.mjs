// How long one tenant waits while another floods: B asks 20 times a second, A by 16 connections as fast as it is answered.
import { Pool } from 'undici';
import { Api, rate, sleep, stats, target } from './client.mjs';

const connections = 16;
const perSecond = 20;
const listed = 5000;
const replicas = 2000;
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
const namespace = 'default';
const maps = `/api/v1/namespaces/${namespace}/configmaps`;
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
const configMap = (name, data = { a: 'x'.repeat(100) }) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

const deployment = (image) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'flood' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'flood' } },
    template: { metadata: { labels: { app: 'flood' } }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image }] } },
  },
});

/** B's requests for so long, each begun at its time whether or not the one before is answered; milliseconds of each. */
async function quietly(api, seconds, mark) {
  const times = [];
  const pending = [];
  const kinds = [
    (i) => api.must(200, 'GET', `${maps}/kept-${i % 20}`),
    (i) => api.must(201, 'POST', maps, configMap(`${mark}-${i}`)),
    () => api.must(200, 'GET', `${maps}?limit=20`),
  ];
  const started = performance.now();
  for (let i = 0; i < seconds * perSecond; i++) {
    const due = started + (i * 1000) / perSecond;
    await sleep(Math.max(0, due - performance.now()));
    pending.push(kinds[i % kinds.length](i).then(() => times.push(performance.now() - due)));
  }
  await Promise.all(pending);
  return stats(times);
}

/** Floods until it is told to stop; answers how many answers of each code came. */
function flood(at, request) {
  const pool = new Pool(at.origin, { connections, pipelining: 1, connect: at.connect, bodyTimeout: 0, headersTimeout: 0 });
  const codes = {};
  let stopped = false;
  let sent = 0;
  const one = async () => {
    const { headers, ...asked } = request(sent++);
    const { statusCode, body } = await pool.request({ ...asked, headers: { ...at.headers, ...headers } });
    await body.dump({ limit: Number.POSITIVE_INFINITY });
    codes[statusCode] = (codes[statusCode] ?? 0) + 1;
    // As a client does that is told to: a flood of refusals would only show how fast those are.
    if (statusCode === 429) await sleep(20);
  };
  const loops = Array.from({ length: connections }, async () => {
    while (!stopped) await one();
  });
  return async () => {
    stopped = true;
    await Promise.all(loops);
    await pool.close();
    return codes;
  };
}

/** The floods by name: what is asked, again and again. */
function floods(at) {
  const large = Array.from({ length: 20_000 }, (_, i) => [`key-${i}`, 'v'.repeat(30)]);
  const yaml = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n${large.map(([key, value]) => `  ${key}: "${value}"\n`).join('')}`;
  const json = { 'content-type': 'application/json' };
  const query = `{ configMaps(limit: 500) { items { metadata { name uid } } } }`;
  const tried = (type, body) => () => ({ method: 'POST', path: `${at.prefix + maps}?dryRun=All`, headers: { 'content-type': type }, body });
  const get = (accept) => () => ({ method: 'GET', path: at.prefix + maps, headers: { accept } });
  return {
    creates: (i) => ({ method: 'POST', path: at.prefix + maps, headers: json, body: JSON.stringify(configMap(`flood-${i}`)) }),
    [`lists of ${listed}`]: get('application/json'),
    [`Tables of ${listed}`]: get(table),
    'YAML of 1 MB': tried('application/yaml', yaml),
    'JSON of 1 MB': tried('application/json', JSON.stringify(configMap('json', Object.fromEntries(large)))),
    'GraphQL lists': () => ({ method: 'POST', path: '/graphql', headers: json, body: JSON.stringify({ query }) }),
  };
}

/** B while a Deployment of A with 2,000 replicas rolls out. */
async function whileRollingOut(a, b, seconds) {
  await a.must(201, 'POST', deployments, deployment('nginx:1.26'));
  const ms = await quietly(b, seconds, 'rollout');
  const { status } = await a.json(200, 'GET', `${deployments}/flood`);
  await a.must(200, 'DELETE', `${deployments}/flood`, { propagationPolicy: 'Background' });
  return { flood: `a Deployment of ${replicas}`, ms, readyReplicas: status.readyReplicas ?? 0 };
}

/** B's times quiet and under each flood of A, and what they are to stay within. */
export async function measureFairness(service, { seconds, say }) {
  const nodes = { count: 20, cpu: '64', memory: '128Gi', pods: 110 };
  const [atA, atB] = [
    target((await service.createCluster({ name: 'fairness-a', profile: 'instant', nodes })).kubeconfigFile),
    target((await service.createCluster({ name: 'fairness-b', profile: 'instant' })).kubeconfigFile),
  ];
  const a = new Api(atA, connections);
  const b = new Api(atB, 8);
  await rate(20, 4, (i) => b.must(201, 'POST', maps, configMap(`kept-${i}`)));
  await quietly(b, 1, 'warm');
  const quiet = await quietly(b, seconds, 'quiet');
  const out = { quiet, goalMs: Math.max(2 * quiet.p99, 25), floods: [] };
  await rate(listed, connections, (i) => a.must([201, 429], 'POST', maps, configMap(`listed-${i}`)));
  for (const [name, request] of Object.entries(floods(atA))) {
    say(`fairness: ${name} …`);
    const stop = flood(atA, request);
    const ms = await quietly(b, seconds, `b-${out.floods.length}`);
    out.floods.push({ flood: name, ms, answers: await stop() });
  }
  say('fairness: a roll-out …');
  out.floods.push(await whileRollingOut(a, b, seconds));
  await Promise.all([a.close(), b.close()]);
  return out;
}
