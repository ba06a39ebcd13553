// The result of a bench run as a table for people.

const row = (what, value, bound = '') => `| ${what} | ${value} | ${bound} |`;
const perSecond = ({ perSecond: n, ms }) => `${n}/s (p50 ${ms.p50} ms, p99 ${ms.p99} ms)`;

function requestRows({ connections, createOne, createMany, getOne, getMany, patchOne, patchMany, list, watch1, watch100, cpuMsPerWrite }) {
  return [
    row('ConfigMap create, 1 connection', perSecond(createOne), '600/s'),
    row(`ConfigMap create, ${connections} connections`, perSecond(createMany), '1,700/s, p99 ≤ 30 ms'),
    ...(cpuMsPerWrite === undefined ? [] : [row('CPU of the whole service a write', `${cpuMsPerWrite} ms`)]),
    row('get, 1 connection', perSecond(getOne)),
    row(`get, ${connections} connections`, perSecond(getMany), '4,000/s'),
    row('merge patch, 1 connection', perSecond(patchOne)),
    row(`merge patch, ${connections} connections`, perSecond(patchMany), '1,500/s'),
    row(`list of ${list.items} (${Math.round(list.bytes / 1024)} KiB)`, `p50 ${list.ms.p50} ms, p99 ${list.ms.p99} ms`, 'p50 ≤ 10 ms'),
    ...[watch1, watch100].map(({ watchers, lastAfterResponse: l }) =>
      row(
        `${watchers} watcher${watchers > 1 ? 's, the last one' : ''} after the response`,
        `p50 ${l.p50} ms, p99 ${l.p99} ms`,
        watchers > 1 ? 'p50 ≤ 3 ms, p99 ≤ 15 ms' : '',
      ),
    ),
  ];
}

/** One row when quiet, one per flood: A's throughput beside B's latency. */
function fairnessRows({ quiet, goalMs, floods }) {
  const got = ({ answers, readyReplicas }) =>
    answers
      ? Object.entries(answers)
          .map(([code, n]) => `${n} × ${code}`)
          .join(', ')
      : `${readyReplicas} replicas ready`;
  return [
    row('a tenant at 20 requests/s, all quiet', `p50 ${quiet.p50} ms, p99 ${quiet.p99} ms`),
    ...floods.map((one) =>
      row(
        `the same while another floods: ${one.flood}`,
        `p50 ${one.ms.p50} ms, p99 ${one.ms.p99} ms (the other: ${got(one)})`,
        `p99 ≤ ${goalMs} ms`,
      ),
    ),
  ];
}

const inProcessNames = {
  getConfigMap: ['get of a ConfigMap'],
  createConfigMap: ['create of a ConfigMap'],
  strategicMerge: ['strategic merge of 100 containers of a pod', '2,000 µs'],
  strategicPatch: ['a strategic merge patch of that pod, validated, stored and told to the components'],
  policy: ['an admission policy in CEL that applies', '20 µs'],
  serverSideApplyOfDeployment: ['server-side apply of a Deployment', '1,000 µs'],
};

const inProcessRows = (costs) =>
  Object.entries(costs).map(([key, microseconds]) => {
    const [name, bound] = inProcessNames[key];
    return row(`CPU, in one process: ${name}`, `${microseconds} µs`, bound);
  });

const schedulerNames = {
  plain500: ['500 nodes', '5,000/s'],
  spread500: ['500 nodes, topology spread', '2,000/s'],
  affinity500: ['500 nodes, pod affinity and anti-affinity', '2,000/s'],
  plain5000: ['5,000 nodes', '1,000/s'],
  spread5000: ['5,000 nodes, topology spread'],
};

const schedulerRows = (rates) =>
  Object.entries(rates).map(([key, rate]) => {
    const [name, bound] = schedulerNames[key];
    return row(`decisions of the scheduler, in one process: ${name}`, `${rate}/s`, bound);
  });

const customRows = ({ servedMs, mapsPerSecond, customPerSecond, ratio }) => [
  row('a CustomResourceDefinition, until an object of its kind is created', `p50 ${servedMs.p50} ms, p99 ${servedMs.p99} ms`, '≤ 50 ms'),
  row(
    'create of a custom resource with CEL rules, 16 connections',
    `${customPerSecond}/s, ${ratio} % of ${mapsPerSecond}/s ConfigMaps`,
    '≥ 80 %',
  ),
];

const bounds = { 100: '0.5 s', 500: '1.8 s', 1000: '1 s' };

const manyRows = ({ clusters, replicas, p50, p99, max }) => [
  row(`${clusters} clusters, each with a Deployment of ${replicas}, at once: to all Running`, `p50 ${p50} ms, p99 ${p99} ms`, 'p99 ≤ 4 s'),
  row('the slowest of them', `${max} ms, ${Math.round((max / p50) * 10) / 10} times the median`, '≤ 3 times the median'),
];

const idleRows = ({ clusters, addedMiB, cpuShareWhileIdle, transactionsPerMinute: queries, turnsPerMinute: turns }) => [
  row(`${clusters} idle clusters`, `${addedMiB < 0 ? '' : '+'}${addedMiB} MiB, ${cpuShareWhileIdle} of a core`, '≤ 50 MB'),
  row('transactions a minute without and with them', `${queries.without}, ${queries.with}`, 'no more'),
  row('turns a minute without and with them', `${turns.without}, ${turns.with}`, 'none'),
];

const took = ({ ms, cpuMs }) => `p50 ${ms.p50} ms, p99 ${ms.p99} ms, ${cpuMs} ms of CPU`;

const schemaRows = ({ builtInMs, custom }) => [
  row('the graph of the built-in kinds is built, in one process', `${builtInMs} ms of CPU`, '300 ms'),
  row('the graph of one custom kind more', `p50 ${custom.p50} ms, p99 ${custom.p99} ms of CPU`, '50 ms'),
];

const graphRows = ({ pods, rest, wide, deep, quiet, beside }) => [
  row(`yardstick: a REST list of ${pods} pods`, took(rest)),
  row(`GraphQL: the ${pods} pods with node, owners and events`, took(wide), '150 ms, 300 ms of CPU'),
  row(`GraphQL: ${pods} × 1 × ${pods} objects (${deep.outcome})`, took(deep), '1 s of CPU'),
  row('another tenant at 20 requests/s, all quiet', `p50 ${quiet.p50} ms, p99 ${quiet.p99} ms`),
  row(
    `the same while ${beside.operations} of them run, one after the other`,
    `p50 ${beside.p50} ms, p99 ${beside.p99} ms`,
    `p99 ≤ ${Math.round(2 * quiet.p99)} ms`,
  ),
];

const subscriptionRows = ({ subscribers, afterResponse: a, lastAfterResponse: l, cpuMsPerEvent }) => [
  row(`an event at ${subscribers} subscribers of the graph, after the response`, `p50 ${a.p50} ms, p99 ${a.p99} ms`, 'p50 ≤ 3 ms'),
  row('the last of them', `p50 ${l.p50} ms, p99 ${l.p99} ms`),
  row('CPU of the whole service an event', `${cpuMsPerEvent} ms`),
];

const playgroundRow = ({ skipped, ready, requests, kib }) =>
  skipped
    ? row('the playground in Chromium', skipped)
    : row(
        `the playground in Chromium from a cold cache, until its editors are there (${requests} requests, ${kib} KiB)`,
        `p50 ${ready.p50} ms, slowest ${ready.max} ms`,
        '1,500 ms',
      );

/** The table, with the target of each figure. */
export function table({
  inProcess,
  scheduler,
  startMs,
  yardstick,
  creation,
  requests,
  custom,
  firstPod,
  converge = [],
  statefulSet,
  job,
  advance,
  large,
  many,
  idle,
  idleHeap,
  fairness,
  nodeFailure,
  schema,
  graph,
  subscriptions,
  playground,
}) {
  const rows = [
    ...(inProcess ? inProcessRows(inProcess) : []),
    ...(scheduler ? schedulerRows(scheduler) : []),
    ...(nodeFailure
      ? [row(`a node fails: its ${nodeFailure.pods} pods run elsewhere, on a stepped clock`, `${nodeFailure.ms} ms`, '0.5 s')]
      : []),
    ...(startMs === undefined ? [] : [row('start, nothing there yet', `${startMs} ms`)]),
    ...(yardstick ? [row('yardstick: raw inserts through pg, 16 connections', perSecond(yardstick))] : []),
    ...(creation ? [row('a new cluster, usable', `p50 ${creation.p50} ms, p99 ${creation.p99} ms`, 'p50 ≤ 50 ms, p99 ≤ 150 ms')] : []),
    ...(requests ? requestRows(requests) : []),
    ...(custom ? customRows(custom) : []),
    ...(firstPod
      ? [
          row('kubectl create deployment to the first pod Running', `p50 ${firstPod.p50} ms`, '≤ 90 ms'),
          row('the same, after kubectl has ended', `p50 ${firstPod.afterExit.p50} ms`, '≤ 20 ms'),
        ]
      : []),
    ...converge.map((c) => row(`Deployment of ${c.replicas}: POST to all Running`, `${c.runningMs} ms`, bounds[c.replicas])),
    ...converge.filter((c) => c.rollingMs).map((c) => row(`rolling update of ${c.replicas}`, `${c.rollingMs} ms`, '0.25 s')),
    ...converge.map((c) => row(`delete ${c.replicas}`, `${c.deletedMs} ms`, c.replicas === 1000 ? '3 s' : '')),
    ...(statefulSet ? [row(`StatefulSet of ${statefulSet.replicas}, ordered: POST to all ready`, `${statefulSet.readyMs} ms`, '1 s')] : []),
    ...(job ? [row(`Job of ${job.completions}: POST to Complete`, `${job.completeMs} ms`, '1.5 s')] : []),
    ...(advance
      ? [
          row('in memory: 24 h with 10 CronJobs every 5 minutes', `${advance.cronJobMs} ms`, '2 s'),
          row('in memory: 24 h with 3 crash-looping pods', `${advance.crashMs} ms`, '1 s'),
        ]
      : []),
    ...(large
      ? [
          row('Deployment of 5000 on 500 nodes: POST to all Running', `${large.runningMs} ms`, '6 s'),
          row('the most memory of the worker', `${large.workerMiB} MiB`, '1 GB'),
          row('delete 5000', `${large.deletedMs} ms`),
        ]
      : []),
    ...(many ? manyRows(many) : []),
    ...(idle ? idleRows(idle) : []),
    ...(idleHeap ? [row('heap of an open, idle cluster, without its store', `${idleHeap.kib} KiB`, '500 KB')] : []),
    ...(schema ? schemaRows(schema) : []),
    ...(graph ? graphRows(graph) : []),
    ...(subscriptions ? subscriptionRows(subscriptions) : []),
    ...(playground ? [playgroundRow(playground)] : []),
    ...(fairness ? fairnessRows(fairness) : []),
  ];
  return ['| what | measured | to reach |', '| --- | --- | --- |', ...rows].join('\n');
}
