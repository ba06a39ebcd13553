import type { Json } from '../cluster-api.js';
import { localPath } from '../workload/everything.js';
import { apps, batch, claimSpec, core, deployment, image, labels, script, template } from '../workload/objects.js';
import { advance, patch, post, remove, type Step } from '../workload/step.js';
import { afterAdvances } from './killed-advances.js';
import { afterLives, type Outcome, START } from './killed-workers.js';

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

/** A first life that ends somewhere in a whole run, and some short ones. */
const livesOf = (nth: number, awaits: number): number[] => [
  ...[Math.floor((awaits * (nth + 0.5)) / LIVES) + nth, 3 + nth],
  ...[40 + 13 * nth, 500 + 101 * nth],
];

test('a worker that is killed at any await while a StatefulSet, a Job, volumes and a roll-out are built and deleted doubles and leaks nothing', async () => {
  const steps = [...built, ...cleared];
  const whole = await afterLives(steps, []);
  expect(troublesOf(whole)).toEqual([]);
  const expected = end(whole);
  expect(expected.workloads).toEqual([]);
  for (let nth = 0; nth < LIVES; nth += 1) {
    const lives = livesOf(nth, whole.awaits);
    const outcome = await afterLives(steps, lives);
    expect([lives, troublesOf(outcome), end(outcome)]).toEqual([lives, [], expected]);
  }
});

/** The time of the advances, and where the clock is then: it is not advanced any more, and nothing is said to have failed. */
const ARRIVALS = [20_000, 320_000].map((after) => ({ now: START + after, revision: expect.any(Number), asked: expect.any(Number) }));
const inOrder = (times: readonly number[]) => times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0));

test('an advance whose worker is killed at any await goes on where it was, with volumes, a Job and a roll-out under way', async () => {
  const whole = await afterAdvances(built, []);
  expect([troublesOf(whole), whole.arrivals]).toEqual([[], ARRIVALS]);
  const expected = end(whole);
  expect(expected.workloads).toEqual(BUILT);
  for (let nth = 0; nth < LIVES; nth += 1) {
    const lives = livesOf(nth, whole.awaits);
    const { arrivals, times, ...outcome } = await afterAdvances(built, lives);
    expect([lives, troublesOf(outcome), end(outcome), arrivals]).toEqual([lives, [], expected, ARRIVALS]);
    expect([times.length > ARRIVALS.length, inOrder(times)]).toEqual([true, true]);
  }
});

test('an advance that ends with a Job does so when it is complete, however often its worker is killed', async () => {
  const steps = built.slice(0, -2);
  const complete = { object: 'job/work', namespace: 'default', condition: 'Complete' };
  const { awaits } = await afterAdvances(steps, [], complete);
  for (const lives of [[], ...[0, 3, 6, 9].map((nth) => livesOf(nth, awaits))]) {
    const { arrivals, objects, times } = await afterAdvances(steps, lives, complete);
    const { completionTime } = JSON.parse(objects.get('/registry/jobs/default/work') ?? '{}').status;
    const [{ now = 0, target, failure } = {}] = arrivals;
    expect([lives, Math.floor(now / 1_000) * 1_000, target, failure]).toEqual([lives, Date.parse(completionTime), undefined, undefined]);
    expect([now < START + 20_000, inOrder(times)]).toEqual([true, true]);
  }
});

test('what a StatefulSet, a Job, volumes and a Service took is given back', async () => {
  const [before, after] = [await afterLives([...localPath, advance('26m20s')], []), await afterLives([...built, ...cleared], [])];
  expect(end(after).keys).toEqual(end(before).keys);
});
