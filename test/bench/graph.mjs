// The graph: relations over many objects, what another tenant waits meanwhile, the time its schema takes.
import { Api, rate, sleep, stats, target } from './client.mjs';
import { quietly } from './fairness.mjs';
import { configMap, maps } from './floods.mjs';

const pods = 500;
/** Each pod with its node, its owners and its events. */
const wide = `{ pods(namespace: "default", limit: ${pods}) { items { metadata { name } status { phase }
  node { metadata { name } } ownerChain { kind metadata { name } } events { reason message } } } }`;
/** Each pod, its node, and all pods of that node: 500 × 1 × 500 objects. */
const deep = `{ pods(namespace: "default", limit: ${pods}) { items { metadata { name } node { metadata { name } pods { metadata { name } } } } } }`;

const deployments = '/apis/apps/v1/namespaces/default/deployments';
const labels = { app: 'wide' };
/** All pods on one node, in its network: it has addresses for 254 others. */
const deployment = (nodeName) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'wide' } },
  spec: {
    replicas: pods,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { nodeName, hostNetwork: true, containers: [{ name: 'c', image: 'nginx' }] } },
  },
});

const round = (value) => Math.round(value * 10) / 10;

/** Sends an operation; its response. The graph is at the origin, not below the cluster's path. */
async function ask(api, query) {
  const { statusCode, body } = await api.pool.request({
    ...{ method: 'POST', path: '/graphql', headers: { ...api.at.headers, 'content-type': 'application/json' } },
    body: JSON.stringify({ query }),
  });
  return { status: statusCode, text: await body.text() };
}

/** Milliseconds of a call, and CPU milliseconds of the whole service, the mean of several. */
async function measured(cpu, times, call) {
  for (let i = 0; i < 3; i += 1) await call();
  const before = cpu();
  const { ms } = await rate(times, 1, call);
  return { ms, cpuMs: round(((cpu() - before) / times) * 1000) };
}

async function allRunning(api) {
  for (let i = 0; i < 600; i += 1, await sleep(200)) {
    const { status } = await api.json(200, 'GET', `${deployments}/wide`);
    if (status.readyReplicas === pods) return;
  }
  throw new Error(`the ${pods} pods do not get ready`);
}

/** What came of an operation: the number of objects it was answered with, or why it was not. */
function outcomeOf({ text }) {
  const { data, errors } = JSON.parse(text);
  return data ? `${text.length} characters` : errors[0].message;
}

/** B's latency while A sends one deep operation after the other, and how many there were. */
async function besideDeep(a, b, seconds) {
  let stopped = false;
  let operations = 0;
  const flood = (async () => {
    for (; !stopped; operations += 1) await ask(a, deep);
  })();
  const ms = await quietly(b, seconds, 'deep');
  stopped = true;
  await flood;
  return { ...ms, operations };
}

const widget = (i) => ({ group: 'bench.example.com', version: 'v1', resource: `widget${i}s`, singular: `widget${i}`, kind: `Widget${i}` });

/** CPU milliseconds of this process until the graph of the built-in kinds is there, and until one with a further custom kind is. */
export async function measureSchema() {
  const { Graphs, Turns } = await import('../../dist/libs/graphql/index.js');
  const { builtIn, descriptionOf, fieldDescription } = await import('../../dist/libs/api/index.js');
  const whenSettled = (run) => queueMicrotask(() => process.nextTick(run));
  const loop = { now: () => performance.now(), worked: () => 0, nextTurn: setImmediate, whenSettled };
  const cpu = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  const began = cpu();
  const graphs = new Graphs(
    { running: new Map(), turns: new Turns(loop), onUnexpected: () => undefined },
    { ofDefinition: ({ id }) => descriptionOf(id), ofField: fieldDescription },
  );
  graphs.builtIn.schema.getTypeMap().Pod.getFields();
  const builtInMs = cpu() - began;
  const published = {
    properties: Object.fromEntries(
      ['spec', 'status'].map((part) => [
        part,
        {
          type: 'object',
          properties: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`field${i}`, { type: 'string', description: 'A field.' }])),
        },
      ]),
    ),
  };
  const times = [];
  for (let i = 0; i < 20; i += 1) {
    const info = { ...widget(i), namespaced: true, verbs: ['get', 'list', 'watch', 'create'], subresources: {} };
    const own = [{ info, schema: { struct: { name: info.kind, byName: new Map() }, published } }];
    const served = { groups: builtIn.groups, resources: [...builtIn.resources, info], own };
    const start = cpu();
    const { schema } = await graphs.of({ cluster: { id: `c${i}` }, served });
    schema.getType(info.kind).getFields();
    times.push(cpu() - start);
  }
  return { builtInMs: round(builtInMs), custom: stats(times) };
}

/** The figures of the graph, beside a list of the same pods over REST. */
export async function measureGraph(service, { seconds, say }) {
  const size = { count: 1, cpu: '600', memory: '1200Gi', pods: pods + 100 };
  const [atA, atB] = [
    target((await service.createCluster({ name: 'graph-a', profile: 'instant', nodes: size })).kubeconfigFile),
    target((await service.createCluster({ name: 'graph-b', profile: 'instant' })).kubeconfigFile),
  ];
  const [a, b] = [new Api(atA, 4), new Api(atB, 8)];
  const { items } = await a.json(200, 'GET', '/api/v1/nodes');
  await a.must(201, 'POST', deployments, deployment(items.at(-1).metadata.name));
  await rate(20, 4, (i) => b.must(201, 'POST', maps, configMap(`kept-${i}`)));
  await allRunning(a);
  await sleep(1000);
  say('the graph: 500 pods with node, owners and events …');
  const out = { pods };
  out.rest = await measured(service.cpu, 20, () => a.must(200, 'GET', '/api/v1/namespaces/default/pods'));
  out.wide = await measured(service.cpu, 10, async () => {
    const { status, text } = await ask(a, wide);
    if (status !== 200 || text.includes('"errors"')) throw new Error(`${status} ${text.slice(0, 500)}`);
  });
  say('the graph: 500 × 1 × 500 …');
  let outcome = '';
  out.deep = await measured(service.cpu, 5, async () => {
    outcome = outcomeOf(await ask(a, deep));
  });
  out.deep.outcome = outcome;
  await quietly(b, 1, 'warm');
  out.quiet = await quietly(b, seconds, 'quiet');
  out.beside = await besideDeep(a, b, seconds);
  await Promise.all([a.close(), b.close()]);
  return out;
}
