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

const bounds = { 100: '0.5 s', 500: '1.8 s', 1000: '3.5 s' };

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
  idle,
  fairness,
  nodeFailure,
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
    ...converge.filter((c) => c.rollingMs).map((c) => row(`rolling update of ${c.replicas}`, `${c.rollingMs} ms`, '1.5 s')),
    ...converge.map((c) => row(`delete ${c.replicas}`, `${c.deletedMs} ms`, c.replicas === 1000 ? '3 s' : '')),
    ...(statefulSet ? [row(`StatefulSet of ${statefulSet.replicas}, ordered: POST to all ready`, `${statefulSet.readyMs} ms`, '1 s')] : []),
    ...(job ? [row(`Job of ${job.completions}: POST to Complete`, `${job.completeMs} ms`, '1.5 s')] : []),
    ...(advance
      ? [
          row('in memory: 2 h with 10 CronJobs every 5 minutes', `${advance.cronJobMs} ms`, '0.17 s (24 h in 2 s)'),
          row('in memory: 24 h with 3 crash-looping pods', `${advance.crashMs} ms`, '1 s'),
        ]
      : []),
    ...(idle
      ? [
          row(
            `${idle.clusters} idle clusters`,
            `${idle.addedMiB < 0 ? '' : '+'}${idle.addedMiB} MiB, ${idle.cpuShareWhileIdle} of a core`,
            '≤ 50 MB',
          ),
        ]
      : []),
    ...(fairness ? fairnessRows(fairness) : []),
  ];
  return ['| what | measured | to reach |', '| --- | --- | --- |', ...rows].join('\n');
}
