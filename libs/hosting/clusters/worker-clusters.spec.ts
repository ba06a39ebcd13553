import { randomUUID } from 'node:crypto';
import { ClusterRoleBinding, type corev1, Pod, type rbacv1 } from '#api';
import { inProcessClient } from '#apiserver';
import { clusterStores } from '#cacher';
import { memoryBus } from '#cacher/bus';
import { type AdvanceEnd, buildTemplate, ClusterFaults, clusterApi, clusterTemplates, components, machineTimers } from '#cluster';
import { type Component, clockComponent, END_MISSED, Seat } from '#controller-runtime';
import { createClusterKeys, memoryRecords } from '#platform';
import { memoryStorage } from '#storage';
import { createLog } from '../logging.js';
import { machineShare } from '../machine-share.js';
import { AllowedHosts } from '../webhooks/allowed-hosts.js';
import { WebhookConnections } from '../webhooks/webhook-connections.js';
import { clusterClocks } from './cluster-clocks.js';
import { openTurned } from './turned-cluster.js';
import { openForWorker } from './worker-clusters.js';

const START = Date.parse('2026-01-01T00:00:00Z');
const cause = { requestId: 'r', user: 'u' };
const nodes = { count: 2, cpu: '4', memory: '8Gi', pods: 110 };

type Line = Record<string, unknown>;

/** A cluster with a stepped clock in a worker; `turn` makes the scheduler take one turn, the given number of seconds after the start. */
async function scheduled() {
  const admin = memoryStorage();
  const templates = clusterTemplates({ admin, rootCA: '', version: '', build: buildTemplate, now: () => START });
  const { cluster: template, replacements } = await templates.of({ nodes });
  await admin.copy(template, 'c1', { replace: replacements(START, 'seed') });
  const records = memoryRecords();
  await records.addOrganization({ id: 'o', name: 'o', quotas: {}, createdAt: new Date(START) });
  const about = { profile: 'instant' as const, clock: { mode: 'stepped' as const, now: START }, seed: 'seed', createdAt: new Date(START) };
  await records.addCluster({ id: 'c1', organizationId: 'o', name: 'c1', nodes, ...about }, { id: 't', hash: 't', clusterId: 'c1' }, 1);
  await records.clusterReady('c1');
  const lines: Line[] = [];
  const log = createLog('worker', 'info', undefined, { write: (line) => void lines.push(JSON.parse(line) as Line) });
  const clocks = clusterClocks(records);
  const stores = clusterStores({ admin, bus: memoryBus(), clock: { now: () => START } });
  const keys = createClusterKeys({ records, installationKey: Buffer.from('key'), now: () => START });
  const webhooks = new WebhookConnections(new AllowedHosts([]));
  const shared = { records, admin, stores, clocks, keys, webhooks };
  const options = { ...shared, rootCA: '', share: machineShare(), log };
  const { hosted, clock } = await openForWorker('c1', options);
  const scheduler = components.find(({ name }) => name === 'kube-scheduler') as Component;
  const seat = new Seat(hosted, scheduler);
  const { store } = stores.acquire('c1');
  const api = clusterApi({ store, clock, seed: 'seed', timers: machineTimers });
  return {
    client: inProcessClient(api),
    faults: new ClusterFaults(api),
    /** Takes turns of the clock until an advance by the given milliseconds is over, or a few turns have not ended it. */
    async advance(by: number, end?: AdvanceEnd) {
      const storage = admin.open('c1');
      await storage.askClock({ id: randomUUID(), from: START, by, ...(end && { until: JSON.stringify(end) }) });
      const turned = clockComponent(components, (id, under) => openTurned(id, under, { ...options, notify: () => undefined }));
      const conductor = new Seat(hosted, turned.component);
      for (let turns = 0; turns < 5 && (await storage.clock()).target !== undefined; turns += 1) {
        await conductor.turn({ budget: { reconciles: 1_000 } });
      }
      conductor.close();
      const { now = START, target, failure } = await storage.clock();
      return { at: now - START, target, failure };
    },
    storage: admin.open('c1'),
    lines,
    async turn(seconds: number) {
      clocks.turned('c1', START + seconds * 1000);
      await seat.turn({ budget: { reconciles: 100 } });
    },
    close() {
      seat.close();
      hosted.close();
      stores.close();
    },
  };
}

const web = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default' },
  spec: { serviceAccountName: 'default', containers: [{ name: 'c', image: 'nginx' }] },
} as corev1.Pod;

/** The log line for the given number of consecutive failures. */
const failure = (failures: number, type: string, message: unknown) => ({
  level: 'warn',
  time: expect.any(String),
  process: 'worker',
  pid: process.pid,
  err: expect.objectContaining({ type, message, stack: expect.stringMatching(/\n {4}at .+:\d+:\d+/) }),
  cluster: 'c1',
  component: 'kube-scheduler',
  controller: 'default-scheduler',
  key: 'default/web',
  failures,
  msg: 'reconcile failed; it will be retried',
});

test('an error in a plugin is logged with the pod and the stack, and the pod is retried', async () => {
  const { client, storage, lines, turn, close } = await scheduled();
  const key = '/registry/pods/default/web';
  await client.create(Pod, web);
  const [created] = await storage.get([key]);
  const pod = JSON.parse(created?.value ?? '') as corev1.Pod;
  const put = async (spec: object) => {
    const [{ modRevision: expected = 0 } = {}] = await storage.get([key]);
    await storage.write([{ type: 'update', key, value: JSON.stringify({ ...pod, spec }), expected, cause, at: START }]);
  };
  // Validation would reject this pod: it stands for any that a plugin does not expect.
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: 5 } } };
  await put({ ...pod.spec, affinity });
  await turn(0);
  await turn(2);
  expect(lines).toEqual([1, 2].map((failures) => failure(failures, 'TypeError', expect.any(String))));
  await put(pod.spec);
  await turn(10);
  expect([(await client.get(Pod, 'web', 'default')).spec.nodeName, lines.length]).toEqual([expect.stringMatching(/./), 2]);
  close();
});

test('a rejected binding is logged with the pod and the stack, and the pod is retried', async () => {
  const { client, lines, turn, close } = await scheduled();
  const { metadata, ...role } = await client.get(ClusterRoleBinding, 'system:kube-scheduler');
  await client.delete(ClusterRoleBinding, 'system:kube-scheduler');
  await client.create(Pod, web);
  await turn(0);
  const refused = (what: string, verb: string, resource: string) =>
    `${what} is forbidden: User "system:kube-scheduler" cannot ${verb} resource "${resource}" in API group "" in the namespace "default"`;
  // What cannot be written about the failure is logged, too.
  const all = [
    refused('events', 'create', 'events'),
    refused('pods "web"', 'patch', 'pods/status'),
    refused('pods "web"', 'create', 'pods/binding'),
  ];
  expect(lines).toHaveLength(all.length);
  expect(lines).toEqual(expect.arrayContaining(all.map((message) => failure(1, 'StatusError', message))));
  await client.create(ClusterRoleBinding, { ...role, metadata: { name: metadata.name } } as rbacv1.ClusterRoleBinding);
  await turn(2);
  expect([(await client.get(Pod, 'web', 'default')).spec.nodeName, lines.length]).toEqual([expect.stringMatching(/./), 3]);
  close();
});

test.each([
  ['for ten seconds', undefined, undefined],
  ['until an object is there that nobody can read', { resource: 'pods', name: 'web', namespace: 'default', created: true }, END_MISSED],
])('the clock goes on while no API server answers, %s', async (_, end, failure) => {
  const { faults, advance, close } = await scheduled();
  const { id } = await faults.inject({ type: 'stop', component: 'etcd' });
  expect(await advance(10_000, end as AdvanceEnd | undefined)).toEqual({ at: 10_000, target: undefined, failure });
  await faults.heal(id);
  expect(await advance(30_000)).toEqual({ at: 40_000, target: undefined, failure: undefined });
  close();
});
