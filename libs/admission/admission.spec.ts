import { type TestCluster, testCluster } from '#apiserver/test-cluster';
import { admissionPlugins } from './index.js';

const pod = (name: string, spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { containers: [{ name: 'c', image: 'nginx:1.27' }], nodeSelector: { nope: 'x' }, ...spec },
});

/** A cluster with a namespace `ns` whose default service account is there. */
async function cluster(): Promise<TestCluster> {
  const made = await testCluster({ admission: admissionPlugins });
  await made.call('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } } });
  await post(made, '/api/v1/namespaces/ns/serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } });
  return made;
}

async function post({ call }: TestCluster, path: string, body: unknown) {
  const answer = await call('POST', path, { body });
  return {
    status: answer.status,
    body: answer.body as unknown as { metadata?: { finalizers?: string[] } },
    message: answer.body.message as unknown as string,
  };
}

const postPod = (made: TestCluster, body: unknown) => post(made, '/api/v1/namespaces/ns/pods', body);
const specOf = (body: unknown) => (body as { spec: Record<string, unknown> }).spec;

describe('NamespaceLifecycle', () => {
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };

  it('lets nothing be made where there is no namespace', async () => {
    const made = await cluster();
    expect(await post(made, '/api/v1/namespaces/none/configmaps', configMap)).toMatchObject({
      status: 404,
      message: 'namespaces "none" not found',
    });
  });

  it('lets nothing be made in a namespace that is going', async () => {
    const made = await cluster();
    const going = { metadata: { name: 'ns' }, apiVersion: 'v1', kind: 'Namespace', status: { phase: 'Terminating' } };
    await made.call('PUT', '/api/v1/namespaces/ns/status', { body: going });
    const { status, body } = await post(made, '/api/v1/namespaces/ns/configmaps', configMap);
    expect([status, body]).toEqual([
      403,
      expect.objectContaining({
        message: 'configmaps "a" is forbidden: unable to create new content in namespace ns because it is being terminated',
        details: {
          name: 'a',
          kind: 'configmaps',
          causes: [{ reason: 'NamespaceTerminating', message: 'namespace ns is being terminated', field: 'metadata.namespace' }],
        },
      }),
    ]);
  });

  it.each(['default', 'kube-system', 'kube-public'])('keeps %s', async (name) => {
    const made = await cluster();
    await post(made, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const answer = await made.call('DELETE', `/api/v1/namespaces/${name}`);
    expect([answer.status, answer.body.message]).toEqual([403, `namespaces "${name}" is forbidden: this namespace may not be deleted`]);
  });
});

describe('ServiceAccount', () => {
  const mount = (name: string) => ({ name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' });

  it('mounts the token of the default account', async () => {
    const made = await cluster();
    const { body } = await postPod(made, pod('a', { initContainers: [{ name: 'i', image: 'x' }] }));
    const { serviceAccountName, serviceAccount, volumes, containers, initContainers } = specOf(body) as Record<
      string,
      Record<string, unknown>[]
    >;
    const [volume] = volumes as unknown as Array<{ name: string }>;
    expect(volume?.name).toMatch(/^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    const name = volume?.name ?? '';
    expect({
      serviceAccountName,
      serviceAccount,
      volumes,
      mounts: [containers, initContainers].map((list) => list?.[0]?.volumeMounts),
    }).toEqual({
      serviceAccountName: 'default',
      serviceAccount: 'default',
      volumes: [
        {
          name,
          projected: {
            defaultMode: 420,
            sources: [
              { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
              { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
              { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
            ],
          },
        },
      ],
      mounts: [[mount(name)], [mount(name)]],
    });
  });

  it.each([
    ['the pod', {}, { automountServiceAccountToken: false }],
    ['the account', { automountServiceAccountToken: false }, {}],
  ])('mounts nothing where %s does not want it', async (_, account, spec) => {
    const made = await cluster();
    await post(made, '/api/v1/namespaces/ns/serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'own' },
      ...account,
    });
    const { body } = await postPod(made, pod('a', { serviceAccountName: 'own', ...spec }));
    expect(specOf(body).volumes).toBeUndefined();
  });

  it("hands on the account's pull secrets", async () => {
    const made = await cluster();
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'own' }, imagePullSecrets: [{ name: 's' }] };
    await post(made, '/api/v1/namespaces/ns/serviceaccounts', account);
    const { body } = await postPod(made, pod('a', { serviceAccountName: 'own' }));
    expect(specOf(body).imagePullSecrets).toEqual([{ name: 's' }]);
  });

  it.each([
    [
      'no such account',
      pod('a', { serviceAccountName: 'none' }),
      'error looking up service account ns/none: serviceaccount "none" not found',
    ],
    [
      'a mirror pod with an account',
      pod('a', { serviceAccountName: 'default' }, { annotations: { 'kubernetes.io/config.mirror': 'h' } }),
      'a mirror pod may not reference service accounts',
    ],
    [
      'a mirror pod with a secret',
      pod('a', { volumes: [{ name: 'v', secret: { secretName: 's' } }] }, { annotations: { 'kubernetes.io/config.mirror': 'h' } }),
      'a mirror pod may not reference secrets',
    ],
  ])('refuses %s', async (_, body, reason) => {
    expect(await postPod(await cluster(), body)).toMatchObject({ status: 403, message: `pods "a" is forbidden: ${reason}` });
  });
});

describe('DefaultTolerationSeconds', () => {
  const missing = ['not-ready', 'unreachable'].map((taint) => ({
    key: `node.kubernetes.io/${taint}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 300,
  }));
  const own = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 };

  it.each([
    ['none', [], missing],
    ['another', [{ key: 'x' }], [{ key: 'x' }, ...missing]],
    ['one of them', [own], [own, missing[1]]],
    ['everything', [{ operator: 'Exists' }], [{ operator: 'Exists' }]],
    [
      'everything of another effect',
      [{ operator: 'Exists', effect: 'NoSchedule' }],
      [{ operator: 'Exists', effect: 'NoSchedule' }, ...missing],
    ],
  ])('a pod that tolerates %s', async (_, tolerations, expected) => {
    const { body } = await postPod(await cluster(), pod('a', { tolerations }));
    expect(specOf(body).tolerations).toEqual(expected);
  });
});

describe('Priority', () => {
  const priorityClass = (name: string, more: Record<string, unknown>) => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    ...more,
  });
  const classes = '/apis/scheduling.k8s.io/v1/priorityclasses';
  const partOf = (body: unknown) => {
    const { priority, priorityClassName, preemptionPolicy } = specOf(body);
    return { priority, priorityClassName, preemptionPolicy };
  };

  it('is zero without any class', async () => {
    const { body } = await postPod(await cluster(), pod('a'));
    expect(partOf(body)).toEqual({ priority: 0, priorityClassName: undefined, preemptionPolicy: 'PreemptLowerPriority' });
  });

  it("is the class's, or the default's", async () => {
    const made = await cluster();
    await post(made, classes, priorityClass('high', { value: 100, preemptionPolicy: 'Never' }));
    await post(made, classes, priorityClass('usual', { value: 7, globalDefault: true }));
    const named = await postPod(made, pod('a', { priorityClassName: 'high' }));
    const unnamed = await postPod(made, pod('b'));
    expect([partOf(named.body), partOf(unnamed.body)]).toEqual([
      { priority: 100, priorityClassName: 'high', preemptionPolicy: 'Never' },
      { priority: 7, priorityClassName: 'usual', preemptionPolicy: 'PreemptLowerPriority' },
    ]);
    expect(await post(made, classes, priorityClass('other', { value: 8, globalDefault: true }))).toMatchObject({
      status: 403,
      message:
        'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as default. Only one default can exist',
    });
  });

  it.each([
    [{ priorityClassName: 'none' }, 'no PriorityClass with name none was found'],
    [
      { priority: 5 },
      'the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
    ],
    [
      { preemptionPolicy: 'Never' },
      'the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name',
    ],
  ])('refuses %j', async (spec, reason) => {
    expect(await postPod(await cluster(), pod('a', spec))).toMatchObject({ status: 403, message: `pods "a" is forbidden: ${reason}` });
  });
});

describe('LimitRanger', () => {
  const limits = async (...items: unknown[]) => {
    const made = await cluster();
    const range = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l' }, spec: { limits: items } };
    await post(made, '/api/v1/namespaces/ns/limitranges', range);
    return made;
  };
  const perContainer = {
    type: 'Container',
    default: { cpu: '500m', memory: '256Mi' },
    defaultRequest: { cpu: '100m', memory: '256Mi' },
    max: { cpu: '1' },
    min: { cpu: '50m' },
  };
  const perPod = { type: 'Pod', max: { cpu: '1', memory: '1Gi' }, min: { cpu: '100m' }, maxLimitRequestRatio: { cpu: '2' } };
  const container = (name: string, resources: unknown) => ({ name, image: 'x', resources });

  it('gives containers the defaults and tells so', async () => {
    const made = await limits(perContainer);
    const containers = [container('c', undefined), container('d', { requests: { cpu: '800m' }, limits: { cpu: '800m' } })];
    const { body } = await postPod(made, pod('a', { containers }));
    expect((specOf(body).containers as Array<{ resources: unknown }>).map(({ resources }) => resources)).toEqual([
      { limits: { cpu: '500m', memory: '256Mi' }, requests: { cpu: '100m', memory: '256Mi' } },
      { limits: { cpu: '800m', memory: '256Mi' }, requests: { cpu: '800m', memory: '256Mi' } },
    ]);
    expect((body as unknown as { metadata: unknown }).metadata).toMatchObject({
      annotations: {
        'kubernetes.io/limit-ranger':
          'LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c; memory request for container d; memory limit for container d',
      },
    });
  });

  it.each([
    ['Container', perContainer, [{ requests: { cpu: '2' }, limits: { cpu: '2' } }], 'maximum cpu usage per Container is 1, but limit is 2'],
    [
      'Container',
      perContainer,
      [{ requests: { cpu: '10m' }, limits: { cpu: '2' } }],
      '[minimum cpu usage per Container is 50m, but request is 10m, maximum cpu usage per Container is 1, but limit is 2]',
    ],
    [
      'Pod',
      perPod,
      [undefined],
      '[minimum cpu usage per Pod is 100m.  No request is specified, maximum cpu usage per Pod is 1.  No limit is specified, maximum memory usage per Pod is 1Gi.  No limit is specified, cpu max limit to request ratio per Pod is 2, but no request is specified or request is 0]',
    ],
    [
      'Pod',
      perPod,
      [{ requests: { cpu: '200m' }, limits: { cpu: '800m', memory: '1Gi' } }],
      'cpu max limit to request ratio per Pod is 2, but provided ratio is 4.000000',
    ],
    [
      'Pod',
      perPod,
      [
        { requests: { cpu: '800m' }, limits: { cpu: '800m', memory: '800Mi' } },
        { requests: { cpu: '800m' }, limits: { cpu: '800m', memory: '800Mi' } },
      ],
      '[maximum cpu usage per Pod is 1, but limit is 1600m, maximum memory usage per Pod is 1Gi, but limit is 1600Mi]',
    ],
  ])('holds each %s to %j', async (_, item, resources, reason) => {
    const made = await limits(item);
    const containers = resources.map((each, index) => container(`c${index}`, each));
    expect(await postPod(made, pod('a', { containers }))).toMatchObject({ status: 403, message: `pods "a" is forbidden: ${reason}` });
  });

  it.each([
    ['500Mi', 'minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi'],
    ['5Gi', 'maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 5Gi'],
  ])('refuses a claim of %s', async (storage, reason) => {
    const made = await limits({ type: 'PersistentVolumeClaim', max: { storage: '2Gi' }, min: { storage: '1Gi' } });
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c' },
      spec: { storageClassName: 'z', accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
    };
    expect(await post(made, '/api/v1/namespaces/ns/persistentvolumeclaims', claim)).toMatchObject({
      status: 403,
      message: `persistentvolumeclaims "c" is forbidden: ${reason}`,
    });
  });
});

describe('RuntimeClass', () => {
  const withClass = async () => {
    const made = await cluster();
    await post(made, '/apis/node.k8s.io/v1/runtimeclasses', {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'rc' },
      handler: 'h',
      overhead: { podFixed: { cpu: '100m' } },
      scheduling: { nodeSelector: { rt: 'y' }, tolerations: [{ key: 'rt', operator: 'Exists' }] },
    });
    return made;
  };

  it('adds what the class asks for', async () => {
    const { body } = await postPod(await withClass(), pod('a', { runtimeClassName: 'rc' }));
    const { overhead, nodeSelector, tolerations } = specOf(body) as Record<string, Array<{ key: string }>>;
    expect({ overhead, nodeSelector, keys: tolerations?.map(({ key }) => key) }).toEqual({
      overhead: { cpu: '100m' },
      nodeSelector: { nope: 'x', rt: 'y' },
      keys: ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable', 'rt'],
    });
  });

  it.each([
    [{ runtimeClassName: 'rc', overhead: { cpu: '1' } }, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"],
    [
      { runtimeClassName: 'rc', nodeSelector: { rt: 'n' } },
      'conflict: runtimeClass.scheduling.nodeSelector[rt] = y; pod.spec.nodeSelector[rt] = n',
    ],
    [{ runtimeClassName: 'none' }, 'pod rejected: RuntimeClass "none" not found'],
    [{ overhead: { cpu: '1' } }, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead'],
  ])('refuses %j', async (spec, reason) => {
    expect(await postPod(await withClass(), pod('a', spec))).toMatchObject({ status: 403, message: `pods "a" is forbidden: ${reason}` });
  });
});

describe('storage', () => {
  const claim = (name: string, spec: Record<string, unknown> = {}) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  });
  const storageClass = (name: string, more: Record<string, unknown> = {}) => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'p',
    ...more,
  });
  const claims = '/api/v1/namespaces/ns/persistentvolumeclaims';

  it('defaults the class and protects what is in use', async () => {
    const made = await cluster();
    await post(made, '/apis/storage.k8s.io/v1/storageclasses', storageClass('sc'));
    const defaulted = await post(made, claims, claim('a'));
    const classless = await post(made, claims, claim('b', { storageClassName: '' }));
    expect([defaulted, classless].map(({ body }) => [body.metadata?.finalizers, specOf(body).storageClassName])).toEqual([
      [['kubernetes.io/pvc-protection'], 'sc'],
      [['kubernetes.io/pvc-protection'], ''],
    ]);
  });

  it.each([
    ['Pending', {}, 'Only bound persistent volume claims can be expanded'],
    ['Bound', {}, 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize'],
    ['Bound', { allowVolumeExpansion: true }, undefined],
  ])('lets a %s claim of a class with %j grow, or not', async (phase, more, reason) => {
    const made = await cluster();
    await post(made, '/apis/storage.k8s.io/v1/storageclasses', storageClass('sc', more));
    await post(made, claims, claim('a'));
    const headers = { 'content-type': 'application/merge-patch+json' };
    await made.call('PATCH', `${claims}/a/status`, { headers, body: { status: { phase } } });
    const { status, body } = await made.call('PATCH', `${claims}/a`, {
      headers,
      body: { spec: { resources: { requests: { storage: '2Gi' } } } },
    });
    const refused = [403, `persistentvolumeclaims "a" is forbidden: ${reason}`];
    expect([status, body.message]).toEqual(reason === undefined ? [200, undefined] : refused);
  });
});

describe('nodes and ingresses', () => {
  it('taints new nodes as not ready', async () => {
    const { body } = await post(await cluster(), '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } });
    expect(specOf(body).taints).toEqual([{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
  });

  it('tells bound pods the zone of their node', async () => {
    const made = await cluster();
    const labels = { 'topology.kubernetes.io/zone': 'z', 'topology.kubernetes.io/region': 'r', other: 'o' };
    await post(made, '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels } });
    const { body } = await postPod(made, pod('a', { nodeName: 'n' }));
    expect(body.metadata).toMatchObject({ labels: { 'topology.kubernetes.io/zone': 'z', 'topology.kubernetes.io/region': 'r' } });
  });

  it('gives ingresses the default class, unless they name one', async () => {
    const made = await cluster();
    const ingress = (name: string, spec: Record<string, unknown>, annotations = {}) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name, annotations },
      spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } }, ...spec },
    });
    await post(made, '/apis/networking.k8s.io/v1/ingressclasses', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'usual', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'example.com/c' },
    });
    const path = '/apis/networking.k8s.io/v1/namespaces/ns/ingresses';
    const bodies = [
      ingress('a', {}),
      ingress('b', { ingressClassName: 'own' }),
      ingress('c', {}, { 'kubernetes.io/ingress.class': 'old' }),
    ];
    const classes: unknown[] = [];
    for (const body of bodies) classes.push(specOf((await post(made, path, body)).body).ingressClassName);
    expect(classes).toEqual(['usual', 'own', undefined]);
  });
});
