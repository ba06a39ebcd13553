import type { Json } from '../cluster-api.js';
import { apps, batch, claimSpec, core, deployment, labels, script, template } from './objects.js';
import { patch, post, remove, type Step } from './step.js';

/** Objects that validation lets through and that nothing can bring into their desired state. */
export interface Hostile {
  name: string;
  steps: readonly Step[];
  /** Reasons of which an event tells why it does not come about. */
  why?: RegExp;
  /** Writes of an hour, if it does something again and again on purpose. */
  most?: number;
}

const HUGE = 100_000;
const namespaces = '/api/v1/namespaces';
const inner = (group: 'apps' | 'batch', resource: string): string => `/apis/${group}/v1/namespaces/small/${resource}`;
const small = (hard: Json = { pods: '2' }): Step[] => [
  post(namespaces, { metadata: { name: 'small' } }),
  post(`${namespaces}/small/resourcequotas`, { metadata: { name: 'q' }, spec: { hard } }),
];
const set = (name: string, spec: Json = {}): Json => ({
  metadata: { name },
  spec: { replicas: 2, selector: labels(name), template: template(name), ...spec },
});
const stateful = (name: string, spec: Json = {}): Json => set(name, { serviceName: 'nothing', ...spec });
const owner = (kind: string, apiVersion: string, more: Json = {}): Json => ({ kind, apiVersion, name: 'nobody', uid: 'a-b-c', ...more });
const owned = (name: string, ownerReferences: Json[]): Json => ({ metadata: { name, ownerReferences } });
const job = (name: string, spec: Json = {}, run = 'exit 1'): Json => ({
  metadata: { name },
  spec: { template: { spec: script(run) }, ...spec },
});
const cron = (name: string, schedule: string, spec: Json = {}, run = 'exit 0'): Json => ({
  metadata: { name },
  spec: { schedule, jobTemplate: { spec: { template: { spec: script(run) } } }, ...spec },
});
const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const scalers = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
const scaler = (name: string, kind: string, target: string, apiVersion = 'apps/v1'): Json => ({
  metadata: { name },
  spec: { scaleTargetRef: { apiVersion, kind, name: target }, maxReplicas: 3 },
});
const admission = '/apis/admissionregistration.k8s.io/v1';
const rbac = '/apis/rbac.authorization.k8s.io/v1';

const sets: readonly Hostile[] = [
  {
    name: 'ReplicaSet: huge, bounded by a quota',
    steps: [...small(), post(inner('apps', 'replicasets'), set('a', { replicas: HUGE }))],
    why: /FailedCreate/,
  },
  {
    name: 'Deployment: huge, bounded by a quota',
    steps: [...small(), post(inner('apps', 'deployments'), set('a', { replicas: HUGE }))],
    why: /FailedCreate/,
  },
  {
    name: 'StatefulSet: huge, bounded by a quota',
    steps: [...small(), post(inner('apps', 'statefulsets'), stateful('a', { replicas: HUGE, podManagementPolicy: 'Parallel' }))],
    why: /FailedCreate/,
  },
  {
    name: 'Job: huge, bounded by a quota',
    steps: [...small(), post(inner('batch', 'jobs'), job('a', { parallelism: HUGE, completions: HUGE }, 'sleep 100000'))],
    why: /FailedCreate/,
  },
  {
    name: 'DaemonSet: bounded by a quota',
    steps: [
      ...small({ pods: '0' }),
      post(inner('apps', 'daemonsets'), { metadata: { name: 'a' }, spec: { selector: labels('a'), template: template('a') } }),
    ],
    why: /FailedCreate/,
  },
  {
    name: 'Deployment: its pods are refused by PodSecurity',
    steps: [
      post(namespaces, { metadata: { name: 'small', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } }),
      post(inner('apps', 'deployments'), deployment('a', 3)),
    ],
    why: /FailedCreate/,
  },
  {
    name: 'Deployment: no such service account',
    steps: [post(`${apps}/deployments`, deployment('a', 3, { serviceAccountName: 'nobody' }))],
    why: /FailedCreate/,
  },
  {
    name: 'Deployment: refused by a LimitRange',
    steps: [
      post(`${core}/limitranges`, { metadata: { name: 'l' }, spec: { limits: [{ type: 'Container', max: { cpu: '10m' } }] } }),
      post(
        `${apps}/deployments`,
        deployment('a', 3, { containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '1' }, limits: { cpu: '1' } } }] }),
      ),
    ],
    why: /FailedCreate/,
  },
  {
    name: 'StatefulSet: no such service account',
    steps: [post(`${apps}/statefulsets`, stateful('a', { template: template('a', { serviceAccountName: 'nobody' }) }))],
    why: /FailedCreate/,
  },
  {
    name: 'DaemonSet: no such service account',
    steps: [
      post(`${apps}/daemonsets`, {
        metadata: { name: 'a' },
        spec: { selector: labels('a'), template: template('a', { serviceAccountName: 'nobody' }) },
      }),
    ],
    why: /FailedCreate/,
  },
  {
    name: 'Job: no such service account',
    steps: [post(`${batch}/jobs`, job('a', { template: { spec: { ...script('exit 0'), serviceAccountName: 'nobody' } } }))],
    why: /FailedCreate/,
  },
  {
    name: 'pods refused by a webhook that nobody answers',
    steps: [
      post(`${admission}/validatingwebhookconfigurations`, {
        metadata: { name: 'w' },
        webhooks: [
          {
            ...{ name: 'w.example.com', sideEffects: 'None', admissionReviewVersions: ['v1'], failurePolicy: 'Fail' },
            clientConfig: { service: { name: 'nobody', namespace: 'default' } },
            rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
          },
        ],
      }),
      post(`${apps}/deployments`, deployment('a', 2)),
    ],
    why: /FailedCreate/,
  },
  {
    name: 'two ReplicaSets with one selector',
    steps: [post(`${apps}/replicasets`, set('a')), post(`${apps}/replicasets`, { ...set('a'), metadata: { name: 'b' } })],
  },
  {
    name: 'two Deployments with one selector',
    steps: [post(`${apps}/deployments`, set('a')), post(`${apps}/deployments`, { ...set('a'), metadata: { name: 'b' } })],
  },
  {
    name: 'a StatefulSet and a ReplicaSet with one selector',
    steps: [post(`${apps}/replicasets`, set('a')), post(`${apps}/statefulsets`, { ...stateful('a'), metadata: { name: 'b' } })],
  },
  {
    name: 'Deployment: percentages of nothing',
    steps: [
      post(
        `${apps}/deployments`,
        set('a', { replicas: 1, strategy: { rollingUpdate: { maxSurge: '0%', maxUnavailable: '1%' } }, revisionHistoryLimit: 0 }),
      ),
      patch(`${apps}/deployments/a`, { spec: { template: { metadata: { annotations: { a: 'b' } } } } }),
    ],
  },
  {
    name: 'Deployment: paused, without strategy, ready only after years',
    steps: [
      post(`${apps}/deployments`, set('a', { paused: true, minReadySeconds: 1_000_000_000, progressDeadlineSeconds: 2_000_000_000 })),
      patch(`${apps}/deployments/a`, { spec: { paused: false } }),
    ],
  },
  {
    name: 'StatefulSet: claims of a class that nobody provisions',
    steps: [
      post(`${apps}/statefulsets`, stateful('a', { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimSpec('nobody') }] })),
    ],
    why: /FailedScheduling|ProvisioningFailed/,
  },
  {
    name: 'DaemonSet: on no node',
    steps: [
      post(`${apps}/daemonsets`, {
        metadata: { name: 'a' },
        spec: {
          selector: labels('a'),
          template: template('a', { nodeSelector: { nowhere: 'x' } }),
          updateStrategy: { rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 } },
        },
      }),
    ],
  },
  {
    name: 'DaemonSet: one port of the node twice',
    steps: ['a', 'b'].map((name) =>
      post(`${apps}/daemonsets`, {
        metadata: { name },
        spec: {
          selector: labels(name),
          template: template(name, { containers: [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80, hostPort: 80 }] }] }),
        },
      }),
    ),
    why: /FailedScheduling/,
  },
];

const others: readonly Hostile[] = [
  {
    name: 'Job: fails at once, without retries',
    steps: [post(`${batch}/jobs`, job('a', { backoffLimit: 0 }))],
    why: /BackoffLimitExceeded/,
  },
  {
    name: 'Job: ends before it begins, and is removed at once',
    steps: [post(`${batch}/jobs`, job('a', { activeDeadlineSeconds: 1, ttlSecondsAfterFinished: 0 }, 'sleep 1000'))],
    why: /DeadlineExceeded/,
  },
  {
    name: 'Job: retries without end',
    steps: [post(`${batch}/jobs`, job('a', { backoffLimit: 2_000_000_000 }))],
    why: /BackOff|SuccessfulCreate/,
    most: 250,
  },
  {
    name: 'Job: a selector by hand that matches the pods of others',
    steps: [
      post(`${apps}/replicasets`, set('a')),
      post(
        `${batch}/jobs`,
        job('j', {
          manualSelector: true,
          selector: labels('a'),
          template: { metadata: { labels: { app: 'a' } }, spec: script('sleep 10000') },
        }),
      ),
    ],
  },
  { name: 'CronJob: never', steps: [post(`${batch}/cronjobs`, cron('a', '0 0 31 2 *'))] },
  {
    name: 'CronJob: its Jobs never end',
    steps: [post(`${batch}/cronjobs`, cron('a', '* * * * *', { concurrencyPolicy: 'Forbid', startingDeadlineSeconds: 1 }, 'sleep 100000'))],
    most: 150,
  },
  {
    name: 'CronJob: replaces Jobs that never end',
    steps: [post(`${batch}/cronjobs`, cron('a', '*/10 * * * *', { concurrencyPolicy: 'Replace' }, 'sleep 100000'))],
    most: 200,
  },
  {
    name: 'CronJob: a quota lets no Job be made',
    steps: [...small({ 'count/jobs.batch': '0' }), post(inner('batch', 'cronjobs'), cron('a', '*/10 * * * *'))],
    why: /FailedCreate/,
  },
  {
    name: 'HorizontalPodAutoscalers: of nothing, of what cannot be scaled, and two of one',
    steps: [
      post(scalers, scaler('a', 'Deployment', 'nobody')),
      post(scalers, scaler('b', 'Widget', 'nobody', 'example.com/v1')),
      post(`${apps}/deployments`, deployment('web', 2)),
      post(scalers, scaler('c', 'Deployment', 'web')),
      post(scalers, scaler('d', 'Deployment', 'web')),
    ],
    why: /FailedGetScale/,
  },
  {
    name: 'PodDisruptionBudgets: of all, of none, of pods that nobody owns',
    steps: [
      post(`${core}/pods`, { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } }),
      post(budgets, { metadata: { name: 'a' }, spec: { selector: {}, maxUnavailable: '0%' } }),
      post(budgets, { metadata: { name: 'b' }, spec: { minAvailable: '100%' } }),
      post(budgets, { metadata: { name: 'c' }, spec: { selector: { matchLabels: { nobody: 'x' } }, maxUnavailable: 2_000_000_000 } }),
    ],
    why: /UnmanagedPods/,
  },
  {
    name: 'owners that never were, of kinds that are not served',
    steps: [
      post(`${core}/configmaps`, owned('a', [owner('Widget', 'example.com/v1')])),
      post(`${core}/configmaps`, owned('b', [owner('Node', 'v1')])),
      post(`${core}/configmaps`, owned('c', [owner('Deployment', 'apps/v1', { controller: true, blockOwnerDeletion: true })])),
      post(`${core}/pods`, {
        ...owned('p', [owner('Widget', 'example.com/v1', { controller: true })]),
        spec: { containers: [{ name: 'c', image: 'nginx' }] },
      }),
    ],
  },
  {
    name: 'a finalizer that nobody removes, in a namespace that is deleted',
    steps: [
      post(namespaces, { metadata: { name: 'small' } }),
      post(`${namespaces}/small/configmaps`, { metadata: { name: 'a', finalizers: ['example.com/never'] } }),
      post(inner('apps', 'deployments'), { ...deployment('a', 2), metadata: { name: 'a', finalizers: ['example.com/never'] } }),
      remove(`${namespaces}/small`),
    ],
  },
  {
    name: 'claims and volumes that fit nothing',
    steps: [
      post(`${core}/persistentvolumeclaims`, { metadata: { name: 'a' }, spec: { ...claimSpec('nobody'), volumeName: 'nobody' } }),
      post(`${core}/persistentvolumeclaims`, {
        metadata: { name: 'b' },
        spec: { ...claimSpec(''), selector: { matchExpressions: [{ key: 'x', operator: 'Exists' }] } },
      }),
      post('/apis/storage.k8s.io/v1/storageclasses', { metadata: { name: 'nobody' }, provisioner: 'example.com/nobody' }),
      post(`${core}/persistentvolumeclaims`, { metadata: { name: 'c' }, spec: claimSpec('nobody') }),
      post('/api/v1/persistentvolumes', {
        metadata: { name: 'v' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          capacity: { storage: '1Gi' },
          persistentVolumeReclaimPolicy: 'Recycle',
          nfs: { server: 'x', path: '/' },
          claimRef: { namespace: 'default', name: 'gone', uid: 'x' },
        },
      }),
    ],
    why: /FailedBinding|ExternalProvisioning|RecyclerPod|VolumeFailedRecycle/,
  },
  {
    name: 'nodes without anything',
    steps: [
      post('/api/v1/nodes', { metadata: { name: 'bare' } }),
      post('/api/v1/nodes', { metadata: { name: 'tainted' }, spec: { unschedulable: true, taints: [{ key: 'x', effect: 'NoExecute' }] } }),
    ],
    most: 150,
  },
  {
    name: 'ClusterRoles that aggregate one another',
    steps: ['a', 'b'].map((name) =>
      post(`${rbac}/clusterroles`, {
        metadata: { name, labels: { x: 'y' } },
        rules: [],
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: { x: 'y' } }] },
      }),
    ),
  },
  {
    name: 'quotas of what does not exist',
    steps: [
      post(`${core}/resourcequotas`, {
        metadata: { name: 'q' },
        spec: { hard: { 'count/widgets.example.com': '1', 'requests.example.com/x': '1', pods: '0' }, scopes: ['BestEffort'] },
      }),
    ].map(
      (step) =>
        ({ ...step, body: { ...(step as { body: Json }).body, spec: { hard: { 'count/widgets.example.com': '1', pods: '0' } } } }) as Step,
    ),
  },
  {
    name: 'Services: of all pods, without selector, of a name',
    steps: [
      post(`${core}/services`, { metadata: { name: 'a' }, spec: { ports: [{ port: 80 }] } }),
      post(`${core}/endpoints`, {
        metadata: { name: 'a' },
        subsets: [
          {
            addresses: [{ ip: '10.9.9.9' }, { ip: '10.9.9.8', nodeName: 'nobody', targetRef: { kind: 'Widget', name: 'x' } }],
            ports: [{ port: 80 }],
          },
        ],
      }),
      post(`${core}/services`, { metadata: { name: 'b' }, spec: { type: 'ExternalName', externalName: 'example.com' } }),
      post(`${core}/services`, {
        metadata: { name: 'c' },
        spec: { selector: { app: 'nobody' }, publishNotReadyAddresses: true, ports: [{ port: 80, targetPort: 'nobody' }] },
      }),
      post(`${core}/services`, {
        metadata: { name: 'd' },
        spec: { type: 'LoadBalancer', selector: { app: 'nobody' }, ports: [{ port: 80 }] },
      }),
    ],
  },
  {
    name: 'a certificate that nobody signs, and a token of nobody',
    steps: [
      post(`${core}/secrets`, {
        metadata: { name: 't', annotations: { 'kubernetes.io/service-account.name': 'nobody' } },
        type: 'kubernetes.io/service-account-token',
      }),
      post(`${core}/serviceaccounts`, { metadata: { name: 's' }, secrets: [{ name: 'nobody' }], imagePullSecrets: [{ name: 'nobody' }] }),
    ],
  },
  {
    name: 'device claims of no class, and of no device',
    steps: [
      post('/apis/resource.k8s.io/v1/deviceclasses', {
        metadata: { name: 'none' },
        spec: { selectors: [{ cel: { expression: 'false' } }] },
      }),
      post('/apis/resource.k8s.io/v1/namespaces/default/resourceclaimtemplates', {
        metadata: { name: 't' },
        spec: { spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'none' } }] } } },
      }),
      post(
        `${apps}/deployments`,
        deployment('a', 2, {
          containers: [{ name: 'c', image: 'nginx', resources: { claims: [{ name: 'r' }] } }],
          resourceClaims: [{ name: 'r', resourceClaimTemplateName: 't' }],
        }),
      ),
    ],
    why: /FailedScheduling/,
  },
  {
    name: 'pods that crash, wait, are gated, and are bound to no node',
    steps: [
      post(`${core}/pods`, { metadata: { name: 'crash' }, spec: { ...script('exit 1'), restartPolicy: 'Always' } }),
      post(`${core}/pods`, {
        metadata: { name: 'waits' },
        spec: {
          ...script('exit 0'),
          initContainers: [{ name: 'i', image: 'busybox', command: ['sh', '-c', 'exit 1'] }],
          restartPolicy: 'Always',
        },
      }),
      post(`${core}/pods`, { metadata: { name: 'gated' }, spec: { ...script('exit 0'), schedulingGates: [{ name: 'x' }] } }),
      post(`${core}/pods`, { metadata: { name: 'lost' }, spec: { ...script('exit 0'), nodeName: 'nobody' } }),
      post(`${core}/pods`, { metadata: { name: 'missing' }, spec: { ...mountedSecret('nobody') } }),
      post(`${core}/pods`, {
        metadata: { name: 'late', finalizers: ['example.com/never'] },
        spec: { ...script('exit 0'), activeDeadlineSeconds: 1 },
      }),
    ],
    why: /BackOff|FailedMount/,
    most: 500,
  },
  {
    name: 'a policy that refuses events',
    steps: [
      post(`${admission}/validatingadmissionpolicies`, {
        metadata: { name: 'p' },
        spec: {
          matchConstraints: {
            resourceRules: [{ apiGroups: ['', 'events.k8s.io'], apiVersions: ['*'], resources: ['events'], operations: ['*'] }],
          },
          validations: [{ expression: 'false' }],
        },
      }),
      post(`${admission}/validatingadmissionpolicybindings`, {
        metadata: { name: 'p' },
        spec: { policyName: 'p', validationActions: ['Deny'] },
      }),
      post(`${apps}/deployments`, deployment('a', 2, { serviceAccountName: 'nobody' })),
    ],
  },
  {
    name: 'an API server that nobody runs',
    steps: [
      post('/apis/apiregistration.k8s.io/v1/apiservices', {
        metadata: { name: 'v1.example.com' },
        spec: {
          group: 'example.com',
          version: 'v1',
          groupPriorityMinimum: 1,
          versionPriority: 1,
          service: { namespace: 'default', name: 'nobody' },
        },
      }),
      post(namespaces, { metadata: { name: 'small' } }),
      remove(`${namespaces}/small`),
    ],
  },
];

function mountedSecret(name: string): Json {
  return {
    containers: [{ name: 'c', image: 'nginx', volumeMounts: [{ name: 's', mountPath: '/s' }] }],
    volumes: [{ name: 's', secret: { secretName: name } }],
  };
}

/** One for each way in which controllers meet what they cannot bring about. */
export const hostile: readonly Hostile[] = [...sets, ...others];
