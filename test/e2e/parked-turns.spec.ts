import { readFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { postgresStorage } from '#storage/postgres';
import { ClusterApi, type Json } from '../cluster-api.js';
import { environmentOfApi } from '../more-processes.js';
import { poolOf } from '../servers.js';
import { type Service, startService, until } from '../service.js';

const events = '/api/v1/namespaces/kube-system/events';
const pods = '/api/v1/namespaces/default/pods';

let service: Service;
let cluster: ClusterApi;
let pool: pg.Pool;
beforeAll(async () => {
  service = await startService();
  cluster = new ClusterApi(service, await service.createCluster({ name: 'parked', profile: 'instant' }));
  pool = poolOf({ connectionString: environmentOfApi(service, 'DATABASE_URL') });
});
afterAll(async () => {
  cluster?.close();
  await pool?.end();
  await service?.stop();
});

/** Takes the scheduler's turn twice and ends neither, like two workers that died during it. */
async function loseTwoHolders(): Promise<void> {
  const store = postgresStorage(pool).open(cluster.cluster.id);
  for (;;) {
    await store.beginTurn('kube-scheduler', { now: Date.now() });
    const { lost } = await store.beginTurn('kube-scheduler', { now: Date.now() });
    if (lost === 1) return;
  }
}

/** The samples of a metric of the worker, without their values. */
async function samples(name: string): Promise<string[]> {
  const { children } = JSON.parse(readFileSync(path.join(service.home, 'run.json'), 'utf8')) as Json;
  const { url } = children.find((child: Json) => child.name === 'worker');
  const text = await (await fetch(`${url}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith(`${name}{`));
}

test('a turn that two holders did not end is parked, and reported by an Event in the cluster, a metric and a line in the log', async () => {
  await loseTwoHolders();
  const container = { name: 'c', image: 'nginx' };
  await cluster.must('POST', pods, { metadata: { name: 'web' }, spec: { containers: [container] } });
  const suspended = async (): Promise<Json[]> =>
    (await cluster.must('GET', events)).items.filter(({ reason }: Json) => reason === 'ComponentSuspended');
  expect(await until(async () => (await suspended()).length > 0)).toBe(true);
  expect(await suspended()).toMatchObject([
    {
      metadata: { name: expect.stringMatching(/^kube-scheduler\../), namespace: 'kube-system' },
      involvedObject: { kind: 'Namespace', name: 'kube-system', namespace: 'kube-system', apiVersion: 'v1' },
      type: 'Warning',
      message: expect.stringMatching(/^kube-scheduler did not finish its work 2 times in a row: it is suspended for \d+s$/),
      source: { component: 'kube-scheduler' },
      reportingComponent: 'kube-scheduler',
      count: 1,
    },
  ]);
  const parked = (await samples('orrery_turns_total')).filter((line) => line.includes('outcome="parked"'));
  expect(parked).toEqual([
    expect.stringMatching(/^orrery_turns_total\{component="kube-scheduler",outcome="parked",process="worker"\} [1-9]\d*$/),
  ]);
  const log = readFileSync(path.join(service.home, 'logs/worker.log'), 'utf8');
  const lines = log.split('\n').filter((line) => line.includes('was parked'));
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      level: 'error',
      time: expect.any(String),
      process: 'worker',
      pid: expect.any(Number),
      cluster: cluster.cluster.id,
      component: 'kube-scheduler',
      lost: 2,
      milliseconds: expect.any(Number),
      msg: 'a turn was parked: its holders did not end it',
    },
  ]);
  // It is taken again afterwards, and the pod is scheduled.
  expect(await until(async () => (await cluster.must('GET', `${pods}/web`)).spec.nodeName)).toBe(true);
});
