import {
  ApiException,
  AppsV1Api,
  CoreV1Api,
  type Informer,
  KubeConfig,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1ConfigMap,
  type V1Deployment,
  type V1Pod,
  Watch,
} from '@kubernetes/client-node';
import { ClusterApi, deploymentOf } from '../cluster-api.js';
import { type MadeCluster, type Service, startService, until } from '../service.js';
import { OwnScheduler, schedulerAccount } from './own-scheduler.js';

let service: Service;
let cluster: MadeCluster;
let config: KubeConfig;
let core: CoreV1Api;
let apps: AppsV1Api;
const namespace = 'default';

beforeAll(async () => {
  service = await startService();
  cluster = await service.createCluster({ name: 'client-node', profile: 'instant' });
  config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfig);
  core = config.makeApiClient(CoreV1Api);
  apps = config.makeApiClient(AppsV1Api);
});

afterAll(() => service?.stop());

const codeOf = (doing: Promise<unknown>): Promise<number> =>
  doing.then(
    () => 200,
    (error: unknown) => {
      if (error instanceof ApiException) return error.code;
      throw error;
    },
  );

const configMap = (name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}): V1ConfigMap => ({
  metadata: { name, labels },
  data,
});

test('objects of the core group are created, read, listed, replaced and deleted', async () => {
  const made = await core.createNamespacedConfigMap({ namespace, body: configMap('one', { a: '1' }, { app: 'crud' }) });
  expect(made).toMatchObject({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'one', namespace, labels: { app: 'crud' } },
    data: { a: '1' },
  });
  expect(made.metadata?.creationTimestamp).toBeInstanceOf(Date);
  expect(await core.readNamespacedConfigMap({ namespace, name: 'one' })).toEqual(made);
  expect(await codeOf(core.createNamespacedConfigMap({ namespace, body: configMap('one') }))).toBe(409);
  const replaced = await core.replaceNamespacedConfigMap({ namespace, name: 'one', body: { ...made, data: { a: '2' } } });
  expect(replaced.data).toEqual({ a: '2' });
  expect(replaced.metadata?.uid).toBe(made.metadata?.uid);
  expect(await codeOf(core.replaceNamespacedConfigMap({ namespace, name: 'one', body: made }))).toBe(409);
  const { items } = await core.listNamespacedConfigMap({ namespace, labelSelector: 'app=crud' });
  expect(items.map((item) => item.metadata?.name)).toEqual(['one']);
  expect(await core.deleteNamespacedConfigMap({ namespace, name: 'one' })).toMatchObject({ kind: 'Status', status: 'Success' });
  expect(await codeOf(core.readNamespacedConfigMap({ namespace, name: 'one' }))).toBe(404);
  const secret = await core.createNamespacedSecret({ namespace, body: { metadata: { generateName: 's-' }, stringData: { key: 'value' } } });
  expect(secret).toMatchObject({ type: 'Opaque', data: { key: Buffer.from('value').toString('base64') } });
  expect(secret.metadata?.name).toMatch(/^s-[a-z0-9]{5}$/);
});

test('namespaces are created with their default objects, and deleted with their content', async () => {
  await core.createNamespace({ body: { metadata: { name: 'team' } } });
  const defaultAccount = () =>
    codeOf(core.readNamespacedServiceAccount({ namespace: 'team', name: 'default' })).then((code) => code === 200);
  expect(await until(defaultAccount)).toBe(true);
  expect(
    await until(() => codeOf(core.readNamespacedConfigMap({ namespace: 'team', name: 'kube-root-ca.crt' })).then((code) => code === 200)),
  ).toBe(true);
  await core.createNamespacedConfigMap({ namespace: 'team', body: configMap('inside') });
  await core.deleteNamespace({ name: 'team' });
  expect(await until(() => codeOf(core.readNamespace({ name: 'team' })).then((code) => code === 404))).toBe(true);
  expect((await core.listNamespacedConfigMap({ namespace: 'team' })).items).toEqual([]);
});

test('a pod is taken right after its namespace: its default service account is waited for', async () => {
  const codes: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    const name = `fresh-${n}`;
    await core.createNamespace({ body: { metadata: { name } } });
    const body = { metadata: { name: 'first' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
    codes.push(await codeOf(core.createNamespacedPod({ namespace: name, body })));
  }
  // It is waited for a second: on a machine that is busy a few may come too late. Without waiting, four of five are refused.
  expect(codes.filter((code) => code === 200).length).toBeGreaterThan(codes.length / 2);
  expect(new Set(codes)).toEqual(new Set(codes.includes(403) ? [200, 403] : [200]));
});

test('a Deployment is rolled out, scaled, patched with each patch type, and its status is read', async () => {
  const body = deploymentOf('web', 3) as V1Deployment;
  await apps.createNamespacedDeployment({ namespace, body });
  const ready = async () => (await apps.readNamespacedDeploymentStatus({ namespace, name: 'web' })).status?.readyReplicas;
  expect(await until(async () => (await ready()) === 3)).toBe(true);
  const scaleOf = () => apps.readNamespacedDeploymentScale({ namespace, name: 'web' });
  expect(await scaleOf()).toMatchObject({
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    spec: { replicas: 3 },
    status: { replicas: 3, selector: 'app=web' },
  });
  // The controller may write the Deployment's status between the read and the write: programs read again after a conflict.
  const scaled = async () =>
    codeOf(apps.replaceNamespacedDeploymentScale({ namespace, name: 'web', body: { ...(await scaleOf()), spec: { replicas: 2 } } }));
  expect(await until(async () => (await scaled()) !== 409)).toBe(true);
  expect(await until(async () => (await ready()) === 2)).toBe(true);
  const merge = await apps.patchNamespacedDeployment(
    { namespace, name: 'web', body: { metadata: { annotations: { note: 'merge' } } } },
    setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
  );
  expect(merge.metadata?.annotations?.note).toBe('merge');
  const strategic = await apps.patchNamespacedDeployment(
    { namespace, name: 'web', body: { spec: { template: { spec: { containers: [{ name: 'side', image: 'busybox' }] } } } } },
    setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
  );
  expect(strategic.spec?.template.spec?.containers.map(({ name }) => name)).toEqual(['side', 'nginx']);
  const json = await apps.patchNamespacedDeployment(
    {
      namespace,
      name: 'web',
      body: [
        { op: 'remove', path: '/metadata/annotations/note' },
        { op: 'replace', path: '/spec/replicas', value: 1 },
      ],
    },
    setHeaderOptions('Content-Type', PatchStrategy.JsonPatch),
  );
  expect([json.metadata?.annotations?.note, json.spec?.replicas]).toEqual([undefined, 1]);
  expect(await until(async () => (await ready()) === 1)).toBe(true);
});

test('a long list is paged, with every page at the revision of the first one', async () => {
  const names = Array.from({ length: 23 }, (_, i) => `page-${String(i).padStart(2, '0')}`);
  await Promise.all(names.map((name) => core.createNamespacedConfigMap({ namespace, body: configMap(name, {}, { app: 'paging' }) })));
  const seen: string[] = [];
  const versions = new Set<string | undefined>();
  let next: string | undefined;
  let pages = 0;
  do {
    const list = await core.listNamespacedConfigMap({ namespace, labelSelector: 'app=paging', limit: 5, _continue: next });
    expect(list.items.length).toBeLessThanOrEqual(5);
    seen.push(...list.items.map((item) => item.metadata?.name ?? ''));
    versions.add(list.metadata?.resourceVersion);
    next = list.metadata?._continue;
    pages += 1;
    // Objects that are deleted during paging are still on the later pages.
    if (pages === 1) await core.deleteNamespacedConfigMap({ namespace, name: 'page-22' });
  } while (next);
  expect([seen, pages, versions.size]).toEqual([names, 5, 1]);
  const first = await core.listNamespacedConfigMap({ namespace, limit: 5 });
  expect(first.metadata?.remainingItemCount).toBeGreaterThanOrEqual(18);
  expect(await codeOf(core.listNamespacedConfigMap({ namespace, limit: 5, _continue: 'nonsense' }))).toBe(400);
});

/** What an informer has reported, and how often it was connected. */
function told(informer: Informer<V1ConfigMap>): { lines: string[]; connects: number } {
  const heard = { lines: [] as string[], connects: 0 };
  for (const verb of ['add', 'update', 'delete'] as const) {
    informer.on(verb, (object) => heard.lines.push(`${verb} ${object.metadata?.name} ${object.data?.n ?? ''}`));
  }
  informer.on('connect', () => {
    heard.connects += 1;
  });
  return heard;
}

test('an informer gets all additions, changes and deletions, also after its connection was lost', async () => {
  const inside = 'informed';
  await core.createNamespace({ body: { metadata: { name: inside } } });
  const root = () => codeOf(core.readNamespacedConfigMap({ namespace: inside, name: 'kube-root-ca.crt' })).then((code) => code === 200);
  expect(await until(root)).toBe(true);
  await core.createNamespacedConfigMap({ namespace: inside, body: configMap('first', { n: '1' }) });
  const list = () => core.listNamespacedConfigMap({ namespace: inside });
  const informer = makeInformer(config, `/api/v1/namespaces/${inside}/configmaps`, list);
  const heard = told(informer);
  const lines = (wanted: string[]) => until(() => JSON.stringify(heard.lines) === JSON.stringify(wanted));
  await informer.start();
  const expected = ['add first 1', 'add kube-root-ca.crt '];
  await lines(expected);
  expect(heard.lines).toEqual(expected);
  await core.createNamespacedConfigMap({ namespace: inside, body: configMap('second', { n: '1' }) });
  await core.replaceNamespacedConfigMap({ namespace: inside, name: 'second', body: configMap('second', { n: '2' }) });
  await core.deleteNamespacedConfigMap({ namespace: inside, name: 'first' });
  expected.push('add second 1', 'update second 2', 'delete first 1');
  await lines(expected);
  expect(heard.lines).toEqual(expected);
  expect(
    informer
      .list(inside)
      .map((object) => object.metadata?.name)
      .sort(),
  ).toEqual(['kube-root-ca.crt', 'second']);
  // The api is killed and comes back; changes in between must still be reported.
  const before = heard.connects;
  for (const pid of service.pids(/apps\/api\/main\.js/)) process.kill(pid, 'SIGKILL');
  let wanted = true;
  informer.on('error', () => setTimeout(() => wanted && void informer.start().catch(() => undefined), 200));
  expect(
    await until(() =>
      codeOf(core.readNamespace({ name: inside })).then(
        (code) => code === 200,
        () => false,
      ),
    ),
  ).toBe(true);
  await core.createNamespacedConfigMap({ namespace: inside, body: configMap('third', { n: '1' }) });
  expect(await until(() => heard.lines.includes('add third 1'))).toBe(true);
  expect(heard.connects).toBeGreaterThan(before);
  expect(heard.lines.filter((line) => !line.startsWith('update'))).toEqual([
    ...expected.filter((line) => !line.startsWith('update')),
    'add third 1',
  ]);
  wanted = false;
  await informer.stop();
});

/** Watches until there are enough events, or the server ends it. */
async function watchFrom(query: Record<string, string | number | boolean>, enough: number): Promise<{ seen: string[]; error: unknown }> {
  const seen: string[] = [];
  let error: unknown;
  await new Promise<void>((resolve) => {
    const starting = new Watch(config).watch(
      `/api/v1/namespaces/${namespace}/configmaps`,
      query,
      (phase, object) => {
        seen.push(`${phase} ${object.metadata?.name ?? object.code}`);
        if (seen.length >= enough) starting.then((controller) => controller.abort());
      },
      (reason) => {
        error = reason;
        resolve();
      },
    );
    starting.catch((reason: unknown) => {
      error = reason;
      resolve();
    });
  });
  return { seen, error };
}

test('a watch continues from a resourceVersion, and gets Gone if the log has been compacted', async () => {
  const { metadata } = await core.listNamespacedConfigMap({ namespace });
  const resourceVersion = metadata?.resourceVersion ?? '';
  await core.createNamespacedConfigMap({ namespace, body: configMap('w', {}, { app: 'watched' }) });
  await core.patchNamespacedConfigMap(
    { namespace, name: 'w', body: { data: { a: '1' } } },
    setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
  );
  await core.deleteNamespacedConfigMap({ namespace, name: 'w' });
  const { seen } = await watchFrom({ resourceVersion, labelSelector: 'app=watched' }, 3);
  expect(seen).toEqual(['ADDED w', 'MODIFIED w', 'DELETED w']);
  const gone = await watchFrom({ resourceVersion: '1' }, 1);
  expect([gone.seen, String(gone.error)]).toMatchObject([['ERROR 410'], expect.anything()]);
  const ended = await watchFrom({ resourceVersion, timeoutSeconds: 1, labelSelector: 'app=nobody' }, 99);
  expect(ended.seen).toEqual([]);
});

test('dependents are deleted after their owner, before it, or orphaned, as requested', async () => {
  const kinds = async (name: string) => {
    const [sets, pods] = await Promise.all([
      apps.listNamespacedReplicaSet({ namespace, labelSelector: `app=${name}` }),
      core.listNamespacedPod({ namespace, labelSelector: `app=${name}` }),
    ]);
    return [sets.items.length, pods.items.length];
  };
  const rolledOut = async (name: string) => {
    await apps.createNamespacedDeployment({ namespace, body: deploymentOf(name, 2) as V1Deployment });
    const running = async () => (await apps.readNamespacedDeployment({ namespace, name })).status?.readyReplicas === 2;
    expect(await until(running)).toBe(true);
  };
  await Promise.all(['background', 'foreground', 'orphan'].map(rolledOut));
  const gone = (name: string) => codeOf(apps.readNamespacedDeployment({ namespace, name })).then((code) => code === 404);
  await apps.deleteNamespacedDeployment({ namespace, name: 'background', propagationPolicy: 'Background' });
  expect(await gone('background')).toBe(true);
  expect(await until(async () => String(await kinds('background')) === '0,0')).toBe(true);

  const pods = new ClusterApi(service, cluster);
  const order: string[] = [];
  const watching = [
    await pods.watch(
      '/api/v1/namespaces/default/pods?labelSelector=app%3Dforeground',
      ({ type }) => type === 'DELETED' && order.push('pod'),
    ),
    await pods.watch('/apis/apps/v1/namespaces/default/deployments?fieldSelector=metadata.name%3Dforeground', ({ type }) => {
      if (type === 'DELETED') order.push('deployment');
    }),
  ];
  await apps.deleteNamespacedDeployment({ namespace, name: 'foreground', propagationPolicy: 'Foreground' });
  expect(await until(() => order.length === 3)).toBe(true);
  expect(order).toEqual(['pod', 'pod', 'deployment']);
  for (const watch of watching) watch.close();
  pods.close();

  await apps.deleteNamespacedDeployment({ namespace, name: 'orphan', propagationPolicy: 'Orphan' });
  expect(await until(() => gone('orphan'))).toBe(true);
  const owners = async () =>
    (await apps.listNamespacedReplicaSet({ namespace, labelSelector: 'app=orphan' })).items.map(
      (set) => set.metadata?.ownerReferences ?? [],
    );
  expect(await until(async () => JSON.stringify(await owners()) === '[[]]')).toBe(true);
  expect(await kinds('orphan')).toEqual([1, 2]);
});

test('objects of any kind by their apiVersion and kind, as generic tools use them', async () => {
  const objects = KubernetesObjectApi.makeApiClient(config);
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'any', namespace },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  };
  const made = await objects.create(service);
  expect(made).toMatchObject({
    kind: 'Service',
    spec: { type: 'ClusterIP', clusterIP: expect.stringMatching(/^10\.(9[6-9]|10\d|11[01])\./) },
  });
  const patched = await objects.patch(
    { ...service, metadata: { ...service.metadata, labels: { a: 'b' } } },
    undefined,
    undefined,
    undefined,
    undefined,
    PatchStrategy.MergePatch,
  );
  expect(patched.metadata?.labels).toEqual({ a: 'b' });
  expect((await objects.list<V1Pod>('v1', 'Pod', 'kube-system')).items.length).toBeGreaterThan(5);
  await objects.delete(service);
  expect(await codeOf(objects.read(service))).toBe(404);
});

test("a user's own scheduler binds the pods that name it, as an account with a scheduler's rights", async () => {
  const inside = 'own-scheduler';
  await core.createNamespace({ body: { metadata: { name: inside } } });
  const account = () => codeOf(core.readNamespacedServiceAccount({ namespace: inside, name: 'default' })).then((code) => code === 200);
  expect(await until(account)).toBe(true);
  const create = (name: string, schedulerName: string) =>
    core.createNamespacedPod({
      namespace: inside,
      body: { metadata: { name }, spec: { schedulerName, containers: [{ name: 'c', image: 'nginx' }] } },
    });
  const own = new OwnScheduler(await schedulerAccount(config));
  await create('early', 'my-scheduler');
  await own.start();
  await create('late', 'my-scheduler');
  await create('nobody', 'another-scheduler');
  const phases = async () => {
    const { items } = await core.listNamespacedPod({ namespace: inside });
    return items.map(({ metadata, spec, status }) => [metadata?.name, spec?.nodeName !== undefined, status?.phase]);
  };
  const expected = [
    ['early', true, 'Running'],
    ['late', true, 'Running'],
    ['nobody', false, 'Pending'],
  ];
  await until(async () => JSON.stringify(await phases()) === JSON.stringify(expected));
  expect(await phases()).toEqual(expected);
  const events = async () => (await core.listNamespacedEvent({ namespace: inside })).items.filter(({ reason }) => reason === 'Scheduled');
  expect(await until(async () => (await events()).length === 2)).toBe(true);
  const { items: bound } = await core.listNamespacedPod({ namespace: inside, fieldSelector: 'spec.schedulerName=my-scheduler' });
  expect((await events()).map(({ source, message }) => [source?.component, message]).sort()).toEqual(
    bound.map(({ metadata, spec }) => ['my-scheduler', `Successfully assigned ${inside}/${metadata?.name} to ${spec?.nodeName}`]),
  );
  expect(own.failures).toEqual([]);
  // A pod has one node: another binding of it is refused.
  const body = { metadata: { name: 'early' }, target: { apiVersion: 'v1', kind: 'Node', name: bound[1]?.spec?.nodeName ?? '' } };
  expect(await codeOf(core.createNamespacedPodBinding({ namespace: inside, name: 'early', body }))).toBe(409);
  own.end();
});
