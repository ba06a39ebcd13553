import type { Json } from '../cluster-api.js';
import {
  admission,
  budgets,
  cron,
  type Hostile,
  inner,
  job,
  namespaces,
  owned,
  owner,
  rbac,
  scaler,
  scalers,
  set,
  small,
} from './hostile-step.js';
import { apps, batch, claimSpec, core, deployment, labels, script } from './objects.js';
import { post, remove, type Step } from './step.js';

function mountedSecret(name: string): Json {
  return {
    containers: [{ name: 'c', image: 'nginx', volumeMounts: [{ name: 's', mountPath: '/s' }] }],
    volumes: [{ name: 's', secret: { secretName: name } }],
  };
}

/** Other objects that nothing can bring into their desired state. */
export const hostileOthers: readonly Hostile[] = [
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
