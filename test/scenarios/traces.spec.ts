import { expect, test } from '@jest/globals';
import { Deployment, EndpointSlice, Service } from '#api';
import type { LocalCluster } from '#cluster';
import { Trace, traceText } from '#history';
import { deploymentOf, type Json } from '../cluster-api.js';
import { LocalGraph } from '../graph.js';
import { openCluster } from './story.js';

const IN = { namespace: 'default' };

/** A cluster with a Service `web` and then a Deployment `web`, whose pods are ready. */
async function rolledOut(replicas: number): Promise<LocalCluster> {
  const cluster = await openCluster({ profile: 'realistic' });
  await cluster.settle();
  await cluster.client.create(Service, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', ...IN },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  await cluster.settle();
  const web = deploymentOf('web', replicas);
  await cluster.client.create(Deployment, { ...web, metadata: { ...web.metadata, ...IN } });
  await cluster.settle();
  await cluster.advance(20_000);
  return cluster;
}

/** Everything that followed from the creation of the Deployment. */
async function traced(cluster: LocalCluster): Promise<Trace> {
  const trace = new Trace(({ key, previousRevision }) => key === '/registry/deployments/default/web' && previousRevision === undefined);
  const last = new Map<string, string>();
  for (const entry of await cluster.log()) {
    const previousValue = last.get(entry.key);
    trace.add({ ...entry, ...(previousValue === undefined ? {} : { previousValue }) });
    last.set(entry.key, entry.value);
  }
  return trace;
}

/** Without what is drawn. */
const plain = (text: string): string =>
  text
    .replace(/web-[a-z0-9]{6,10}-[a-z0-9]{5}/g, 'web-POD')
    .replace(/web-[a-z0-9]{6,10}\b/g, 'web-SET')
    .replace(/web-[a-z0-9]{5}\b/g, 'web-SLICE')
    .replace(/10\.244\.\d+\.\d+/g, 'IP')
    .replace(/worker-\d/g, 'NODE');

const STORY = [
  'system:apiserver created Deployment web',
  '  deployment-controller created ReplicaSet web-SET',
  '  deployment-controller: ScalingReplicaSet: Scaled up replica set web-SET from 0 to 1',
  '  deployment-controller updated Deployment web',
  '    replicaset-controller created Pod web-POD',
  '    replicaset-controller: SuccessfulCreate: Created pod: web-POD',
  '    replicaset-controller updated ReplicaSet web-SET',
  '      deployment-controller updated Deployment web',
  '      kube-scheduler: Pod web-POD bound to node NODE',
  '      kube-scheduler: Scheduled: Successfully assigned default/web-POD to NODE',
  '        kubelet: Pulling: Pulling image "nginx"',
  '        kubelet updated Pod web-POD',
  '          endpoint-slice-controller updated EndpointSlice web-SLICE',
  '            kube-proxy: connections to Service default/web are refused',
  '          endpoint-controller updated Endpoints web',
  '        kubelet: Pulled: Successfully pulled image "nginx" in 2s (2s including waiting). Image size: 62806240 bytes.',
  '        kubelet: Created: Container created',
  '        kubelet: Started: Container started',
  '        kubelet: Pod web-POD is Running and ready',
  '          endpoint-slice-controller updated EndpointSlice web-SLICE',
  '            kube-proxy: connections to Service default/web go to IP:80',
  '          endpoint-controller updated Endpoints web',
  '          replicaset-controller updated ReplicaSet web-SET',
  '            deployment-controller updated Deployment web',
];

test('the trace of a Deployment leads from its manifest to the rule of kube-proxy, step by step', async () => {
  const cluster = await rolledOut(1);
  const { steps } = await traced(cluster);
  expect(steps.map(({ depth, summary }) => `${'  '.repeat(depth)}${plain(summary)}`)).toEqual(STORY);
  const known = new Map(steps.flatMap((step) => (step.type === 'RULE' ? [] : [[step.revision, step]])));
  for (const { wokenBy, depth, at, component, sinceCauseMs, type } of steps.slice(1)) {
    const cause = known.get(wokenBy ?? 0);
    expect([component, cause?.depth]).toEqual([expect.any(String), depth - 1]);
    if (type !== 'RULE') expect(Date.parse(at) - Date.parse(cause?.at ?? '')).toBe(sinceCauseMs);
  }
  expect(traceText(steps).split('\n').length).toBe(steps.length + 2);
});

test('the graph tells what followed from the last write of a client, what each step changed, and why a write was made', async () => {
  const cluster = await rolledOut(1);
  const graph = new LocalGraph(cluster);
  const { data } = await graph.run(
    '{ traceOf(kind: "deploy", name: "web") { type depth summary component object { kind } changes { path from to } } }',
  );
  const steps = data?.traceOf as Json[];
  expect(steps.map(({ depth, summary }) => `${'  '.repeat(depth)}${plain(summary)}`)).toEqual(STORY);
  const bound = steps.find(({ component, changes }) => component === 'kube-scheduler' && changes !== null);
  expect(bound.changes).toContainEqual({ path: '.spec.nodeName', from: null, to: expect.stringMatching(/^worker-\d$/) });
  expect(steps[0].changes).toBeNull();
  expect(steps.filter(({ type }) => type === 'RULE').map(({ type: _, depth: __, summary: ___, ...rule }) => rule)).toEqual(
    Array.from({ length: 2 }, () => ({ component: 'kube-proxy', object: { kind: 'EndpointSlice' }, changes: null })),
  );
  const [slice] = (await cluster.client.list(EndpointSlice, { ...IN, labelSelector: 'kubernetes.io/service-name=web' })).items;
  const back = await graph.run(`{ causes(resourceVersion: "${slice?.metadata.resourceVersion}") { summary depth wokenBy } }`);
  const causes: Json[] = back.data?.causes as Json[];
  expect(causes.map(({ summary }) => plain(summary))).toEqual([
    'system:apiserver created Deployment web',
    'deployment-controller created ReplicaSet web-SET',
    'replicaset-controller created Pod web-POD',
    'kube-scheduler: Pod web-POD bound to node NODE',
    'kubelet: Pod web-POD is Running and ready',
    'endpoint-slice-controller updated EndpointSlice web-SLICE',
    'kube-proxy: connections to Service default/web go to IP:80',
  ]);
});

test.each<[string, string, Record<string, number>]>([
  ['traceOf', '{ traceOf(kind: "deployment", name: "web") { summary } }', { logEntries: 10 }],
  ['traceOf with changes', '{ traceOf(kind: "deployment", name: "web", entries: 30) { changes { path } } }', { logEntries: 35 }],
  ['causes', '{ causes(resourceVersion: "RV") { summary } }', { logEntries: 3 }],
])('%s reads no more of the log than an operation may', async (_, query, bounds) => {
  const cluster = await rolledOut(2);
  const [slice] = (await cluster.client.list(EndpointSlice, { ...IN, labelSelector: 'kubernetes.io/service-name=web' })).items;
  const graph = new LocalGraph(cluster);
  const { errors } = await graph.run(query.replace('RV', slice?.metadata.resourceVersion ?? ''), {}, bounds);
  expect(errors).toEqual([expect.objectContaining({ extensions: { code: 'LIMIT_EXCEEDED', limit: 'logEntries' } })]);
});
