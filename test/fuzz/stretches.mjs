// `node test/fuzz/stretches.mjs [--bytes N] [--only SHAPE,…] [--over MS]`: how long the event loop is occupied without a break by each of the
// worst shapes, in process, and by what: the share of each function in the longest stretch. The first request of a shape is not counted.
import { Session } from 'node:inspector';
import { parseArgs } from 'node:util';
import { WorkShare } from '#apiserver';
import { clusterApi, createLocalCluster, machineTimers } from '#cluster';
import { definitions } from './custom.mjs';
import { render } from './render.mjs';
import { worst } from './worst.mjs';

const { values } = parseArgs({
  options: {
    bytes: { type: 'string', default: '1000000' },
    only: { type: 'string', default: Object.keys(worst).join(',') },
    over: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    lines: { type: 'string', default: '20' },
  },
});
const SAMPLED = 500;
const admin = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };
const cpuNow = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
const wallNow = () => Number(process.hrtime.bigint() / 1000n);
const session = new Session();
session.connect();
const post = (method, params) =>
  new Promise((resolve, reject) => session.post(method, params, (error, result) => (error ? reject(error) : resolve(result))));

/** Runs work; its longest stretch. */
async function watched(work) {
  let longest = { ms: 0, from: 0, to: 0 };
  let last = { cpu: cpuNow(), at: wallNow() };
  let running = true;
  const look = () => {
    const now = { cpu: cpuNow(), at: wallNow() };
    if (now.cpu - last.cpu > longest.ms) longest = { ms: now.cpu - last.cpu, from: last.at, to: now.at };
    last = now;
    if (running) setImmediate(look);
  };
  setImmediate(look);
  await work();
  running = false;
  await new Promise((resolve) => setImmediate(resolve));
  return longest;
}

/** The functions that were running between two instants, with the share of the samples in which they were on the stack. */
function shares({ nodes, samples, timeDeltas, startTime }, { from, to }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const nameOf = ({ callFrame: { functionName, url, lineNumber } }) =>
    `${functionName || '(anonymous)'} ${url.replace(/.*\/(dist|node_modules)\//, '')}:${lineNumber + 1}`;
  const [within, own] = [new Map(), new Map()];
  let [at, total] = [startTime, 0];
  for (const [i, id] of samples.entries()) {
    at += timeDeltas[i];
    if (at < from || at > to) continue;
    total += 1;
    const names = new Set();
    for (let each = id; each !== undefined; each = parents.get(each)) names.add(nameOf(byId.get(each)));
    for (const name of names) within.set(name, (within.get(name) ?? 0) + 1);
    own.set(nameOf(byId.get(id)), (own.get(nameOf(byId.get(id))) ?? 0) + 1);
  }
  const lines = Number(values.lines);
  const shown = (map) =>
    [...map]
      .sort((a, b) => b[1] - a[1])
      .slice(0, lines)
      .map(([name, count]) => `    ${String(Math.round((100 * count) / total)).padStart(3)} % ${name}`);
  return ['  on the stack', ...shown(within), '  itself', ...shown(own).slice(0, 6)].join('\n');
}

const cluster = await createLocalCluster();
const share = new WorkShare({
  immediate: setImmediate,
  after: (milliseconds, callback) => setTimeout(callback, milliseconds),
  now: () => performance.now(),
  slice: 2,
});
const api = clusterApi({ store: cluster.store, clock: cluster.clock, seed: 's', timers: machineTimers, share });
const send = async (request) => {
  const answer = await api.handle({ ...request, user: admin, requestId: 'stretches' });
  answer.stream?.close();
  return answer;
};
for (const definition of definitions)
  await send({
    method: 'POST',
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    query: '',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(definition)),
  });
await cluster.settle();
await post('Profiler.enable');
await post('Profiler.setSamplingInterval', { interval: SAMPLED });
for (const shape of values.only.split(',')) {
  const request = render({ sort: 'worst', shape, bytes: Number(values.bytes) });
  const answer = await send(request);
  let longest = { ms: 0 };
  for (let i = 0; i < Number(values.rounds); i += 1) {
    const found = await watched(() => send(request));
    if (found.ms > longest.ms) longest = found;
  }
  console.log(`${shape} ${answer.status} ${longest.ms.toFixed(1)} ms`);
  if (longest.ms <= Number(values.over)) continue;
  await post('Profiler.start');
  const profiled = await watched(() => send(request));
  const { profile } = await post('Profiler.stop');
  console.log(shares(profile, profiled));
}
process.exit(0);
