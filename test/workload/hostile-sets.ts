import { admission, type Hostile, HUGE, inner, job, namespaces, set, small, stateful } from './hostile-step.js';
import { apps, batch, claimSpec, core, deployment, labels, script, template } from './objects.js';
import { patch, post } from './step.js';

/** Sets of pods that cannot come about. */
export const hostileSets: readonly Hostile[] = [
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
