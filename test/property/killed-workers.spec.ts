import type { Json } from '../cluster-api.js';
import { localPath } from '../workload/everything.js';
import { apps, batch, claimSpec, core, deployment, image, labels, script, template } from '../workload/objects.js';
import { advance, patch, post, remove, type Step } from '../workload/step.js';
import { afterLives, type Outcome } from './killed-workers.js';

/** A StatefulSet with volumes that are provisioned, a Job, a Deployment and its roll-out, behind a Service with a port on the nodes. */
const built: readonly Step[] = [
  ...localPath,
  post(`${core}/services`, { metadata: { name: 'web' }, spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80 }] } }),
  post(`${apps}/statefulsets`, {
    metadata: { name: 'db' },
    spec: {
      ...{ replicas: 3, serviceName: 'db', selector: labels('db'), template: template('db') },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimSpec() }],
    },
  }),
  post(`${batch}/jobs`, {
    metadata: { name: 'work' },
    spec: { completions: 6, parallelism: 3, completionMode: 'Indexed', template: { spec: script('sleep 4') } },
  }),
  post(`${apps}/deployments`, deployment('web', 4)),
  advance('20s'),
  patch(`${apps}/deployments/web`, image('nginx:1.28')),
  advance('5m'),
];

const cleared: readonly Step[] = [
  remove(`${apps}/statefulsets/db`),
  remove(`${apps}/deployments/web`),
  remove(`${batch}/jobs/work`, { propagationPolicy: 'Background' }),
  remove(`${core}/services/web`),
  advance('1m'),
  remove(`${core}/persistentvolumeclaims`),
  advance('20m'),
];

/** Pods that are or may be running, at most at any time. */
const MOST: Readonly<Record<string, number>> = { db: 3, work: 3, web: 5 };

const isLive = ({ metadata, status }: Json): boolean =>
  metadata.deletionTimestamp === undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
const workloadOf = ({ metadata }: Json): string => metadata.labels?.app ?? metadata.labels?.['batch.kubernetes.io/job-name'] ?? '';

/** Values that more than one object has. */
const doubled = (values: readonly string[]): string[] => [...new Set(values.filter((value, at) => values.indexOf(value) !== at))];

/** What must not be true of the objects at any time. */
function troubles(objects: ReadonlyMap<string, Json>): string[] {
  const under = (prefix: string): Json[] => [...objects].flatMap(([key, value]) => (key.startsWith(prefix) ? [value] : []));
  const pods = under('/registry/pods/default/').filter(isLive);
  const services = under('/registry/services/specs/');
  const counts = Object.entries(MOST).map(([name, most]) => ({ name, most, live: pods.filter((pod) => workloadOf(pod) === name).length }));
  return [
    ...counts.flatMap(({ name, most, live }) => (live > most ? [`${live} pods of ${name}`] : [])),
    ...doubled(pods.flatMap(({ status }) => status?.podIP ?? [])).map((ip) => `two pods have ${ip}`),
    ...doubled(services.flatMap(({ spec }) => spec.clusterIPs ?? [])).map((ip) => `two services have ${ip}`),
    ...doubled(services.flatMap(({ spec }) => spec.ports.flatMap(({ nodePort }: Json) => nodePort ?? []))).map(
      (port) => `port ${port} twice`,
    ),
    ...doubled(under('/registry/persistentvolumes/').flatMap(({ spec }) => spec.claimRef?.uid ?? [])).map(
      (uid) => `two volumes for ${uid}`,
    ),
  ];
}

/** What was wrong at any time, and whether time went back. */
function troublesOf({ log }: Outcome): string[] {
  const objects = new Map<string, Json>();
  const found = new Set<string>();
  let last = 0;
  for (const { type, key, value, at, revision } of log) {
    if (at < last) found.add(`revision ${revision} is of ${at}, after ${last}`);
    last = at;
    if (!/^\/registry\/(pods\/default|services\/specs|persistentvolumes)\//.test(key)) continue;
    if (type === 'delete') objects.delete(key);
    else objects.set(key, JSON.parse(value));
    for (const trouble of troubles(objects)) found.add(trouble);
  }
  return [...found];
}

/** What is drawn depends on the revision, which differs from life to life. */
const plainKey = (key: string): string =>
  key
    .replace(/-[a-z0-9]{5}$/, '-x')
    .replace(/pvc-[0-9a-f-]{36}$/, 'pvc-x')
    .replace(/^\/registry\/(ipaddresses|ranges\/servicenodeports)\/.*/, '/registry/$1/x');
const volatile = /^\/registry\/(events|leases)\//;

/** What there is in the end: the objects, and how the workloads are. */
function end({ objects }: Outcome): { keys: string[]; workloads: Json[] } {
  const keys = [...objects.keys()].filter((key) => !volatile.test(key)).map(plainKey);
  const workloads = ['statefulsets/default/db', 'jobs/default/work', 'deployments/default/web'].flatMap((name) => {
    const value = objects.get(`/registry/${name}`);
    if (value === undefined) return [];
    const { succeeded, completedIndexes, replicas, readyReplicas, updatedReplicas } = JSON.parse(value).status;
    return [{ name, succeeded, completedIndexes, replicas, readyReplicas, updatedReplicas }];
  });
  return { keys: keys.sort(), workloads };
}

const BUILT = [
  { name: 'statefulsets/default/db', replicas: 3, readyReplicas: 3, updatedReplicas: 3 },
  { name: 'jobs/default/work', succeeded: 6, completedIndexes: '0-5' },
  { name: 'deployments/default/web', replicas: 4, readyReplicas: 4, updatedReplicas: 4 },
];

const LIVES = 10;

test.each<[string, readonly Step[]]>([
  ['is built', built],
  ['is built and deleted', [...built, ...cleared]],
])(
  'a worker that is killed at any await while a StatefulSet, a Job, volumes and a roll-out %s doubles and leaks nothing',
  async (_, steps) => {
    const whole = await afterLives(steps, []);
    expect(troublesOf(whole)).toEqual([]);
    const expected = end(whole);
    expect(expected.workloads).toEqual(steps === built ? BUILT : []);
    for (let nth = 0; nth < LIVES; nth += 1) {
      // A first life that ends somewhere in the whole run, and some short ones.
      const first = Math.floor((whole.awaits * (nth + 0.5)) / LIVES) + nth;
      const outcome = await afterLives(steps, [first, 3 + nth, 40 + 13 * nth, 500 + 101 * nth]);
      expect([first, troublesOf(outcome), end(outcome)]).toEqual([first, [], expected]);
    }
  },
);

test('what a StatefulSet, a Job, volumes and a Service took is given back', async () => {
  const [before, after] = [await afterLives([...localPath, advance('26m20s')], []), await afterLives([...built, ...cleared], [])];
  expect(end(after).keys).toEqual(end(before).keys);
});
