import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterApi, deploymentOf, type Json } from '../cluster-api.js';
import { follow } from '../follow.js';
import { MoreProcesses, workerPattern } from '../more-processes.js';
import { isAlive, type Service, startService, until } from '../service.js';

const replicas = 200;
const pods = '/api/v1/namespaces/default/pods';
const maps = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';

let service: Service;
let more: MoreProcesses;
beforeAll(async () => {
  service = await startService();
  more = new MoreProcesses(service);
});
afterAll(async () => {
  more?.kill();
  await service?.stop();
});

/** Events of a watch in order and without duplicates: revisions increase, and changed or deleted objects existed before. */
class Ledger {
  readonly live = new Map<string, number>();
  readonly anomalies: string[] = [];

  event({ type, object }: { type: string; object: Json }): void {
    const { uid, name, resourceVersion } = object.metadata;
    const revision = Number(resourceVersion);
    const before = this.live.get(uid);
    if (type === 'ADDED' ? before !== undefined : before === undefined) this.anomalies.push(`${type} ${name}`);
    if (before !== undefined && revision <= before) this.anomalies.push(`${name} went from ${before} to ${revision}`);
    if (type === 'DELETED') this.live.delete(uid);
    else this.live.set(uid, revision);
  }
}

async function rolledOut(cluster: ClusterApi): Promise<boolean> {
  const found = await cluster.must('GET', `${deployments}/web`).catch(() => undefined);
  return found?.status?.availableReplicas === replicas && found.status.updatedReplicas === replicas && found.status.replicas === replicas;
}

test('two apis and two workers: one of each is killed during a rollout, and nothing is lost', async () => {
  const made = await service.createCluster({ name: 'two', profile: 'instant', nodes: { count: 4 } });
  const { child: api, service: other } = await more.secondApi();
  const worker = more.worker();
  const here = new ClusterApi(service, made);
  const there = new ClusterApi(other, made);
  // The audit log is of both.
  const audited = ['audited-here', 'audited-there'];
  for (const [n, through] of [here, there].entries())
    await through.call('GET', maps, undefined, { headers: { 'audit-id': audited[n] ?? '' } });
  const log = async (from: Service): Promise<Json> =>
    JSON.parse((await from.request(`/platform/v1/clusters/${made.id}/audit`, { token: service.adminToken })).text);
  for (const from of [service, other]) {
    const shown = async () => {
      const ids = (await log(from)).items.map(({ auditID }: Json) => auditID);
      return audited.every((id) => ids.includes(id));
    };
    expect(await until(shown)).toBe(true);
  }
  const [ledgerHere, ledgerThere] = [new Ledger(), new Ledger()];
  const followHere = await follow(here, pods, (event) => ledgerHere.event(event));
  const followThere = await follow(there, pods, (event) => ledgerThere.event(event));
  const acknowledged: string[] = [];
  let writing = true;
  const writer = (async () => {
    for (let n = 0; writing; n += 1) {
      // The watch on the second api is resumed through the first when that one is gone.
      const through = n % 2 === 0 || api.exitCode !== null || api.signalCode !== null ? here : there;
      const answer = await through.call('POST', maps, { metadata: { name: `written-${n}` } }).catch(() => undefined);
      if (answer?.status === 201) acknowledged.push(`written-${n}`);
      await sleep(5);
    }
  })();
  await there.must('POST', deployments, deploymentOf('web', replicas));
  expect(await until(() => ledgerHere.live.size >= 50)).toBe(true);
  worker.kill('SIGKILL');
  api.kill('SIGKILL');
  expect(await until(() => rolledOut(here))).toBe(true);
  writing = false;
  await writer;
  const image = [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'nginx:1.27' }];
  await here.must('PATCH', `${deployments}/web`, image, { type: 'application/json-patch+json' });
  // Now the launcher's own processes, which it restarts.
  const [first] = service.pids(workerPattern);
  if (first !== undefined) process.kill(first, 'SIGKILL');
  expect(await until(() => service.pids(workerPattern).some((pid) => pid !== first && isAlive(pid)))).toBe(true);
  expect(await until(() => rolledOut(here))).toBe(true);
  const { items } = await here.must('GET', pods);
  expect(await until(() => ledgerHere.live.size === items.length)).toBe(true);
  const uids = items.map(({ metadata }: Json) => metadata.uid).sort();
  expect([[...ledgerHere.live.keys()].sort(), ledgerHere.anomalies, ledgerThere.anomalies, items.length]).toEqual([uids, [], [], replicas]);
  const written = new Set((await here.must('GET', maps)).items.map(({ metadata }: Json) => metadata.name));
  expect(acknowledged.filter((name) => !written.has(name))).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(10);
  await Promise.all([followHere.stop(), followThere.stop()]);
  here.close();
  there.close();
});

test('a clock is advanced once, whichever of two workers is killed in the meantime', async () => {
  const clock = { mode: 'stepped', startAt: '2026-01-01T00:00:00Z' };
  const made = await service.createCluster({ name: 'turned', profile: 'realistic', nodes: { count: 3 }, clock });
  const cluster = new ClusterApi(service, made);
  more.worker();
  await cluster.must('POST', deployments, deploymentOf('web', 30));
  const advance = async (by: string) => {
    const answer = await service.request(`/platform/v1/clusters/${made.id}/clock/advance`, {
      method: 'POST',
      token: service.adminToken,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ by }),
    });
    return [answer.status, JSON.parse(answer.text).now];
  };
  const turned = advance('10m');
  for (const wait of [300, 900]) {
    await sleep(wait);
    const [victim] = service.pids(workerPattern);
    if (victim !== undefined) process.kill(victim, 'SIGKILL');
  }
  expect(await turned).toEqual([200, '2026-01-01T00:10:00.000Z']);
  expect(await advance('30s')).toEqual([200, '2026-01-01T00:10:30.000Z']);
  const found = await cluster.must('GET', `${deployments}/web`);
  expect(found.status.availableReplicas).toBe(30);
  cluster.close();
});

test('faults are felt in every process, and work goes on from the log when they are healed', async () => {
  const made = await service.createCluster({ name: 'faulty', profile: 'instant', nodes: { count: 2 } });
  const { service: other } = await more.secondApi();
  const cluster = new ClusterApi(other, made);
  const platform = async (method: string, path: string, body?: object) => {
    const answer = await service.request(`/platform/v1/clusters/${made.id}/${path}`, {
      method,
      token: service.adminToken,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: answer.text === '' ? undefined : JSON.parse(answer.text) };
  };
  const scheduler = await platform('POST', 'faults', { type: 'stop', component: 'kube-scheduler' });
  expect(scheduler).toEqual({
    status: 201,
    body: {
      id: 'fault-1',
      type: 'stop',
      component: 'kube-scheduler',
      since: expect.stringMatching(/Z$/),
      symptoms: expect.arrayContaining([expect.stringContaining('Pending')]),
    },
  });
  expect((await platform('GET', 'faults')).body).toEqual({ items: [scheduler.body] });
  expect((await platform('POST', 'faults', { type: 'stop', node: 'nowhere' })).status).toBe(422);
  await cluster.must('POST', deployments, deploymentOf('web', 3));
  const found = async () => (await cluster.must('GET', pods)).items as Json[];
  expect(await until(async () => (await found()).length === 3)).toBe(true);
  expect((await found()).map(({ spec }) => spec.nodeName ?? '-')).toEqual(['-', '-', '-']);
  expect((await platform('DELETE', 'faults/fault-1')).status).toBe(204);
  expect((await platform('DELETE', 'faults/fault-1')).status).toBe(404);
  // A new kube-scheduler waits until the Lease of the one before has run out.
  expect(await until(async () => (await found()).every(({ status }) => status.phase === 'Running'))).toBe(true);
  const etcd = await platform('POST', 'faults', { type: 'stop', component: 'etcd' });
  expect((await platform('GET', 'etcd')).body).toMatchObject({ members: [{ name: 'control-plane', role: 'stopped' }] });
  const refused = async () => (await cluster.call('GET', maps)).status === 500;
  expect(await until(refused)).toBe(true);
  expect((await cluster.call('GET', `${pods}?resourceVersion=0`)).status).toBe(200);
  expect((await platform('DELETE', `faults/${etcd.body.id}`)).status).toBe(204);
  expect(await until(async () => (await cluster.call('GET', maps)).status === 200)).toBe(true);
  expect((await cluster.call('POST', maps, { metadata: { name: 'after' } })).status).toBe(201);
  cluster.close();
});
