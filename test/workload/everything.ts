import { localPathStorage } from '#kubeadm';
import { apps, batch, claimSpec, core, deployment, devices, image, labels, mounted, script, template } from './objects.js';
import { advance, patch, post, remove, type Step } from './step.js';

/** The provisioner of volumes on the nodes, with its default StorageClass. */
export const localPath: readonly Step[] = localPathStorage()
  .flat()
  .flatMap((step) => {
    if (step.verb !== 'create') return [];
    const { group, version, resource, namespaced } = step.resource;
    const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    return [post(`${root}${namespaced ? `/namespaces/${step.object.metadata.namespace}` : ''}/${resource}`, step.object)];
  });

/** Deployments with everything around them: Services, a budget, an autoscaler, a quota, priorities. */
const deployments: readonly Step[] = [
  post(`${apps}/deployments`, deployment('web', 8)),
  post(`${core}/services`, { metadata: { name: 'web' }, spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80 }] } }),
  post(`${core}/services`, { metadata: { name: 'lb' }, spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }] } }),
  post('/apis/policy/v1/namespaces/default/poddisruptionbudgets', {
    metadata: { name: 'web' },
    spec: { minAvailable: '75%', selector: labels('web') },
  }),
  advance('30s'),
  patch(`${apps}/deployments/web`, image('nginx:1.28')),
  advance('1m'),
  patch(`${apps}/deployments/web`, { spec: { replicas: 5, template: { metadata: { annotations: { at: 'again' } } } } }),
  post('/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', {
    metadata: { name: 'web' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 3, maxReplicas: 4 },
  }),
  post(`${apps}/deployments`, deployment('broken', 2, { containers: [{ name: 'c', image: 'no-such-image' }] })),
  post('/api/v1/namespaces', { metadata: { name: 'small' } }),
  post('/api/v1/namespaces/small/resourcequotas', { metadata: { name: 'q' }, spec: { hard: { pods: '2', 'count/configmaps': '3' } } }),
  post('/apis/apps/v1/namespaces/small/deployments', deployment('many', 4)),
  post('/apis/apps/v1/namespaces/small/replicasets', deployment('set', 2)),
  advance('3m'),
  patch('/api/v1/namespaces/small/resourcequotas/q', { spec: { hard: { pods: '9' } } }),
  post('/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'high' }, value: 1000 }),
  post(`${core}/replicationcontrollers`, {
    metadata: { name: 'old' },
    spec: { replicas: 2, selector: { app: 'old' }, template: template('old', { priorityClassName: 'high' }) },
  }),
  remove('/api/v1/namespaces/small'),
  advance('2m'),
];

/** Sets whose pods have names, volumes or nodes of their own. */
const sets: readonly Step[] = [
  ...[0, 1, 2].map((n) =>
    post('/api/v1/persistentvolumes', {
      metadata: { name: `disk-${n}` },
      spec: {
        ...{ accessModes: ['ReadWriteOnce'], capacity: { storage: `${n + 1}Gi` }, storageClassName: 'manual' },
        ...{ hostPath: { path: `/tmp/disk-${n}` }, persistentVolumeReclaimPolicy: n === 0 ? 'Delete' : 'Retain' },
      },
    }),
  ),
  post(`${core}/services`, { metadata: { name: 'db' }, spec: { clusterIP: 'None', selector: { app: 'db' }, ports: [{ port: 80 }] } }),
  post(`${apps}/statefulsets`, {
    metadata: { name: 'db' },
    spec: {
      ...{ replicas: 3, serviceName: 'db', selector: labels('db'), template: template('db') },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimSpec('manual') }],
      persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Delete' },
    },
  }),
  post(`${apps}/statefulsets`, {
    metadata: { name: 'dynamic' },
    spec: {
      ...{ replicas: 2, serviceName: 'db', podManagementPolicy: 'Parallel', selector: labels('dynamic'), template: template('dynamic') },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimSpec() }],
    },
  }),
  post(`${apps}/daemonsets`, { metadata: { name: 'agent' }, spec: { selector: labels('agent'), template: template('agent') } }),
  advance('2m'),
  patch(`${apps}/statefulsets/db`, image('nginx:1.28')),
  patch(`${apps}/daemonsets/agent`, image('nginx:1.28')),
  advance('2m'),
  remove(`${core}/pods/db-1`),
  patch(`${apps}/statefulsets/db`, { spec: { replicas: 1 } }),
  advance('1m'),
  post(`${core}/persistentvolumeclaims`, { metadata: { name: 'alone' }, spec: claimSpec() }),
  post(`${core}/pods`, { metadata: { name: 'reader' }, spec: mounted('alone') }),
  post(`${core}/pods`, {
    metadata: { name: 'scratch' },
    spec: {
      containers: [{ name: 'c', image: 'nginx:1.27' }],
      volumes: [{ name: 'data', ephemeral: { volumeClaimTemplate: { spec: claimSpec() } } }],
    },
  }),
  advance('30s'),
  remove(`${core}/persistentvolumeclaims/alone`),
  remove(`${core}/pods/reader`),
  remove(`${core}/pods/scratch`),
  remove(`${apps}/statefulsets/dynamic`),
  advance('1m'),
];

/** What runs to an end. */
const jobs: readonly Step[] = [
  post(`${batch}/jobs`, {
    metadata: { name: 'indexed' },
    spec: {
      ...{ completions: 5, parallelism: 2, completionMode: 'Indexed', ttlSecondsAfterFinished: 60 },
      template: { spec: script('sleep 3') },
    },
  }),
  post(`${batch}/jobs`, { metadata: { name: 'failing' }, spec: { backoffLimit: 2, template: { spec: script('exit 3') } } }),
  post(`${batch}/jobs`, {
    metadata: { name: 'endless' },
    spec: { activeDeadlineSeconds: 50, template: { spec: script('sleep 10000') } },
  }),
  post(`${batch}/cronjobs`, {
    metadata: { name: 'often' },
    spec: { schedule: '*/2 * * * *', successfulJobsHistoryLimit: 1, jobTemplate: { spec: { template: { spec: script('exit 0') } } } },
  }),
  post(`${core}/pods`, { metadata: { name: 'crash' }, spec: { ...script('sleep 5; exit 1'), restartPolicy: 'Always' } }),
  advance('10m'),
  patch(`${batch}/cronjobs/often`, { spec: { suspend: true } }),
  remove(`${core}/pods/crash`),
];

/** Devices that pods ask for. */
const claims: readonly Step[] = [
  post(`${devices}/deviceclasses`, {
    metadata: { name: 'gpu' },
    spec: { selectors: [{ cel: { expression: 'device.driver == "gpu.example.com"' } }] },
  }),
  ...['worker-1', 'worker-2'].map((nodeName) =>
    post(`${devices}/resourceslices`, {
      metadata: { name: `${nodeName}-gpus` },
      spec: {
        ...{ driver: 'gpu.example.com', nodeName, pool: { name: nodeName, generation: 1, resourceSliceCount: 1 } },
        devices: [{ name: 'gpu-0' }, { name: 'gpu-1' }],
      },
    }),
  ),
  post(`${devices}/namespaces/default/resourceclaimtemplates`, {
    metadata: { name: 'one' },
    spec: { spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } } },
  }),
  post(
    `${apps}/deployments`,
    deployment('learners', 5, {
      containers: [{ name: 'c', image: 'nginx:1.27', resources: { claims: [{ name: 'gpu' }] } }],
      resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'one' }],
    }),
  ),
  advance('1m'),
  patch(`${apps}/deployments/learners`, { spec: { replicas: 2 } }),
  advance('1m'),
];

/** Nodes that fail, are drained, and go. */
const nodes: readonly Step[] = [
  { inject: { type: 'stop', node: 'worker-1' } },
  advance('10m'),
  { heal: 'oldest' },
  advance('2m'),
  patch('/api/v1/nodes/worker-2', { spec: { taints: [{ key: 'leave', effect: 'NoExecute' }] } }),
  advance('1m'),
  patch('/api/v1/nodes/worker-2', { spec: { taints: null } }),
  { inject: { type: 'pause', component: 'kube-controller-manager' } },
  patch(`${apps}/deployments/web`, image('nginx:1.29')),
  advance('1m'),
  { heal: 'oldest' },
  advance('1m'),
  remove('/api/v1/nodes/worker-1'),
  advance('10m'),
];

/** What only a cluster in a cloud does. */
const machines: readonly Step[] = [{ machine: 'worker-2', running: false }, advance('5m'), { machine: 'worker-2', running: true }];

const end: readonly Step[] = [
  remove(`${apps}/deployments/web`),
  remove(`${apps}/statefulsets/db`),
  remove(`${core}/services/lb`),
  remove(`${batch}/cronjobs/often`, { propagationPolicy: 'Foreground' }),
  remove(`${core}/persistentvolumeclaims`),
  advance('5m'),
];

/** A workload that gives every controller, the scheduler and the kubelets something to do. */
export const everything: readonly Step[] = [...localPath, ...deployments, ...sets, ...jobs, ...claims, ...nodes, ...end];

/** The same in a cluster that is in a cloud. */
export const everythingInCloud: readonly Step[] = [...everything.slice(0, -end.length), ...machines, ...end];
