import type { TestCluster } from '#apiserver/test-cluster';
import { cluster, pod, post, postPod } from '../test-cluster.js';

const labelled = (labels: Record<string, string>, name = 'ns') => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [`pod-security.kubernetes.io/${key}`, value])),
  },
});
const relabel = (made: TestCluster, labels: Record<string, string>) =>
  made.call('PUT', '/api/v1/namespaces/ns', { body: labelled(labels) });

async function asking(labels: Record<string, string>): Promise<TestCluster> {
  const made = await cluster();
  await relabel(made, labels);
  return made;
}
const create = (made: TestCluster, path: string, body: unknown) => made.call('POST', path, { body });
const template = { spec: { hostPID: true, containers: [{ name: 'c', image: 'i' }] } };
const BASELINE = 'PodSecurity "baseline:latest": host namespaces (hostPID=true)';
const WARNING = `299 - "would violate ${BASELINE.replaceAll('"', '\\"')}"`;

describe('PodSecurity', () => {
  it('refuses pods that violate what is enforced, without a warning', async () => {
    const made = await asking({ enforce: 'baseline', warn: 'restricted' });
    const { status, body, headers } = await create(made, '/api/v1/namespaces/ns/pods', pod('a', { hostPID: true }));
    expect([status, body, headers.warning]).toEqual([
      403,
      {
        apiVersion: 'v1',
        kind: 'Status',
        metadata: {},
        status: 'Failure',
        message: `pods "a" is forbidden: violates ${BASELINE}`,
        reason: 'Forbidden',
        details: { name: 'a', kind: 'pods' },
        code: 403,
      },
      undefined,
    ]);
  });

  it('lets pods pass that do not, and those of other namespaces', async () => {
    const made = await asking({ enforce: 'baseline' });
    expect((await postPod(made, pod('a'))).status).toBe(201);
    expect((await postPod(await cluster(), pod('a', { hostPID: true }))).status).toBe(201);
  });

  it('warns', async () => {
    const made = await asking({ warn: 'baseline', audit: 'restricted' });
    const { status, headers } = await create(made, '/api/v1/namespaces/ns/pods', pod('a', { hostPID: true }));
    expect([status, headers.warning]).toEqual([201, [WARNING]]);
  });

  it('annotates the audit event with labels that cannot be read', async () => {
    const made = await cluster();
    // Admission would not let them through: they are those of an older version.
    const key = '/registry/namespaces/ns';
    const [{ value = '{}', modRevision = 0 } = {}] = await made.storage.get([key]);
    const { metadata } = labelled({ audit: 'x' });
    const labels = { ...JSON.parse(value), metadata: { ...JSON.parse(value).metadata, ...metadata } };
    const cause = { requestId: 'r', user: 'u' };
    await made.store.write([{ type: 'update', key, value: JSON.stringify(labels), expected: modRevision, cause, at: 0 }]);
    await postPod(made, pod('a'));
    const { annotations } = made.events.at(-1) ?? {};
    expect([...(annotations ?? [])]).toEqual([
      [
        'pod-security.kubernetes.io/error',
        'Failed to parse policy: metadata.labels[pod-security.kubernetes.io/audit]: Invalid value: "x": must be one of privileged, baseline, restricted',
      ],
      ['pod-security.kubernetes.io/enforce-policy', 'privileged:latest'],
    ]);
  });

  const RESTRICTED = /^would violate PodSecurity "restricted:latest": host namespaces \(hostPID=true\), allowPrivilegeEscalation/;
  it.each([
    [{}, 'pods', { 'enforce-policy': 'privileged:latest' }],
    [{ enforce: 'baseline' }, 'pods', { 'enforce-policy': 'baseline:latest' }],
    [{ audit: 'restricted' }, 'pods', { 'enforce-policy': 'privileged:latest', 'audit-violations': expect.stringMatching(RESTRICTED) }],
    [
      { enforce: 'baseline', audit: 'restricted' },
      'pods',
      { 'enforce-policy': 'baseline:latest', 'audit-violations': expect.stringMatching(RESTRICTED) },
    ],
    [{ audit: 'restricted' }, 'podtemplates', { 'audit-violations': expect.stringMatching(RESTRICTED) }],
    [{ enforce: 'restricted' }, 'podtemplates', undefined],
  ])('annotates the audit event: %j %s', async (labels, resource, expected) => {
    const made = await asking(labels);
    const body =
      resource === 'pods' ? pod('a', { hostPID: true }) : { apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 'a' }, template };
    await create(made, `/api/v1/namespaces/ns/${resource}`, body);
    const { annotations } = made.events.at(-1) ?? {};
    const named =
      annotations && Object.fromEntries([...annotations].map(([key, value]) => [key.replace('pod-security.kubernetes.io/', ''), value]));
    expect(named).toEqual(expected);
  });

  it.each([
    ['/api/v1', 'replicationcontrollers', { apiVersion: 'v1', kind: 'ReplicationController', spec: { template } }],
    ['/api/v1', 'podtemplates', { apiVersion: 'v1', kind: 'PodTemplate', template }],
    ['/apis/apps/v1', 'replicasets', { apiVersion: 'apps/v1', kind: 'ReplicaSet', spec: { template } }],
    ['/apis/apps/v1', 'deployments', { apiVersion: 'apps/v1', kind: 'Deployment', spec: { template } }],
    ['/apis/apps/v1', 'statefulsets', { apiVersion: 'apps/v1', kind: 'StatefulSet', spec: { template } }],
    ['/apis/apps/v1', 'daemonsets', { apiVersion: 'apps/v1', kind: 'DaemonSet', spec: { template } }],
    ['/apis/batch/v1', 'jobs', { apiVersion: 'batch/v1', kind: 'Job', spec: { template } }],
    ['/apis/batch/v1', 'cronjobs', { apiVersion: 'batch/v1', kind: 'CronJob', spec: { jobTemplate: { spec: { template } } } }],
  ])('warns about templates: %s %s', async (prefix, resource, object) => {
    const made = await asking({ enforce: 'baseline' });
    const path = `${prefix}/namespaces/ns/${resource}`;
    const { status, headers } = await create(made, path, { ...object, metadata: { name: 'a' } });
    expect([status, headers.warning]).toEqual([201, [WARNING]]);
  });

  it.each([
    [{ enforce: 'x' }, 'enforce', 'x', 'must be one of privileged, baseline, restricted'],
    [{ 'warn-version': 'v9' }, 'warn-version', 'v9', 'must be "latest" or "v1.x"'],
  ])('refuses labels %j', async (labels, label, value, detail) => {
    const made = await cluster();
    const field = `metadata.labels[pod-security.kubernetes.io/${label}]`;
    const message = (name: string) => `Namespace "${name}" is invalid: ${field}: Invalid value: "${value}": ${detail}`;
    const created = await post(made, '/api/v1/namespaces', labelled(labels, 'other'));
    expect([created.status, created.message]).toEqual([422, message('other')]);
    const updated = await relabel(made, labels);
    expect([updated.status, updated.body.message]).toEqual([422, message('ns')]);
  });

  it('warns about pods of the namespace that violate a new level, unless it is less strict', async () => {
    const made = await cluster();
    await postPod(made, pod('a', { hostPID: true }));
    await postPod(made, pod('b', { hostPID: true }));
    const warnings = async (labels: Record<string, string>) => (await relabel(made, labels)).headers.warning;
    const NEW = '299 - "existing pods in namespace \\"ns\\" violate the new PodSecurity enforce level';
    expect(await warnings({ enforce: 'baseline' })).toEqual([
      `${NEW} \\"baseline:latest\\""`,
      '299 - "a (and 1 other pod): host namespaces"',
    ]);
    expect(await warnings({ enforce: 'baseline', audit: 'restricted' })).toBeUndefined();
    expect(await warnings({ enforce: 'restricted', 'enforce-version': 'v1.0' })).toEqual([
      `${NEW} \\"restricted:v1.0\\""`,
      '299 - "a (and 1 other pod): host namespaces, runAsNonRoot != true"',
    ]);
    expect(await warnings({ enforce: 'baseline', 'enforce-version': 'v1.0' })).toBeUndefined();
    expect(await warnings({})).toBeUndefined();
  });

  it('checks updates of pods that change an image only', async () => {
    const made = await cluster();
    await postPod(made, pod('a', { hostPID: true }));
    await relabel(made, { enforce: 'baseline' });
    const standing = (await made.call('GET', '/api/v1/namespaces/ns/pods/a')).body as unknown as ReturnType<typeof pod>;
    const path = '/api/v1/namespaces/ns/pods/a';
    const labelledPod = { ...standing, metadata: { ...standing.metadata, labels: { x: 'y' }, resourceVersion: undefined } };
    expect((await made.call('PUT', path, { body: labelledPod })).status).toBe(200);
    const other = { ...labelledPod, spec: { ...standing.spec, containers: [{ name: 'c', image: 'other' }] } };
    const { status, body } = await made.call('PUT', path, { body: other });
    expect([status, body.message]).toEqual([403, `pods "a" is forbidden: violates ${BASELINE}`]);
    expect((await made.call('PUT', `${path}/status`, { body: other })).status).toBe(200);
  });
});
