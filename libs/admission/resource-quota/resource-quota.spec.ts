import type { corev1 } from '#api';
import { type TestCluster, testCluster } from '#apiserver/test-cluster';
import { admissionPlugins } from '../index.js';
import { claim } from '../test-claims.js';
import { cluster, pod, post, postPod } from '../test-cluster.js';
import type { LimitedResource } from './limited-resources.js';

const QUOTAS = '/api/v1/namespaces/ns/resourcequotas';
type Amounts = Record<string, string>;

/** Creates a quota with the status that its controller would write. */
async function quota(made: TestCluster, hard: Amounts, more: { name?: string; used?: Amounts; spec?: object } = {}): Promise<void> {
  const { name = 'q', used = Object.fromEntries(Object.keys(hard).map((resource) => [resource, '0'])), spec } = more;
  const object = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name }, spec: { hard, ...spec } };
  await post(made, QUOTAS, object);
  await made.call('PUT', `${QUOTAS}/${name}/status`, { body: { ...object, status: { hard, used } } });
}

async function standing({ call }: TestCluster, name = 'q') {
  const { body } = await call('GET', `${QUOTAS}/${name}`);
  return body as unknown as corev1.ResourceQuota;
}
const usedOf = async (made: TestCluster, name?: string) => (await standing(made, name)).status?.used;

const asking = (name: string, requests: Amounts, limits: Amounts = {}) =>
  pod(name, { containers: [{ name: 'c', image: 'i', resources: { requests, limits } }] });
const forbidden = (reason: string) => ({ status: 403, message: `pods "a" is forbidden: ${reason}` });

describe('a creation', () => {
  it('advances the usage of all quotas that count it, and is refused where one is exceeded', async () => {
    const made = await cluster();
    await quota(made, { pods: '2', 'requests.cpu': '1', 'limits.memory': '1Gi' });
    await quota(made, { 'count/pods': '10', services: '1' }, { name: 'other' });
    const before = await standing(made);
    expect((await postPod(made, asking('x', { cpu: '600m' }, { memory: '512Mi' }))).status).toBe(201);
    expect(await usedOf(made)).toEqual({ pods: '1', 'requests.cpu': '600m', 'limits.memory': '512Mi' });
    expect(await usedOf(made, 'other')).toEqual({ 'count/pods': '1', services: '0' });
    const { metadata } = await standing(made);
    expect(Number(metadata.resourceVersion)).toBeGreaterThan(Number(before.metadata.resourceVersion));
    const written = { manager: 'kube-apiserver', operation: 'Update', subresource: 'status' };
    expect(metadata.managedFields).toContainEqual(expect.objectContaining(written));
    expect(await postPod(made, asking('a', { cpu: '600m' }, { memory: '600Mi' }))).toMatchObject(
      forbidden(
        'exceeded quota: q, requested: limits.memory=600Mi,requests.cpu=600m, used: limits.memory=512Mi,requests.cpu=600m, limited: limits.memory=1Gi,requests.cpu=1',
      ),
    );
    expect((await postPod(made, asking('y', { cpu: '400m' }, { memory: '0' }))).status).toBe(201);
    expect(await postPod(made, asking('a', { cpu: '0' }, { memory: '0' }))).toMatchObject(
      forbidden('exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2'),
    );
    expect(await usedOf(made, 'other')).toEqual({ 'count/pods': '2', services: '0' });
  });

  it('must specify what is limited', async () => {
    const made = await cluster();
    await quota(made, { 'limits.memory': '1Gi', 'requests.cpu': '1' });
    expect(await postPod(made, pod('a'))).toMatchObject(
      forbidden('failed quota: q: must specify limits.memory for: c; requests.cpu for: c'),
    );
  });

  it('is refused as long as the usage is not known', async () => {
    const made = await cluster();
    await quota(made, { pods: '2' }, { used: {} });
    expect(await postPod(made, pod('a'))).toMatchObject(forbidden('status unknown for quota: q, resources: pods'));
  });

  it('in a dry run is checked and not charged', async () => {
    const made = await cluster();
    await quota(made, { pods: '1' });
    expect((await post(made, '/api/v1/namespaces/ns/pods?dryRun=All', pod('a'))).status).toBe(201);
    expect(await usedOf(made)).toEqual({ pods: '0' });
    await postPod(made, pod('x'));
    expect(await post(made, '/api/v1/namespaces/ns/pods?dryRun=All', pod('a'))).toMatchObject(
      forbidden('exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'),
    );
  });

  it('is charged once, whatever names it has to try', async () => {
    const made = await cluster();
    await quota(made, { 'count/configmaps': '100' });
    const generated = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'a-' } };
    await Promise.all(Array.from({ length: 20 }, () => post(made, '/api/v1/namespaces/ns/configmaps', generated)));
    expect(await usedOf(made)).toEqual({ 'count/configmaps': '20' });
  });

  it('counts only in the scopes of the quota', async () => {
    const made = await cluster();
    await quota(made, { pods: '1' }, { spec: { scopes: ['BestEffort'] } });
    await quota(made, { pods: '1' }, { name: 'timed', spec: { scopes: ['Terminating'] } });
    expect((await postPod(made, asking('x', { cpu: '1' }))).status).toBe(201);
    expect((await postPod(made, asking('y', { cpu: '1' }))).status).toBe(201);
    expect((await postPod(made, pod('z', { activeDeadlineSeconds: 5 }))).status).toBe(201);
    expect([await usedOf(made), await usedOf(made, 'timed')]).toEqual([{ pods: '1' }, { pods: '1' }]);
    expect(await postPod(made, pod('a'))).toMatchObject(forbidden('exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'));
  });

  it('of Services counts node ports and load balancers', async () => {
    const made = await cluster();
    await quota(made, { services: '2', 'services.nodeports': '1', 'services.loadbalancers': '0' });
    const service = (name: string, type: string) => ({
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name } },
      spec: { type, ports: [{ name: 'a', port: 1 }] },
    });
    expect((await post(made, '/api/v1/namespaces/ns/services', service('x', 'NodePort'))).status).toBe(201);
    expect(await post(made, '/api/v1/namespaces/ns/services', service('s', 'LoadBalancer'))).toMatchObject({
      message:
        'services "s" is forbidden: exceeded quota: q, requested: services.loadbalancers=1,services.nodeports=1, used: services.loadbalancers=0,services.nodeports=1, limited: services.loadbalancers=0,services.nodeports=1',
    });
  });

  it('of claims counts by class', async () => {
    const made = await cluster();
    const resource = 'gold.storageclass.storage.k8s.io/requests.storage';
    await quota(made, { [resource]: '1Gi' });
    const path = '/api/v1/namespaces/ns/persistentvolumeclaims';
    expect((await post(made, path, claim('x', { storageClassName: 'gold' }))).status).toBe(201);
    expect((await post(made, path, claim('y', { storageClassName: 'iron' }))).status).toBe(201);
    expect(await post(made, path, claim('c', { storageClassName: 'gold' }))).toMatchObject({
      message: `persistentvolumeclaims "c" is forbidden: exceeded quota: q, requested: ${resource}=1Gi, used: ${resource}=1Gi, limited: ${resource}=1Gi`,
    });
  });
});

describe('an update', () => {
  it('is charged for what it adds, and never for less', async () => {
    const made = await cluster();
    await quota(made, { 'services.nodeports': '3' });
    const path = '/api/v1/namespaces/ns/services';
    const service = (type: string, ...ports: number[]) => ({
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } },
      spec: { type, ports: ports.map((port) => ({ name: `p${port}`, port })) },
    });
    await post(made, path, service('ClusterIP', 1));
    const put = async (body: unknown) => (await made.call('PUT', `${path}/s`, { body })).status;
    expect([await put(service('NodePort', 1, 2)), await usedOf(made)]).toEqual([200, { 'services.nodeports': '2' }]);
    expect([await put(service('NodePort', 1, 2, 3)), await usedOf(made)]).toEqual([200, { 'services.nodeports': '3' }]);
    // What is given back is for the controller to count.
    expect([await put(service('ClusterIP', 1)), await usedOf(made)]).toEqual([200, { 'services.nodeports': '3' }]);
    expect(await put(service('NodePort', 1))).toBe(403);
  });

  it('that moves a pod into the scope of a quota is charged in full', async () => {
    const made = await cluster();
    await quota(made, { pods: '1' }, { spec: { scopes: ['Terminating'] } });
    await postPod(made, pod('x'));
    const patch = (value: unknown) =>
      made.call('PATCH', '/api/v1/namespaces/ns/pods/x', { body: value, headers: { 'content-type': 'application/merge-patch+json' } });
    expect((await patch({ metadata: { labels: { a: 'b' } } })).status).toBe(200);
    expect(await usedOf(made)).toEqual({ pods: '0' });
    expect((await patch({ spec: { activeDeadlineSeconds: 9 } })).status).toBe(200);
    expect(await usedOf(made)).toEqual({ pods: '1' });
  });
});

describe('concurrent creations', () => {
  it('in one process are charged together', async () => {
    const made = await cluster();
    await quota(made, { pods: '30' });
    const before = await standing(made);
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => postPod(made, pod(`p${index}`))));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(30);
    const { metadata, status } = await standing(made);
    expect(status?.used).toEqual({ pods: '30' });
    // 30 pods and a few updates of the quota.
    expect(Number(metadata.resourceVersion) - Number(before.metadata.resourceVersion)).toBeLessThan(30);
  });

  it('of two processes never exceed the quota, and use all of it', async () => {
    const made = await cluster();
    await quota(made, { pods: '20' });
    const other = await testCluster({ admission: admissionPlugins, strategies: [], storage: made.storage });
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => postPod(index % 2 === 0 ? made : other, pod(`p${index}`))));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(20).fill(201), ...Array(10).fill(403)]);
    await made.server.cluster.reader.refresh();
    expect(await usedOf(made)).toEqual({ pods: '20' });
  });

  it('a refusal is believed only of the newest state', async () => {
    const made = await cluster();
    await quota(made, { pods: '0' });
    const other = await testCluster({ admission: admissionPlugins, strategies: [], storage: made.storage });
    expect((await postPod(other, pod('a'))).status).toBe(403);
    await made.call('PATCH', `${QUOTAS}/q/status`, {
      body: { status: { hard: { pods: '1' } } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect((await postPod(other, pod('a'))).status).toBe(201);
  });
});

describe('limited resources', () => {
  const limited = (...limitedResources: LimitedResource[]) =>
    cluster([], { enable: ['ResourceQuota'], configuration: { limitedResources } });

  it('need a quota that covers them', async () => {
    const made = await limited({ resource: 'pods', matchContains: ['requests.cpu'] });
    expect((await postPod(made, asking('x', { memory: '1' }))).status).toBe(201);
    expect(await postPod(made, asking('a', { cpu: '1' }))).toMatchObject(forbidden('insufficient quota to consume: requests.cpu'));
    await quota(made, { 'requests.cpu': '2' });
    expect((await postPod(made, asking('a', { cpu: '1' }))).status).toBe(201);
  });

  it('so do scopes', async () => {
    const matchScopes = [{ scopeName: 'PriorityClass', operator: 'In', values: ['high', 'higher'] }];
    const made = await limited({ resource: 'pods', matchScopes });
    const classes = '/apis/scheduling.k8s.io/v1/priorityclasses';
    await post(made, classes, { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 1 });
    expect((await postPod(made, pod('x'))).status).toBe(201);
    expect(await postPod(made, pod('a', { priorityClassName: 'high' }))).toMatchObject({
      status: 500,
      message: 'insufficient quota to match these scopes: [{PriorityClass In [high higher]}]',
    });
    await quota(made, { pods: '5' }, { spec: { scopeSelector: { matchExpressions: matchScopes } } });
    expect((await postPod(made, pod('a', { priorityClassName: 'high' }))).status).toBe(201);
    expect(await usedOf(made)).toEqual({ pods: '1' });
  });
});
