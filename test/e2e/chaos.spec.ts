import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterApi, deploymentOf, type Json } from '../cluster-api.js';
import { type Following, follow } from '../follow.js';
import { isAlive, type Service, startService, until } from '../service.js';
import { localPath } from '../workload/everything.js';
import { apps, batch, claimSpec, core, labels, script, template, deployment as webOf } from '../workload/objects.js';

const replicas = 300;
const apiPattern = /apps\/api\/main\.js/;
const workerPattern = /apps\/worker\/main\.js/;
const redisPattern = /(redis|valkey)-server/;
const postgresPattern = /bin\/postgres -D/;
const maps = '/api/v1/namespaces/default/configmaps';
const deployment = '/apis/apps/v1/namespaces/default/deployments/web';
const replicaSets = '/apis/apps/v1/namespaces/default/replicasets';
const pods = '/api/v1/namespaces/default/pods';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service?.stop());

/** Pods as counted by a client that watches them. */
class PodCount {
  private readonly live = new Set<string>();
  /** All names seen. */
  readonly seen = new Set<string>();
  most = 0;

  get now(): number {
    return this.live.size;
  }

  event({ type, object }: { type: string; object: Json }): void {
    const { name, deletionTimestamp } = object.metadata;
    this.seen.add(name);
    if (type === 'DELETED' || deletionTimestamp) this.live.delete(name);
    else this.live.add(name);
    this.most = Math.max(this.most, this.now);
  }
}

/**
 * What the ReplicaSets ask for in total, which is what maxSurge bounds: pods of the old one may be deleted after the new one has created
 * its own (test/e2e/apps WatchRollingUpdate checks GetReplicaCountForReplicaSets).
 */
class Sizes {
  private readonly of = new Map<string, number>();
  most = 0;

  event({ object }: { type: string; object: Json }): void {
    this.of.set(object.metadata.name, object.spec.replicas);
    this.most = Math.max(
      this.most,
      [...this.of.values()].reduce((sum, size) => sum + size, 0),
    );
  }
}

/** Creates ConfigMaps continuously and remembers those that were acknowledged. */
class Writer {
  readonly acknowledged: string[] = [];
  failures = 0;
  private stopping = false;
  private readonly running: Promise<void>[];

  constructor(cluster: ClusterApi) {
    this.running = Array.from({ length: 4 }, (_, lane) => this.write(cluster, lane));
  }

  private async write(cluster: ClusterApi, lane: number): Promise<void> {
    for (let n = 0; !this.stopping; n += 1) {
      const name = `written-${lane}-${n}`;
      const answer = await cluster.call('POST', maps, { metadata: { name } }).catch(() => undefined);
      if (answer?.status === 201) this.acknowledged.push(name);
      else this.failures += 1;
      await sleep(answer ? 2 : 20);
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.running);
  }
}

interface Scene {
  cluster: ClusterApi;
  count: PodCount;
  following: Following;
  writer: Writer;
}

async function scene(name: string): Promise<Scene> {
  const cluster = new ClusterApi(service, await service.createCluster({ name, profile: 'instant', nodes: { count: 8 } }));
  const count = new PodCount();
  const following = await follow(cluster, pods, (event) => count.event(event));
  await cluster.must('POST', '/api/v1/namespaces/default/services', {
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  return { cluster, count, following, writer: new Writer(cluster) };
}

const asked = <T>(asking: Promise<T>): Promise<T | undefined> => asking.catch(() => undefined);

/** Whether the rollout of the current template is complete, as `kubectl rollout status` would say. */
async function rolledOut(cluster: ClusterApi): Promise<boolean> {
  const found = await asked(cluster.must('GET', deployment));
  const { observedGeneration, updatedReplicas, availableReplicas, replicas: total } = found?.status ?? {};
  return (
    observedGeneration >= found?.metadata.generation && updatedReplicas === replicas && availableReplicas === replicas && total === replicas
  );
}

/** Checks everything that must be true at the end. */
async function converged({ cluster, count, following, writer }: Scene): Promise<void> {
  expect(await until(() => rolledOut(cluster))).toBe(true);
  await writer.stop();
  // By now, duplicates would have been created.
  await sleep(700);
  const { items } = await cluster.must('GET', `${pods}?fieldSelector=status.phase%3DRunning`);
  const all = await cluster.must('GET', pods);
  expect([items.length, all.items.length]).toEqual([replicas, replicas]);
  expect(new Set(all.items.map(({ status }: Json) => status.podIP)).size).toBe(replicas);
  const perNode = new Map<string, number>();
  for (const { spec } of all.items) perNode.set(spec.nodeName, (perNode.get(spec.nodeName) ?? 0) + 1);
  expect(Math.max(...perNode.values())).toBeLessThanOrEqual(110);
  expect(await until(() => count.now === replicas)).toBe(true);
  const addresses = async () => {
    const slices = await cluster.must(
      'GET',
      '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dweb',
    );
    return new Set(slices.items.flatMap(({ endpoints }: Json) => (endpoints ?? []).flatMap((e: Json) => e.addresses))).size;
  };
  expect(await until(async () => (await addresses()) === replicas)).toBe(true);
  const written = new Set((await cluster.must('GET', maps)).items.map(({ metadata }: Json) => metadata.name));
  expect(writer.acknowledged.filter((name) => !written.has(name))).toEqual([]);
  expect(writer.acknowledged.length).toBeGreaterThan(10);
  await following.stop();
  cluster.close();
}

const kill = (pattern: RegExp): number[] => {
  const pids = service.pids(pattern);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  return pids;
};

describe.each([
  ['the api', apiPattern],
  ['the worker', workerPattern],
  ['Redis', redisPattern],
])('SIGKILL of %s', (victim, pattern) => {
  test('during a rollout: it completes, and no acknowledged write is lost', async () => {
    const at = await scene(`kill-${victim.split(' ').at(-1)?.toLowerCase()}`);
    await at.cluster.must('POST', '/apis/apps/v1/namespaces/default/deployments', deploymentOf('web', replicas));
    expect(await until(() => at.count.now >= 100)).toBe(true);
    expect(at.count.now).toBeLessThanOrEqual(replicas);
    const killed = kill(pattern);
    expect(killed.length).toBe(1);
    const anew = () => service.pids(pattern).some((pid) => isAlive(pid) && !killed.includes(pid));
    expect(await until(anew)).toBe(true);
    await converged(at);
    expect(at.count.most).toBe(replicas);
    // No unnecessary pod was created.
    expect(at.count.seen.size).toBe(replicas);
    expect(await service.request('/readyz')).toMatchObject({ status: 200, text: 'ok' });
  });
});

test('SIGKILL of the worker, and then of Redis, during a rolling update: ReplicaSets never ask for more than replicas plus maxSurge', async () => {
  const at = await scene('update');
  const { cluster, count } = at;
  const sizes = new Sizes();
  const sets = await follow(cluster, replicaSets, (event) => sizes.event(event));
  await cluster.must('POST', '/apis/apps/v1/namespaces/default/deployments', deploymentOf('web', replicas));
  expect(await until(() => rolledOut(cluster))).toBe(true);
  const image = [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'nginx:1.27' }];
  await cluster.must('PATCH', deployment, image, { type: 'application/json-patch+json' });
  expect(await until(() => count.seen.size >= replicas + 90)).toBe(true);
  kill(workerPattern);
  expect(await until(() => count.seen.size >= replicas + 180)).toBe(true);
  kill(redisPattern);
  await converged(at);
  expect(count.seen.size).toBe(2 * replicas);
  expect(sizes.most).toBe(replicas + 75);
  await sets.stop();
});

/** A second worker beside the launcher's, with the same environment. */
function secondWorker(first: number): ChildProcess {
  const [node = '', ...rest] = readFileSync(`/proc/${first}/cmdline`, 'utf8').split('\0').filter(Boolean);
  const variables = readFileSync(`/proc/${first}/environ`, 'utf8').split('\0').filter(Boolean);
  const env = Object.fromEntries(variables.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  delete env.NODE_CHANNEL_FD;
  return spawn(node, rest, { env, stdio: 'ignore' });
}

test('a worker that is suspended past its lock and resumed writes nothing twice: another has taken over', async () => {
  const [first] = service.pids(workerPattern);
  if (first === undefined) throw new Error('no worker');
  const at = await scene('paused');
  await at.cluster.must('POST', '/apis/apps/v1/namespaces/default/deployments', deploymentOf('web', replicas));
  expect(await until(() => at.count.now >= 50)).toBe(true);
  process.kill(first, 'SIGSTOP');
  const second = secondWorker(first);
  try {
    // Work continues without the worker that holds the turns.
    expect(await until(() => rolledOut(at.cluster))).toBe(true);
    process.kill(first, 'SIGCONT');
    await sleep(1_000);
    expect(isAlive(first)).toBe(true);
    await converged(at);
    expect(at.count.most).toBe(replicas);
    expect(at.count.seen.size).toBe(replicas);
    // Both take turns again.
    await at.cluster.must('PATCH', deployment, { spec: { replicas: 10 } }, { type: 'application/merge-patch+json' });
    const scaled = async () => (await at.cluster.must('GET', deployment)).status.replicas === 10;
    expect(await until(scaled)).toBe(true);
  } finally {
    process.kill(first, 'SIGCONT');
    const gone = new Promise((resolve) => second.once('exit', resolve));
    second.kill('SIGTERM');
    await gone;
  }
});

/** What runs while processes are killed and suspended: each kind of controller has something to do. */
const workloads: ReadonlyArray<[path: string, object]> = [
  [
    `${apps}/statefulsets`,
    {
      metadata: { name: 'db' },
      spec: {
        ...{ replicas: 5, serviceName: 'db', selector: labels('db'), template: template('db') },
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimSpec() }],
      },
    },
  ],
  [`${apps}/daemonsets`, { metadata: { name: 'agent' }, spec: { selector: labels('agent'), template: template('agent') } }],
  [
    `${batch}/jobs`,
    {
      metadata: { name: 'work' },
      spec: { completions: 60, parallelism: 3, completionMode: 'Indexed', template: { spec: script('sleep 1') } },
    },
  ],
  [`${apps}/deployments`, webOf('front', 20)],
  [`${core}/services`, { metadata: { name: 'front' }, spec: { type: 'NodePort', selector: { app: 'front' }, ports: [{ port: 80 }] } }],
];

/** How long processes are stopped, in milliseconds: Redis for longer than any lock or wake-up in it lasts. */
const STOPPED = 2_500;
const REDIS_STOPPED = 30_000;

test('SIGKILL and SIGSTOP of each process in turn, while sets with volumes, a Job and roll-outs are at work', async () => {
  const cluster = new ClusterApi(service, await service.createCluster({ name: 'all', profile: 'instant', nodes: { count: 4 } }));
  const send = async (method: string, path: string, body: object): Promise<void> => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    // What was sent twice because its answer was lost exists already.
    const done = async () => [200, 201, 409].includes((await asked(cluster.call(method, path, body, { type })))?.status ?? 0);
    expect(await until(done)).toBe(true);
  };
  for (const step of localPath) if ('method' in step) await send(step.method, step.path, step.body);
  for (const [path, object] of workloads) await send('POST', path, object);
  const names = new Set<string>();
  const following = await follow(cluster, pods, ({ object }) => void names.add(object.metadata.name));
  let version = 0;
  const rollOut = async (): Promise<void> => {
    version += 1;
    for (const set of ['deployments/front', 'statefulsets/db', 'daemonsets/agent'])
      await send('PATCH', `${apps}/${set}`, { spec: { template: { metadata: { annotations: { version: String(version) } } } } });
  };
  for (const pattern of [workerPattern, apiPattern, redisPattern, postgresPattern]) {
    for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
      const victims = service.pids(pattern);
      expect(victims.length).toBeGreaterThan(0);
      for (const pid of victims) process.kill(pid, signal);
      // Without Redis, writes go on.
      const isRedis = pattern === redisPattern;
      if (isRedis) await rollOut();
      await sleep(signal !== 'SIGSTOP' ? 300 : isRedis ? REDIS_STOPPED : STOPPED);
      if (signal === 'SIGSTOP') for (const pid of victims) process.kill(pid, 'SIGCONT');
      else expect(await until(() => service.pids(pattern).some((pid) => !victims.includes(pid)))).toBe(true);
      await rollOut();
    }
  }
  const statusOf = async (path: string): Promise<Json> => (await asked(cluster.must('GET', path)))?.status ?? {};
  const states = async () => {
    const [db, agent, front, work] = await Promise.all(
      [`${apps}/statefulsets/db`, `${apps}/daemonsets/agent`, `${apps}/deployments/front`, `${batch}/jobs/work`].map(statusOf),
    );
    return [db.readyReplicas, db.updatedReplicas, agent.updatedNumberScheduled, agent.numberAvailable]
      .concat([front.updatedReplicas, front.replicas, front.availableReplicas])
      .concat([work.succeeded, work.completedIndexes, work.active ?? 0]);
  };
  const expected = [5, 5, 3, 3, 20, 20, 20, 60, '0-59', 0];
  await until(async () => JSON.stringify(await states()) === JSON.stringify(expected));
  expect(await states()).toEqual(expected);
  const { items } = await cluster.must('GET', pods);
  const live: Json[] = items.filter(({ status }: Json) => status.phase === 'Running');
  expect(live.length).toBe(5 + 3 + 20);
  expect(new Set(live.map(({ status }) => status.podIP)).size).toBe(live.length);
  const claimed = (await cluster.must('GET', `${core}/persistentvolumeclaims`)).items.map(({ spec }: Json) => spec.volumeName);
  const volumes = (await cluster.must('GET', '/api/v1/persistentvolumes')).items.map(({ metadata }: Json) => metadata.name);
  expect([claimed.length, [...claimed].sort()]).toEqual([5, [...volumes].sort()]);
  expect(names.size).toBeGreaterThan(29 + 60);
  await following.stop();
  cluster.close();
});
