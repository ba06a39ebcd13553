import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { relations } from '#graphql';
import { LocalGraph } from '../graph.js';

let cluster: LocalCluster;
let graph: LocalGraph;

const manifest = `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: clerk, namespace: shop}
---
apiVersion: v1
kind: Secret
metadata: {name: clerk-token, namespace: shop, annotations: {kubernetes.io/service-account.name: clerk}}
type: kubernetes.io/service-account-token
---
apiVersion: v1
kind: ConfigMap
metadata: {name: prices, namespace: shop}
data: {apple: "1"}
---
apiVersion: v1
kind: Secret
metadata: {name: keys, namespace: shop}
stringData: {door: open}
---
apiVersion: v1
kind: Secret
metadata: {name: cert, namespace: shop}
stringData: {tls.crt: "", tls.key: ""}
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: urgent}
value: 7
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: runc}
handler: runc
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: by-hand}
provisioner: kubernetes.io/no-provisioner
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: shelf}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: by-hand, hostPath: {path: /tmp/shelf}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: stock, namespace: shop}
spec: {accessModes: [ReadWriteOnce], storageClassName: by-hand, resources: {requests: {storage: 1Gi}}}
---
apiVersion: storage.k8s.io/v1
kind: VolumeAttributesClass
metadata: {name: fast}
driverName: disks.example.com
parameters: {iops: "5"}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: waits, namespace: shop}
spec: {accessModes: [ReadWriteOnce], storageClassName: nowhere, volumeAttributesClassName: fast, resources: {requests: {storage: 1Gi}}}
---
apiVersion: storage.k8s.io/v1
kind: VolumeAttachment
metadata: {name: held}
spec: {attacher: disks.example.com, nodeName: worker-1, source: {persistentVolumeName: shelf}}
---
apiVersion: resource.k8s.io/v1
kind: ResourceSlice
metadata: {name: cards}
spec: {driver: cards.example.com, nodeName: worker-1, pool: {name: worker-1, generation: 1, resourceSliceCount: 1}, devices: [{name: card-0}]}
---
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata: {name: card, namespace: shop}
spec: {devices: {requests: [{name: card, exactly: {deviceClassName: cards}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: clerk
      priorityClassName: urgent
      runtimeClassName: runc
      imagePullSecrets: [{name: keys}]
      containers:
        - {name: c, image: nginx, envFrom: [{configMapRef: {name: prices}}], volumeMounts: [{name: stock, mountPath: /stock}]}
      volumes: [{name: stock, persistentVolumeClaim: {claimName: stock}}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: gate}
spec: {controller: example.com/gate}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: shop}
spec:
  ingressClassName: gate
  tls: [{hosts: [a.example.com], secretName: cert}]
  rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: all, namespace: shop}
spec: {podSelector: {}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: others, namespace: shop}
spec: {podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: one, namespace: shop}
spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: shop}
spec: {minReplicas: 2, maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: clerks-read, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: clerk, namespace: shop}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: shop-views}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:serviceaccounts:shop"}, {kind: ServiceAccount, name: clerk, namespace: shop}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: postgres, env: [{name: POSTGRES_PASSWORD, value: x}]}]}}
  volumeClaimTemplates:
    - {metadata: {name: data}, spec: {storageClassName: nowhere, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: shop}
spec: {selector: {matchLabels: {app: agent}}, template: {metadata: {labels: {app: agent}}, spec: {containers: [{name: c, image: nginx}]}}}
---
apiVersion: v1
kind: ReplicationController
metadata: {name: old, namespace: shop}
spec: {replicas: 1, selector: {app: old}, template: {metadata: {labels: {app: old}}, spec: {containers: [{name: c, image: nginx}]}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: old, namespace: shop}
spec: {maxReplicas: 1, scaleTargetRef: {apiVersion: v1, kind: ReplicationController, name: old}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: tidy, namespace: shop}
spec: {schedule: "* * * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: ["true"]}]}}}}}
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.shop.example.com}
spec: {group: shop.example.com, version: v1, groupPriorityMinimum: 1, versionPriority: 1, insecureSkipTLSVerify: true, service: {name: web, namespace: shop}}
`;

beforeAll(async () => {
  cluster = await createLocalCluster();
  graph = new LocalGraph(cluster);
  const made = await graph.run('mutation ($m: String!) { create(manifest: $m, namespace: "shop") { kind } }', { m: manifest });
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
  ['Secret', 'secrets(namespace: "shop", fieldSelector: "metadata.name=cert")', { ingresses: ['front'], pods: [] }],
  ['Secret', 'secrets(namespace: "shop", fieldSelector: "metadata.name=keys")', { ingresses: [], pods: ['web-*', 'web-*'] }],
  ['Secret', 'secrets(namespace: "shop", fieldSelector: "metadata.name=clerk-token")', { serviceAccount: ['clerk'] }],
  ['ConfigMap', 'configMaps(namespace: "shop", fieldSelector: "metadata.name=prices")', { pods: ['web-*', 'web-*'] }],
  [
    'ServiceAccount',
    'serviceAccounts(namespace: "shop", fieldSelector: "metadata.name=clerk")',
    {
      pods: ['web-*', 'web-*'],
      tokenSecrets: ['clerk-token'],
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

  test('a namespace has a field for each namespaced kind', async () => {
    const { data } = await graph.run('{ __type(name: "Namespace") { fields { name } } }');
    const fields = (data as { __type: { fields: Array<{ name: string }> } }).__type.fields.map(({ name }) => name);
    const kinds = graph.runtime.kinds.stored
      .filter(({ info }) => info.namespaced)
      .map(({ many }) => (many === 'events' ? 'eventsInside' : many));
    expect(kinds.filter((name) => !fields.includes(name))).toEqual([]);
  });
});
