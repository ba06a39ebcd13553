// Decisions of the scheduler per second of CPU: whole cycles of the default profile over a snapshot in this process, without writes.

const lib = '../../dist/libs/scheduler';
const labels = { app: 'web' };
const selector = { labelSelector: { matchLabels: labels } };
const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';

const node = (i) => ({
  ...{ apiVersion: 'v1', kind: 'Node', spec: {} },
  metadata: { name: `n${i}`, labels: { [HOST]: `n${i}`, [ZONE]: `z${i % 3}` } },
  status: { allocatable: { cpu: '64', memory: '256Gi', pods: '110' } },
});

const pod = (spec) => (i) => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: `p${i}`, namespace: 'default', uid: `${i}`, labels } },
  spec: { containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '100m', memory: '64Mi' } } }], ...structuredClone(spec) },
});

const plain = pod({});
const spread = pod({
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', ...selector },
    { maxSkew: 1, topologyKey: HOST, whenUnsatisfiable: 'ScheduleAnyway', ...selector },
  ],
});
const affinity = pod({
  affinity: {
    podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: ZONE, ...selector }] },
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: { topologyKey: HOST, ...selector } }],
    },
  },
});

/** Decisions per second of CPU: each pod counts for the next. */
async function decisions(nodes, make, count) {
  const { runCycle } = await import(`${lib}/cycle.js`);
  const { PastWorld } = await import(`${lib}/past-world.js`);
  const { schedulerProfiles } = await import(`${lib}/profiles.js`);
  const { Snapshot } = await import(`${lib}/snapshot.js`);
  const snapshot = new Snapshot();
  for (let i = 0; i < nodes; i += 1) snapshot.setNode(node(i));
  const { informers } = new PastWorld();
  const nominator = { on: () => [] };
  const profile = schedulerProfiles({}, { informers, clock: { now: () => 0 } }).of(make(0));
  const decide = (i) => {
    const wanted = make(i);
    const found = runCycle(wanted, snapshot.world(informers, nominator), profile, snapshot.placed).node;
    if (!found) throw new Error(`pod ${i} fits nowhere`);
    snapshot.assume(wanted, found.name);
  };
  for (let i = 0; i < count / 4; i += 1) decide(i);
  const before = process.cpuUsage();
  for (let i = 0; i < count; i += 1) decide(count + i);
  const { user, system } = process.cpuUsage(before);
  return Math.round((count * 1e6) / (user + system));
}

/** Decisions per second by what the pods ask for and the number of nodes. */
export async function measureScheduler() {
  return {
    plain500: await decisions(500, plain, 5000),
    spread500: await decisions(500, spread, 3000),
    affinity500: await decisions(500, affinity, 3000),
    plain5000: await decisions(5000, plain, 2000),
    spread5000: await decisions(5000, spread, 500),
  };
}
