import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CertificateSigningRequest } from '#api';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { requestOf } from '../certificate-request.js';
import { LocalGraph } from '../graph.js';

let cluster: LocalCluster;
let graph: LocalGraph;

beforeAll(async () => {
  cluster = await createLocalCluster();
  graph = new LocalGraph(cluster);
});

afterAll(() => cluster.close());

/** The data of an operation without errors, after which the cluster has settled. */
async function run(operation: string): Promise<Record<string, unknown>> {
  const data = await graph.data(operation);
  await cluster.settle();
  return data;
}

const manifest = (replicas: number) => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: "nginx:1.26"}]}}
`;

const web = 'kind: "deploy", name: "web"';
const image = 'object { ... on Deployment { spec { template { spec { containers { image } } } } } }';
const imageOf = (name: string) => ({ spec: { template: { spec: { containers: [{ image: name }] } } } });
const withImage = (name: string) => ({ object: imageOf(name) });

test('a Deployment gets another image, goes back, is paused, resumed and restarted', async () => {
  await run(`mutation { create(manifest: ${JSON.stringify(manifest(2))}) { operation } }`);
  expect(await run(`mutation { setImage(${web}, images: [{container: "c", image: "nginx:1.27"}]) { ${image} } }`)).toEqual({
    setImage: withImage('nginx:1.27'),
  });
  expect(await run(`mutation { undo(${web}, dryRun: true) { ${image} } }`)).toEqual({ undo: withImage('nginx:1.26') });
  expect(await run(`{ deployment(name: "web") { spec { template { spec { containers { image } } } } } }`)).toEqual({
    deployment: imageOf('nginx:1.27'),
  });
  expect(await run(`mutation { undo(${web}) { ${image} } }`)).toEqual({ undo: withImage('nginx:1.26') });
  expect(await run(`mutation { undo(${web}, toRevision: 3) { ${image} } }`)).toEqual({ undo: withImage('nginx:1.26') });
  await run(`mutation { pause(${web}) { operation } }`);
  expect((await graph.run(`mutation { restart(${web}) { operation } }`)).errors?.[0]).toMatchObject({
    message: "can't restart paused deployment (run rollout resume first)",
    extensions: { code: 'BAD_USER_INPUT' },
  });
  await run(`mutation { resume(${web}) { operation } }`);
  const { pods: before } = (await run('{ pods(labelSelector: "app=web") { items { metadata { uid } } } }')) as never as {
    pods: { items: object[] };
  };
  await run(`mutation { restart(${web}) { operation } }`);
  const { pods: after } = (await run('{ pods(labelSelector: "app=web") { items { metadata { uid } } } }')) as never as {
    pods: { items: object[] };
  };
  expect([before.items.length, after.items.length]).toEqual([2, 2]);
  expect(after.items).not.toEqual(expect.arrayContaining(before.items));
});

test('labels and annotations are set and removed', async () => {
  const set = `mutation { label(${web}, set: {tier: "a", gone: "x"}) { operation } }`;
  await run(set);
  expect((await graph.run(`mutation { label(${web}, set: {tier: "b"}) { operation } }`)).errors?.[0]?.message).toBe(
    "'tier' already has a value (a), and overwrite is false",
  );
  expect(
    await run(
      `mutation { label(${web}, set: {tier: "b"}, remove: ["gone"], overwrite: true) { object { metadata { labels(key: "tier") gone: labels(key: "gone") } } diff { path from to } } }`,
    ),
  ).toEqual({
    label: {
      object: { metadata: { labels: 'b', gone: null } },
      diff: [
        { path: '.metadata.labels.tier', from: 'a', to: 'b' },
        { path: '.metadata.labels.gone', from: 'x', to: null },
      ],
    },
  });
  expect(await run(`mutation { annotate(${web}, set: {note: "n"}) { object { metadata { annotations(key: "note") } } } }`)).toEqual({
    annotate: { object: { metadata: { annotations: 'n' } } },
  });
});

test('a patch with a field that the kind does not have warns, or is refused', async () => {
  const patch = (more: string) => graph.run(`mutation { patch(${web}, patch: {spec: {replica: 1}}${more}) { operation warnings } }`);
  expect((await patch('')).data).toEqual({ patch: { operation: 'UNCHANGED', warnings: ['unknown field "spec.replica"'] } });
  expect((await patch(', fieldValidation: IGNORE')).data).toEqual({ patch: { operation: 'UNCHANGED', warnings: [] } });
  expect((await patch(', fieldValidation: STRICT')).errors?.[0]?.message).toMatch(/strict decoding error: unknown field "spec\.replica"$/);
});

test('a node is tainted, cordoned, drained and let again', async () => {
  const taints = 'spec { unschedulable taints { key value effect } }';
  expect(
    await run(`mutation { taint(node: "worker-1", add: [{key: "a", value: "1", effect: "PreferNoSchedule"}]) { object { ${taints} } } }`),
  ).toEqual({
    taint: { object: { spec: { unschedulable: null, taints: [{ key: 'a', value: '1', effect: 'PreferNoSchedule' }] } } },
  });
  await run('mutation { taint(node: "worker-1", remove: [{key: "a"}]) { operation } }');
  await run(
    `mutation { create(manifest: "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: all}, spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}}") { operation } }`,
  );
  const drained = await run(
    'mutation { drain(node: "worker-1") { node { operation object { spec { unschedulable } } } evicted { metadata { name } } left { because pod { metadata { name } } } } }',
  );
  const { left } = drained.drain as { left: Array<{ because: string }> };
  expect(left.map(({ because }) => because)).toEqual(
    expect.arrayContaining(['managed by a DaemonSet', "Cannot evict pod as it would violate the pod's disruption budget."]),
  );
  expect(await run('mutation { uncordon(node: "worker-1") { object { spec { unschedulable } } } }')).toEqual({
    uncordon: { object: { spec: { unschedulable: null } } },
  });
  expect(
    await run('mutation { cordon(node: "worker-1", dryRun: true) { dryRun diff { path from to } object { spec { unschedulable } } } }'),
  ).toEqual({
    cordon: {
      dryRun: true,
      diff: [{ path: '.spec.unschedulable', from: null, to: true }],
      object: { spec: { unschedulable: true } },
    },
  });
  await run('mutation { delete(kind: "pdb", name: "all") { operation } }');
  const { pods } = (await run('{ pods(labelSelector: "app=web", limit: 1) { items { metadata { name } } } }')) as never as {
    pods: { items: [{ metadata: { name: string } }] };
  };
  const [{ metadata: first }] = pods.items;
  expect(
    await run(`mutation { evict(name: "${first.name}", dryRun: true) { operation object { metadata { name } } diff { path } dryRun } }`),
  ).toEqual({ evict: { operation: 'DELETED', object: null, diff: [], dryRun: true } });
  expect(
    await run(
      `mutation { evict(name: "${first.name}") { operation before { metadata { name } } object { metadata { deletionTimestamp } } } }`,
    ),
  ).toEqual({
    evict: { operation: 'DELETED', before: { metadata: first }, object: { metadata: { deletionTimestamp: expect.any(String) } } },
  });
  expect((await run('{ pods(labelSelector: "app=web") { items { status { phase } } } }')).pods).toEqual({
    items: [{ status: { phase: 'Running' } }, { status: { phase: 'Running' } }],
  });
});

test('a pod without time to end is gone; one that has some is still there', async () => {
  const { pods } = (await run('{ pods(labelSelector: "app=web", limit: 2) { items { metadata { name } } } }')) as never as {
    pods: { items: Array<{ metadata: { name: string } }> };
  };
  const [slow, quick] = pods.items.map(({ metadata }) => metadata.name);
  const remove = (name: string | undefined, more: string) =>
    run(`mutation { delete(kind: "pod", name: "${name}"${more}) { operation object { metadata { name } } } }`);
  expect(await remove(slow, '')).toEqual({ delete: { operation: 'DELETED', object: { metadata: { name: slow } } } });
  expect(await remove(quick, ', gracePeriodSeconds: 0')).toEqual({ delete: { operation: 'DELETED', object: null } });
});

test('a request for a certificate is approved or denied, once', async () => {
  const csr = (name: string, request: string) => ({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: { request, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] },
  });
  const request = requestOf('/CN=alice');
  for (const name of ['alice', 'other']) await cluster.client.create(CertificateSigningRequest, csr(name, request) as never);
  const conditions = 'status { conditions { type reason message } }';
  const approved = { status: { conditions: [{ type: 'Approved', reason: 'GraphQLApprove', message: 'known' }] } };
  expect(await run(`mutation { approve(name: "alice", message: "known") { object { ${conditions} } diff { path } } }`)).toEqual({
    approve: { object: approved, diff: [{ path: '.status.conditions' }] },
  });
  expect(await run('{ certificateSigningRequest(name: "alice") { status { certificate } } }')).toEqual({
    certificateSigningRequest: { status: { certificate: expect.any(String) } },
  });
  expect(await run(`mutation { approve(name: "alice", message: "again") { operation object { ${conditions} } } }`)).toEqual({
    approve: { operation: 'UNCHANGED', object: approved },
  });
  expect((await graph.run('mutation { deny(name: "alice") { operation } }')).errors?.[0]?.message).toBe(
    'certificate signing request "alice" is already Approved',
  );
  expect(await run(`mutation { deny(name: "other") { object { ${conditions} } } }`)).toEqual({
    deny: { object: { status: { conditions: [{ type: 'Denied', reason: 'GraphQLDeny', message: 'This CSR was denied over GraphQL.' }] } } },
  });
  expect((await graph.run('mutation { approve(name: "nobody") { operation } }')).errors?.[0]?.extensions?.code).toBe('NOT_FOUND');
});
