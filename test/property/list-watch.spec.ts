import fc from 'fast-check';
import { ClusterApi, type Json, type Seen } from '../cluster-api.js';
import { type Following, follow } from '../follow.js';
import { type Service, startService, until } from '../service.js';

const maps = '/api/v1/namespaces/default/configmaps';
const marker = 'marker';

let service: Service;
let cluster: ClusterApi;
beforeAll(async () => {
  service = await startService();
  cluster = new ClusterApi(service, await service.createCluster({ name: 'property', profile: 'instant' }));
});
afterAll(async () => {
  cluster?.close();
  await service?.stop();
});

interface Op {
  does: 'create' | 'recolor' | 'write' | 'delete';
  object: number;
  color: 'red' | 'blue';
}

interface WatcherPlan {
  /** Only red ones: objects enter and leave the selection when their colour changes. */
  onlyRed: boolean;
  /** The numbers of events after which it loses its connection. */
  drops: number[];
}

interface Plan {
  writers: Op[][];
  watchers: WatcherPlan[];
}

const op: fc.Arbitrary<Op> = fc.record({
  does: fc.constantFrom('create', 'create', 'write', 'write', 'recolor', 'delete'),
  object: fc.integer({ min: 0, max: 4 }),
  color: fc.constantFrom('red', 'blue'),
});
const plan: fc.Arbitrary<Plan> = fc.record({
  writers: fc.array(fc.array(op, { minLength: 5, maxLength: 40 }), { minLength: 1, maxLength: 4 }),
  watchers: fc.array(fc.record({ onlyRed: fc.boolean(), drops: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 8 }) }), {
    minLength: 1,
    maxLength: 4,
  }),
});

const merge = { type: 'application/merge-patch+json' };
let runs = 0;

/** One write: its result, and when it was acknowledged. */
async function write(run: string, { does, object, color }: Op, value: string): Promise<Json | undefined> {
  const name = `${run}-${object}`;
  const labels = { run, color };
  const answer = await {
    create: () => cluster.call('POST', maps, { metadata: { name, labels }, data: { value } }),
    write: () => cluster.call('PATCH', `${maps}/${name}`, { data: { value } }, merge),
    recolor: () => cluster.call('PATCH', `${maps}/${name}`, { metadata: { labels: { color } }, data: { value } }, merge),
    delete: () => cluster.call('DELETE', `${maps}/${name}`),
  }[does]();
  if (answer.status >= 300) {
    // Another writer was first.
    expect([404, 409]).toContain(answer.status);
    return undefined;
  }
  return does === 'delete' ? undefined : answer.json;
}

/** An event as a line with everything that a watcher gets. */
const lineOf = ({ type, object: { metadata, data } }: Seen): string =>
  `${metadata.resourceVersion} ${type} ${metadata.name} ${metadata.labels.color} ${data.value}`;

/** The events that a watcher of the red ones must get, derived from all changes (apiserver/pkg/storage/cacher/cache_watcher.go). */
function redOf(events: readonly Seen[]): string[] {
  const before = new Map<string, Json>();
  return events.flatMap(({ type, object }) => {
    const { name, labels, resourceVersion } = object.metadata;
    const was = before.get(name);
    const isRed = type !== 'DELETED' && labels.color === 'red';
    const wasRed = was?.metadata.labels.color === 'red';
    if (type === 'DELETED') before.delete(name);
    else before.set(name, object);
    if (isRed) return [lineOf({ type: wasRed ? 'MODIFIED' : 'ADDED', object })];
    // An object that leaves the selection is shown as it was in it, with the revision at which it left.
    if (wasRed) return [lineOf({ type: 'DELETED', object: { ...was, metadata: { ...was.metadata, resourceVersion } } })];
    return [];
  });
}

/** The objects at a revision, derived from all changes. */
function stateAt(events: readonly Seen[], revision: number): string[] {
  const state = new Map<string, string>();
  for (const { type, object } of events) {
    if (Number(object.metadata.resourceVersion) > revision) break;
    if (type === 'DELETED') state.delete(object.metadata.name);
    else state.set(object.metadata.name, `${object.metadata.resourceVersion} ${object.data.value}`);
  }
  return [...state].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, text]) => `${name} ${text}`);
}

interface Watcher {
  plan: WatcherPlan;
  events: Seen[];
  following: Following;
}

async function startWatcher(run: string, asked: WatcherPlan): Promise<Watcher> {
  const events: Seen[] = [];
  const drops = [...asked.drops];
  let sinceDrop = 0;
  const selector = encodeURIComponent(`run=${run}${asked.onlyRed ? ',color=red' : ''}`);
  const following: Following = await follow(cluster, `${maps}?labelSelector=${selector}`, (event) => {
    events.push(event);
    sinceDrop += 1;
    if (sinceDrop !== drops[0]) return;
    drops.shift();
    sinceDrop = 0;
    following.drop();
  });
  return { plan: asked, events, following };
}

async function play({ writers, watchers }: Plan): Promise<void> {
  runs += 1;
  const run = `run-${runs}`;
  const truth = await startWatcher(run, { onlyRed: false, drops: [] });
  const others = await Promise.all(watchers.map((asked) => startWatcher(run, asked)));
  const acknowledged: Json[] = [];
  const writing = writers.map(async (ops, writer) => {
    for (const [n, one] of ops.entries()) {
      const made = await write(run, one, `${writer}.${n}`);
      if (made) acknowledged.push(made);
    }
  });
  await Promise.all(writing);
  await cluster.must('POST', maps, { metadata: { name: `${run}-${marker}`, labels: { run, color: 'red' } }, data: { value: marker } });
  const done = ({ events }: Watcher) => events.at(-1)?.object.metadata.name === `${run}-${marker}`;
  expect(await until(() => [truth, ...others].every(done))).toBe(true);
  await Promise.all([truth, ...others].map(({ following }) => following.stop()));

  // In order, each once.
  const revisions = truth.events.map(({ object }) => Number(object.metadata.resourceVersion));
  expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
  // Every acknowledged write, as it was acknowledged.
  const told = new Map(truth.events.map(({ object }) => [object.metadata.resourceVersion, object]));
  for (const object of acknowledged) {
    const { kind: _, apiVersion: __, ...rest } = object;
    const { kind: ___, apiVersion: ____, ...seen } = told.get(object.metadata.resourceVersion) ?? {};
    // A write that changes nothing creates no revision: its response has the previous one.
    expect(seen).toEqual(rest);
  }
  for (const { plan: asked, events } of others) {
    expect(events.map(lineOf)).toEqual(asked.onlyRed ? redOf(truth.events) : truth.events.map(lineOf));
  }
  // Any past revision can be read as it was.
  for (const revision of [revisions[0], revisions[Math.floor(revisions.length / 2)], revisions.at(-1)]) {
    const list = await cluster.must('GET', `${maps}?labelSelector=run%3D${run}&resourceVersion=${revision}&resourceVersionMatch=Exact`);
    const found = list.items.map(({ metadata, data }: Json) => `${metadata.name} ${metadata.resourceVersion} ${data.value}`);
    expect([revision, found]).toEqual([revision, stateAt(truth.events, revision ?? 0)]);
  }
}

test('a client that lists and then watches sees every change once, in order, however often the connection is lost', async () => {
  await fc.assert(fc.asyncProperty(plan, play), { numRuns: 40, interruptAfterTimeLimit: 8_000, markInterruptAsFailure: false });
});

test('the same when the api is killed under the watchers', async () => {
  const run = 'killed';
  const watchers = await Promise.all([false, true].map((onlyRed) => startWatcher(run, { onlyRed, drops: [] })));
  const acknowledged = new Set<string>();
  let writing = true;
  const writer = (async () => {
    for (let n = 0; writing; n += 1) {
      const name = `${run}-${n}`;
      const answer = await cluster
        .call('POST', maps, { metadata: { name, labels: { run, color: 'red' } }, data: { value: '1' } })
        .catch(() => undefined);
      if (answer?.status === 201) acknowledged.add(name);
    }
  })();
  for (let time = 0; time < 2; time += 1) {
    const before = acknowledged.size;
    await until(() => acknowledged.size > before + 50);
    for (const pid of service.pids(/apps\/api\/main\.js/)) process.kill(pid, 'SIGKILL');
    await until(() => acknowledged.size > before + 100);
  }
  writing = false;
  await writer;
  const { items } = await cluster.must('GET', `${maps}?labelSelector=run%3D${run}`);
  const inOrder = items
    .map(({ metadata }: Json) => metadata)
    .sort((a: Json, b: Json) => Number(a.resourceVersion) - Number(b.resourceVersion))
    .map(({ name }: Json) => name);
  expect([...acknowledged].filter((name) => !inOrder.includes(name))).toEqual([]);
  for (const { events, following } of watchers) {
    expect(await until(() => events.length >= inOrder.length)).toBe(true);
    await following.stop();
    expect(events.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual(inOrder.map((name: string) => `ADDED ${name}`));
    expect(following.connections).toBeGreaterThanOrEqual(3);
  }
});
