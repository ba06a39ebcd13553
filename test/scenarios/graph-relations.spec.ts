import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { relations } from '#graphql';
import { LocalGraph } from '../graph.js';
import { shop } from '../shop.js';

let cluster: LocalCluster;
let graph: LocalGraph;

beforeAll(async () => {
  cluster = await createLocalCluster();
  graph = new LocalGraph(cluster);
  const made = await graph.run('mutation ($m: String!) { create(manifest: $m, namespace: "shop") { operation } }', { m: shop });
  expect(made.errors).toBeUndefined();
  await cluster.settle();
  await cluster.advance(61_000);
});

afterAll(() => cluster.close());

/** An object and its relations, each with the names of the objects that it leads to; generated parts of names are cut off. */
const cases: ReadonlyArray<readonly [string, string, Readonly<Record<string, readonly string[]>>]> = [
  [
    'Pod',
    'pods(namespace: "shop", labelSelector: "app=web", limit: 1)',
    {
      node: ['worker-1'],
      serviceAccount: ['clerk'],
      priorityClass: ['urgent'],
      runtimeClass: ['runc'],
      configMaps: ['kube-root-ca.crt', 'prices'],
      secrets: ['keys'],
      persistentVolumeClaims: ['stock'],
      resourceClaims: [],
      services: ['web'],
      networkPolicies: ['all'],
      podDisruptionBudgets: ['one'],
      endpointSlices: ['web-*'],
      owner: ['web-*'],
      owners: ['web-*'],
      ownerChain: ['web-*', 'web'],
      owned: [],
    },
  ],
  [
    'Node',
    'nodes(fieldSelector: "metadata.name=worker-1")',
    { lease: ['worker-1'], csiNode: ['worker-1'], volumeAttachments: ['held'], resourceSlices: ['cards'] },
  ],
  ['Node', 'nodes(fieldSelector: "metadata.name=worker-1")', { 'pods(labelSelector: "app=web", limit: 1)': ['web-*'] }],
  [
    'Service',
    'services(namespace: "shop", fieldSelector: "metadata.name=web")',
    { endpoints: ['web'], endpointSlices: ['web-*'], pods: ['web-*', 'web-*'], ingresses: ['front'] },
  ],
  ['Endpoints', 'endpoints(namespace: "shop", fieldSelector: "metadata.name=web")', { service: ['web'] }],
  [
    'EndpointSlice',
    'endpointSlices(namespace: "shop", labelSelector: "kubernetes.io/service-name=web")',
    { service: ['web'], pods: ['web-*', 'web-*'], owner: ['web'] },
  ],
  ['Ingress', 'ingresses(namespace: "shop")', { services: ['web'], secrets: ['cert'], ingressClass: ['gate'] }],
  ['IngressClass', 'ingressClasses', { ingresses: ['front'] }],
  ['NetworkPolicy', 'networkPolicies(fieldSelector: "metadata.name=others")', { pods: ['agent-*', 'agent-*', 'db-0', 'old-*', 'tidy-*'] }],
  ['APIService', 'apiServices(fieldSelector: "metadata.name=v1.shop.example.com")', { service: ['web'] }],
  [
    'Secret',
    'secrets(namespace: "shop", fieldSelector: "metadata.name=cert")',
    { ingresses: ['front'], pods: [], serviceAccounts: ['clerk'] },
  ],
  [
    'Secret',
    'secrets(namespace: "shop", fieldSelector: "metadata.name=keys")',
    { ingresses: [], pods: ['web-*', 'web-*'], serviceAccounts: ['clerk'] },
  ],
  ['Secret', 'secrets(namespace: "shop", fieldSelector: "metadata.name=clerk-token")', { serviceAccount: ['clerk'] }],
  ['ConfigMap', 'configMaps(namespace: "shop", fieldSelector: "metadata.name=prices")', { pods: ['web-*', 'web-*'] }],
  [
    'ServiceAccount',
    'serviceAccounts(namespace: "shop", fieldSelector: "metadata.name=clerk")',
    {
      pods: ['web-*', 'web-*'],
      tokenSecrets: ['clerk-token'],
      pullSecrets: ['keys'],
      mountableSecrets: ['cert'],
      roleBindings: ['clerks-read'],
      'clusterRoleBindings(labelSelector: "!kubernetes.io/bootstrapping")': ['shop-views'],
    },
  ],
  ['ResourceClaim', 'resourceClaims', { pods: [] }],
  ['PriorityClass', 'priorityClasses(fieldSelector: "metadata.name=urgent")', { pods: ['web-*', 'web-*'] }],
  ['RuntimeClass', 'runtimeClasses', { pods: ['web-*', 'web-*'] }],
  [
    'PersistentVolumeClaim',
    'persistentVolumeClaims(fieldSelector: "metadata.name=stock")',
    { persistentVolume: ['shelf'], storageClass: ['by-hand'], volumeAttributesClass: [], pods: ['web-*', 'web-*'] },
  ],
  [
    'PersistentVolumeClaim',
    'persistentVolumeClaims(fieldSelector: "metadata.name=waits")',
    { persistentVolume: [], storageClass: [], volumeAttributesClass: ['fast'] },
  ],
  ['PersistentVolume', 'persistentVolumes', { persistentVolumeClaim: ['stock'], storageClass: ['by-hand'], volumeAttachments: ['held'] }],
  [
    'StorageClass',
    'storageClasses(fieldSelector: "metadata.name=by-hand")',
    { persistentVolumeClaims: ['stock'], persistentVolumes: ['shelf'] },
  ],
  ['VolumeAttachment', 'volumeAttachments', { persistentVolume: ['shelf'], node: ['worker-1'] }],
  ['RoleBinding', 'roleBindings(namespace: "shop")', { role: ['reader'], serviceAccounts: ['clerk'] }],
  ['ClusterRoleBinding', 'clusterRoleBindings(fieldSelector: "metadata.name=shop-views")', { role: ['view'], serviceAccounts: ['clerk'] }],
  ['Role', 'roles(namespace: "shop")', { roleBindings: ['clerks-read'] }],
  ['ClusterRole', 'clusterRoles(fieldSelector: "metadata.name=view")', { roleBindings: [], clusterRoleBindings: ['shop-views'] }],
  [
    'Deployment',
    'deployments(namespace: "shop")',
    { replicaSets: ['web-*'], pods: ['web-*', 'web-*'], horizontalPodAutoscalers: ['web'], owned: ['web-*'] },
  ],
  [
    'ReplicaSet',
    'replicaSets(namespace: "shop")',
    { deployment: ['web'], pods: ['web-*', 'web-*'], horizontalPodAutoscalers: [], 'owned(kinds: ["po"], limit: 1)': ['web-*'] },
  ],
  ['ReplicationController', 'replicationControllers', { pods: ['old-*'], horizontalPodAutoscalers: ['old'] }],
  [
    'StatefulSet',
    'statefulSets(namespace: "shop")',
    { service: ['db'], pods: ['db-0'], persistentVolumeClaims: ['data-db-0'], controllerRevisions: ['db-*'], horizontalPodAutoscalers: [] },
  ],
  ['DaemonSet', 'daemonSets(namespace: "shop")', { pods: ['agent-*', 'agent-*'], controllerRevisions: ['agent-*'] }],
  ['CronJob', 'cronJobs', { jobs: ['tidy-*'] }],
  ['Job', 'jobs', { cronJob: ['tidy'], pods: ['tidy-*'], 'events(limit: 1)': ['tidy-*'] }],
  ['HorizontalPodAutoscaler', 'horizontalPodAutoscalers(fieldSelector: "metadata.name=web")', { target: ['web'] }],
  ['PodDisruptionBudget', 'podDisruptionBudgets(namespace: "shop")', { pods: ['web-*', 'web-*'] }],
  ['Event', 'events(namespace: "shop", fieldSelector: "involvedObject.kind=Deployment")', { about: ['web'] }],
  [
    'Namespace',
    'namespaces(fieldSelector: "metadata.name=shop")',
    {
      roles: ['reader'],
      deployments: ['web'],
      'pods(labelSelector: "app=db")': ['db-0'],
      'objects(kinds: ["cj", "hpa"])': ['tidy', 'old', 'web'],
      events: [],
    },
  ],
];

const shown = (name: string): string =>
  /^(db-0|data-db-0|worker-1|clerk-token|kube-root-ca\.crt|shop-views|clerks-read|by-hand)$/.test(name) ? name : name.replace(/-.*/, '-*');

describe('relations', () => {
  test.each(cases)('%s: %s', async (_kind, from, asked) => {
    const fields = Object.keys(asked).map((field, at) => `r${at}: ${field} { metadata { name } }`);
    const { data, errors } = await graph.run(`{ all: ${from} { items { ${fields.join(' ')} } } }`);
    expect(errors).toBeUndefined();
    const [object] = (data as { all: { items: Array<Record<string, unknown>> } }).all.items;
    const names = Object.keys(asked).map((field, at) => {
      const found = object?.[`r${at}`];
      const list = (Array.isArray(found) ? found : found ? [found] : []) as Array<{ metadata: { name: string } }>;
      return [field, list.map(({ metadata }) => shown(metadata.name))];
    });
    expect(Object.fromEntries(names)).toEqual(asked);
  });

  test('each of them is asked for here', () => {
    const fieldsOf = (kind: string) =>
      cases.filter(([of]) => of === kind).flatMap(([, , asked]) => Object.keys(asked).map((field) => field.replace(/\(.*/, '')));
    const missing = relations.filter(({ on, field }) => on && on.kind !== 'Namespace' && !fieldsOf(on.kind).includes(field));
    expect(missing.map(({ on, field }) => `${on?.kind}.${field}`)).toEqual([]);
  });

  test('a relation that is refused is null, with an error; the rest is answered', async () => {
    const { data, errors } = await graph.run(
      '{ namespace(name: "shop") { metadata { name } roles { metadata { name } } objects(kinds: ["nothing"]) { kind } } }',
    );
    expect(data).toMatchObject({ namespace: { metadata: { name: 'shop' }, roles: [{ metadata: { name: 'reader' } }], objects: null } });
    expect(errors).toMatchObject([{ message: 'the server doesn\'t have a resource type "nothing"', path: ['namespace', 'objects'] }]);
  });

  test('an object is not said to be controlled by one that has the name of its controller', async () => {
    const owner = '{apiVersion: batch/v1, kind: CronJob, name: tidy, uid: another, controller: true}';
    const spec = '{template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}';
    const manifest = `{apiVersion: batch/v1, kind: Job, metadata: {name: stray, namespace: shop, ownerReferences: [${owner}]}, spec: ${spec}}`;
    const { data, errors } = await graph.run(
      'mutation ($m: String!) { create(manifest: $m) { object { ... on Job { cronJob { kind } } } } }',
      {
        m: manifest,
      },
    );
    expect([errors, data]).toEqual([undefined, { create: [{ object: { cronJob: null } }] }]);
  });

  test('a namespace has a field for each namespaced kind', async () => {
    const { data } = await graph.run('{ __type(name: "Namespace") { fields { name } } }');
    const fields = (data as { __type: { fields: Array<{ name: string }> } }).__type.fields.map(({ name }) => name);
    const kinds = (await graph.runtime).kinds.stored
      .filter(({ info }) => info.namespaced)
      .map(({ many }) => (many === 'events' ? 'eventsInside' : many));
    expect(kinds.filter((name) => !fields.includes(name))).toEqual([]);
  });
});
