import { describe, expect, test } from '@jest/globals';
import { type corev1, Deployment, Event, Node, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '#api';
import { type LocalCluster, NodeFiles, Scheduling } from '#cluster';
import { LocalGraph } from '../graph.js';
import { claim, podWith, storageClass, volume } from './storage-objects.js';
import { openCluster } from './story.js';

const IN = { namespace: 'default' };
const MANIFEST = '/etc/kubernetes/manifests/kube-scheduler.yaml';
const CONFIG = '/etc/kubernetes/scheduler-config.yaml';
/** After this time a container that has failed a few times is started again. */
const RESTART = 60_000;

const pod = (name: string, spec: Partial<corev1.PodSpec> = {}): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }], ...spec },
});

/** The pods with their nodes. */
async function places({ client }: LocalCluster): Promise<Record<string, string>> {
  const { items } = await client.list(Pod, IN);
  return Object.fromEntries(items.map(({ metadata, spec }) => [metadata.name, spec.nodeName ?? '']));
}

/** Gives the scheduler a configuration through its static pod; one that did not start is started again after its back-off. */
async function configure(cluster: LocalCluster, configuration: string): Promise<NodeFiles> {
  const files = await NodeFiles.of(cluster.api);
  await files.write(CONFIG, `apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n${configuration}`);
  const manifest = (await files.read(MANIFEST)) ?? '';
  if (!manifest.includes('--config'))
    await files.write(MANIFEST, manifest.replace('- --leader-elect', `- --config=${CONFIG}\n        - --leader-elect`));
  await cluster.advance(5 * 60_000);
  return files;
}

test('a pod waits for the scheduler that it names, and a profile of that name binds it', async () => {
  const cluster = await openCluster();
  await cluster.client.create(Pod, pod('other', { schedulerName: 'packer' }));
  await cluster.settle();
  expect(await places(cluster)).toEqual({ other: '' });
  const files = await configure(
    cluster,
    `profiles:
- schedulerName: default-scheduler
- schedulerName: packer
  plugins: {score: {disabled: [{name: '*'}], enabled: [{name: NodeResourcesFit}]}}
  pluginConfig:
  - name: NodeResourcesFit
    args: {scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 1}]}}
`,
  );
  expect(await files.stateOf('kube-scheduler')).toEqual({ running: true, withoutEffect: [] });
  const requests = { cpu: '100m' };
  const spec = { schedulerName: 'packer', containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10', resources: { requests } }] };
  for (const name of ['a', 'b', 'c']) {
    await cluster.client.create(Pod, pod(name, spec));
    await cluster.settle();
  }
  const { other, ...packed } = await places(cluster);
  expect(other).not.toBe('');
  expect(new Set(Object.values(packed)).size).toBe(1);
  const { items } = await cluster.client.list(Event, IN);
  const scheduled = items.filter(({ reason, involvedObject }) => reason === 'Scheduled' && involvedObject.name === 'a');
  expect(scheduled.map(({ reportingComponent, message }) => [reportingComponent, message])).toEqual([
    ['packer', `Successfully assigned default/a to ${packed.a}`],
  ]);
});

test('a decision is told with the configuration that the scheduler had then', async () => {
  const cluster = await openCluster();
  const profile = (plugins: string) => `profiles: [{schedulerName: default-scheduler, plugins: {score: ${plugins}}}]\n`;
  const scored = async (name: string) => {
    const { nodes = [], state, boundTo, node } = await new Scheduling(cluster.api).ofPod('default', name);
    expect([state, boundTo]).toEqual(['bound', node]);
    return nodes[0]?.scores?.map(({ plugin, weight }) => `${plugin} ${weight}`);
  };
  await cluster.client.create(Pod, pod('before'));
  await cluster.settle();
  const files = await configure(cluster, profile("{disabled: [{name: '*'}], enabled: [{name: NodeResourcesFit, weight: 7}]}"));
  await cluster.client.create(Pod, pod('one'));
  await cluster.settle();
  await configure(cluster, profile("{disabled: [{name: '*'}], enabled: [{name: NodeResourcesFit, weight: 3}]}"));
  await cluster.client.create(Pod, pod('two'));
  await cluster.settle();
  await files.write(CONFIG, 'kind: Nothing');
  await cluster.client.create(Pod, pod('pending'));
  await cluster.settle();
  expect(await scored('before')).toEqual(['NodeResourcesFit 1']);
  expect(await scored('one')).toEqual(['NodeResourcesFit 7']);
  expect(await scored('two')).toEqual(['NodeResourcesFit 3']);
  expect(await new Scheduling(cluster.api).ofPod('default', 'pending')).toMatchObject({ state: 'schedulerDown' });
});

test('VolumeBinding: a pod that waits for its volume has its node already, as decisions after it tell', async () => {
  const cluster = await openCluster();
  const { client, settle } = cluster;
  await client.create(StorageClass, storageClass('slow', { volumeBindingMode: 'WaitForFirstConsumer' }));
  await client.create(PersistentVolumeClaim, claim('data', 1, { storageClassName: 'slow' }));
  const containers = [{ name: 'c', image: 'registry.k8s.io/pause:3.10', resources: { requests: { cpu: '3' } } }];
  await client.create(Pod, podWith('first', 'data', { containers }));
  await settle();
  const { spec, status } = await client.get(Pod, 'first', 'default');
  const chosen = status?.nominatedNodeName;
  expect([spec.nodeName, chosen]).toEqual([undefined, expect.stringMatching(/^worker-/)]);
  await client.create(Pod, pod('second', { containers }));
  await settle();
  await client.create(PersistentVolume, volume('late', 1, { storageClassName: 'slow', claimRef: { name: 'data', namespace: 'default' } }));
  await cluster.advance(30_000);
  const all = await places(cluster);
  expect([all.first, all.second]).toEqual([chosen, chosen === 'worker-1' ? 'worker-2' : 'worker-1']);
  const { node, nodes = [] } = await new Scheduling(cluster.api).ofPod('default', 'second');
  const reasons = nodes.find((each) => each.node === chosen)?.filters.flatMap((filter) => filter.reasons ?? []);
  expect([node, reasons]).toEqual([all.second, ['Insufficient cpu']]);
  expect((await new Scheduling(cluster.api).ofPod('default', 'first')).node).toBe(chosen);
});

test('a pod that waited for its volume counts for the scores of decisions after it, however late it was bound', async () => {
  const cluster = await openCluster();
  const { client, settle } = cluster;
  await client.create(StorageClass, storageClass('slow', { volumeBindingMode: 'WaitForFirstConsumer' }));
  await client.create(PersistentVolumeClaim, claim('data', 1, { storageClassName: 'slow' }));
  const containers = [{ name: 'c', image: 'registry.k8s.io/pause:3.10', resources: { requests: { cpu: '1' } } }];
  await client.create(Pod, podWith('first', 'data', { containers }));
  await settle();
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) {
    await client.create(Pod, pod(name, { containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }] }));
    await settle();
  }
  // More than are looked at after a binding for the writes of decisions before it.
  for (let at = 0; at < 1_100; at += 1)
    await client.patch(Node, 'control-plane', undefined, 'merge', { metadata: { annotations: { at: String(at) } } });
  await client.create(PersistentVolume, volume('late', 1, { storageClassName: 'slow', claimRef: { name: 'data', namespace: 'default' } }));
  await cluster.advance(30_000);
  const { first, ...others } = await places(cluster);
  const other = first === 'worker-1' ? 'worker-2' : 'worker-1';
  expect(others).toEqual(Object.fromEntries(names.map((name) => [name, other])));
  const explained = await Promise.all(names.map((name) => new Scheduling(cluster.api).ofPod('default', name)));
  expect(explained.map(({ node }) => node)).toEqual(names.map(() => other));
});

test('with an invalid configuration the scheduler does not start, and says why; pods stay pending until it is right', async () => {
  const cluster = await openCluster();
  const files = await configure(cluster, 'podInitialBackoffSeconds: 0\nprofiles: [{plugins: {filter: {enabled: [{name: Nope}]}}}]\n');
  expect(await files.stateOf('kube-scheduler')).toEqual({
    running: false,
    failure:
      '"command failed" err="[filter plugin \\"Nope\\" does not exist, podInitialBackoffSeconds: Invalid value: 0: must be greater than 0]"',
    withoutEffect: [],
  });
  await cluster.client.create(Pod, pod('a'));
  await cluster.settle();
  expect(await places(cluster)).toEqual({ a: '' });
  await configure(cluster, 'podInitialBackoffSeconds: 1\n');
  await cluster.advance(RESTART);
  expect((await places(cluster)).a).not.toBe('');
});

test('a scheduler that would have to call an extender does not start, and says why', async () => {
  const cluster = await openCluster();
  const extender = 'extenders: [{urlPrefix: "http://extender.default.svc:8888", filterVerb: filter, enableHTTPS: false IGNORABLE}]\n';
  const files = await configure(cluster, extender.replace(' IGNORABLE', ''));
  expect(await files.stateOf('kube-scheduler')).toEqual({
    running: false,
    failure:
      '"command failed" err="extenders[0].urlPrefix: Forbidden: extenders are not called here: set ignorable to go on without this one, or remove it"',
    withoutEffect: [],
  });
  await configure(cluster, extender.replace(' IGNORABLE', ', ignorable: true'));
  await cluster.advance(RESTART);
  await cluster.client.create(Pod, pod('a'));
  await cluster.settle();
  expect((await places(cluster)).a).not.toBe('');
});

test("a user's own scheduler binds a pod through the API, and the default one counts it", async () => {
  const cluster = await openCluster();
  const { client } = cluster;
  const [worker] = (await client.list(Node)).items.filter(({ spec }) => spec.taints === undefined);
  const name = worker?.metadata.name ?? '';
  await client.create(Pod, pod('mine', { schedulerName: 'mine' }));
  await client.createSubresource(Pod, 'mine', 'default', 'binding', {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'mine', namespace: 'default' },
    target: { kind: 'Node', name },
  } as corev1.Binding);
  await cluster.settle();
  const mine = await client.get(Pod, 'mine', 'default');
  expect([mine.spec.nodeName, mine.status?.phase]).toEqual([name, 'Running']);
});

test('NodeDeclaredFeatures: a pod whose containers restart together goes to nodes whose kubelets declare that they do it', async () => {
  const cluster = await openCluster();
  const { client } = cluster;
  const exitCodes = { operator: 'In', values: [42] };
  const rules: Partial<corev1.Container> = { restartPolicy: 'Never', restartPolicyRules: [{ action: 'RestartAllContainers', exitCodes }] };
  const containers = [{ name: 'c', image: 'registry.k8s.io/pause:3.10', ...rules }];
  await client.create(Pod, pod('together', { containers }));
  await cluster.settle();
  expect((await client.get(Pod, 'together', 'default')).status?.phase).toBe('Running');
  for (const { metadata } of (await client.list(Node)).items)
    await client.patch(Node, metadata.name, undefined, 'merge', { status: { declaredFeatures: null } }, { subresource: 'status' });
  await client.create(Pod, pod('nowhere', { containers }));
  await cluster.settle();
  const { status } = await client.get(Pod, 'nowhere', 'default');
  expect(status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message).toBe(
    "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's required features. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
  );
});

test('SchedulingGates: a pod with scheduling gates is scheduled when the last one is removed', async () => {
  const cluster = await openCluster();
  const { client } = cluster;
  await client.create(Pod, pod('gated', { schedulingGates: [{ name: 'example.com/a' }, { name: 'example.com/b' }] }));
  await cluster.settle();
  const gated = await client.get(Pod, 'gated', 'default');
  expect(gated.status?.conditions?.map(({ type, reason, message }) => [type, reason, message])).toEqual([
    ['PodScheduled', 'SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates'],
  ]);
  const keep = (gates: corev1.PodSchedulingGate[]) => client.patch(Pod, 'gated', 'default', 'merge', { spec: { schedulingGates: gates } });
  await keep([{ name: 'example.com/b' }]);
  await cluster.settle();
  expect(await places(cluster)).toEqual({ gated: '' });
  await keep([]);
  await cluster.settle();
  expect((await places(cluster)).gated).not.toBe('');
});

test('each decision of a roll-out is explained afterwards, though the cluster has changed', async () => {
  const cluster = await openCluster();
  const { client, api } = cluster;
  const labels = { app: 'web' };
  await client.create(Deployment, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: 12,
      selector: { matchLabels: labels },
      template: { metadata: { labels } as never, spec: { containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }] } },
    },
  });
  await cluster.settle();
  const scheduling = new Scheduling(api);
  const { items } = await client.list(Pod, IN);
  const last = items.at(-1)?.metadata.name ?? '';
  const explained = await Promise.all(items.map(({ metadata }) => scheduling.ofPod('default', metadata.name)));
  expect(explained.map(({ node, boundTo, state }) => [state, node === boundTo])).toEqual(items.map(() => ['bound', true]));
  await client.delete(Deployment, 'web', 'default', { propagationPolicy: 'Orphan' });
  await cluster.settle();
  const { node, boundTo } = await scheduling.ofPod('default', last);
  expect(node).toBe(boundTo);
});

test('a pending pod is explained, and what would happen to others', async () => {
  const cluster = await openCluster();
  const { client, api } = cluster;
  const wanting = (cpu: string): Partial<corev1.PodSpec> => ({
    containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10', resources: { requests: { cpu } } }],
  });
  await client.create(Pod, pod('huge', wanting('64')));
  await cluster.settle();
  const scheduling = new Scheduling(api);
  const huge = await scheduling.ofPod('default', 'huge');
  const { status } = await client.get(Pod, 'huge', 'default');
  expect([huge.state, huge.message]).toEqual(['pending', status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message]);
  expect(huge.nodes?.map(({ feasible }) => feasible)).toEqual([false, false, false]);
  const before = await cluster.store.revision();
  expect(await scheduling.whatIf(pod('small', wanting('1')))).toMatchObject({
    pod: 'default/small',
    state: 'pending',
    node: expect.any(String),
  });
  expect(await scheduling.whatIf(pod('mine', { schedulerName: 'mine' }))).toMatchObject({ state: 'notOurs' });
  expect(await cluster.store.revision()).toBe(before);
  await expect(scheduling.whatIf(pod('bad', { containers: [] }))).rejects.toThrow('spec.containers: Required value');
  const long = pod('long', { nodeSelector: { a: 'x'.repeat(70_000) } });
  await expect(scheduling.whatIf(long)).rejects.toThrow('Request entity too large: limit is 65536');
});

describe('the graph tells decisions', () => {
  const DECISION = `{ pod state boundTo node message preemption { node victims }
    nodes(limit: 2) { node feasible filters(passed: false) { plugin reasons } scores { plugin score weight } total } nodesLeftOut }`;
  const wanting = (cpu: string, more: Partial<corev1.PodSpec> = {}): Partial<corev1.PodSpec> => ({
    containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10', resources: { requests: { cpu } } }],
    ...more,
  });

  test('of a pod on its node, of a pending one, and as a field of pods', async () => {
    const cluster = await openCluster();
    await cluster.client.create(Pod, pod('small', wanting('1')));
    await cluster.client.create(Pod, pod('huge', wanting('64')));
    await cluster.settle();
    const graph = new LocalGraph(cluster);
    const { data } = await graph.run(`{ small: scheduling(pod: "small") ${DECISION} huge: scheduling(pod: "huge") ${DECISION} }`);
    const { small, huge } = data as Record<'small' | 'huge', { nodes: Array<{ filters: unknown }> }>;
    const { nodeName } = (await cluster.client.get(Pod, 'small', 'default')).spec;
    expect(small).toMatchObject({ pod: 'default/small', state: 'BOUND', boundTo: nodeName, node: nodeName, nodesLeftOut: 0 });
    expect(small.nodes[0]).toMatchObject({ node: nodeName, feasible: true, filters: [], total: expect.any(Number) });
    expect(huge).toMatchObject({ state: 'PENDING', boundTo: null, node: null, message: expect.stringContaining('Insufficient cpu') });
    expect(huge.nodes.at(-1)?.filters).toEqual([{ plugin: 'NodeResourcesFit', reasons: ['Insufficient cpu'] }]);
    const listed = await graph.run('{ pods(namespace: "default", limit: 5) { items { metadata { name } decision { state node } } } }');
    expect(listed.data).toEqual({
      pods: {
        items: [
          { metadata: { name: 'huge' }, decision: { state: 'PENDING', node: null } },
          { metadata: { name: 'small' }, decision: { state: 'BOUND', node: nodeName } },
        ],
      },
    });
  });

  test('what would happen, without writing anything; other manifests are refused', async () => {
    const cluster = await openCluster();
    const graph = new LocalGraph(cluster);
    const ask = (manifest: string) => graph.run(`query ($manifest: String!) { whatIf(manifest: $manifest) ${DECISION} }`, { manifest });
    const before = await cluster.store.revision();
    const manifest = (cpu: string) =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: asked}\nspec: {containers: [{name: c, image: i, resources: {requests: {cpu: "${cpu}"}}}]}\n`;
    expect((await ask(manifest('1'))).data?.whatIf).toMatchObject({ pod: 'default/asked', state: 'PENDING', node: expect.any(String) });
    expect((await ask(manifest('64'))).data?.whatIf).toMatchObject({ node: null, message: expect.stringContaining('Insufficient cpu') });
    const refused = [
      await ask('kind: Service\napiVersion: v1\nmetadata: {name: s}\n'),
      await ask(manifest('-1')),
      await graph.run('{ scheduling(pod: "none") { node } }'),
    ];
    expect(refused.map(({ errors = [] }) => errors.map(({ message }) => message))).toEqual([
      ['the manifest must be that of one Pod'],
      [expect.stringContaining('must be greater than or equal to 0')],
      ['pods "none" not found'],
    ]);
    expect(await cluster.store.revision()).toBe(before);
  });

  test('many at once are refused before anything is read', async () => {
    const graph = new LocalGraph(await openCluster());
    const { errors } = await graph.run('{ pods(limit: 100) { items { decision { node } } } }');
    expect(errors?.map(({ message }) => message)).toEqual([expect.stringContaining('20000')]);
  });
});
