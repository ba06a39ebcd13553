import fc from 'fast-check';
import { apps, batch, claimSpec, core, deployment, image, labels, script, template } from './objects.js';
import { advance, patch, post, remove, type Step } from './step.js';

const namespaces = '/api/v1/namespaces';
const name = fc.constantFrom('a', 'b', 'c');
const node = fc.constantFrom('worker-1', 'worker-2');
const images = fc.constantFrom('nginx:1.28', 'redis:7', 'no-such-image');
const size = fc.nat({ max: 20 });
const kind = fc.constantFrom('deployments', 'statefulsets');

const statefulSet = (of: string, replicas: number) => ({
  metadata: { name: of },
  spec: {
    ...{ replicas, serviceName: of, selector: labels(of), template: template(of) },
    volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimSpec('manual') }],
  },
});
const disk = (of: string) => ({
  metadata: { name: of },
  spec: {
    ...{ accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, storageClassName: 'manual' },
    ...{ hostPath: { path: `/tmp/${of}` }, persistentVolumeReclaimPolicy: 'Delete' },
  },
});
const exit = (code: number) => ({ spec: script(`sleep 5; exit ${code}`) });

/** Any step to a cluster with two workers; whether a request succeeds is determined by the steps before it. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(name, size).map(([of, replicas]) => post(`${apps}/deployments`, deployment(of, replicas))),
  fc.tuple(name, size).map(([of, replicas]) => post(`${apps}/statefulsets`, statefulSet(of, replicas))),
  name.map((of) => post(`${apps}/daemonsets`, { metadata: { name: of }, spec: { selector: labels(of), template: template(of) } })),
  fc.tuple(kind, name, size).map(([of, called, replicas]) => patch(`${apps}/${of}/${called}`, { spec: { replicas } })),
  fc.tuple(kind, name, images).map(([of, called, to]) => patch(`${apps}/${of}/${called}`, image(to))),
  fc.tuple(kind, name).map(([of, called]) => remove(`${apps}/${of}/${called}`)),
  fc
    .tuple(name, fc.integer({ min: 1, max: 6 }), fc.constantFrom(0, 1))
    .map(([of, completions, code]) =>
      post(`${batch}/jobs`, { metadata: { name: of }, spec: { completions, parallelism: 2, backoffLimit: 2, template: exit(code) } }),
    ),
  name.map((of) =>
    post(`${batch}/cronjobs`, { metadata: { name: of }, spec: { schedule: '*/3 * * * *', jobTemplate: { spec: { template: exit(0) } } } }),
  ),
  name.map((of) => remove(`${batch}/cronjobs/${of}`)),
  name.map((of) => post('/api/v1/persistentvolumes', disk(of))),
  name.map((of) => post(`${core}/persistentvolumeclaims`, { metadata: { name: of }, spec: claimSpec('manual') })),
  name.map((of) => remove(`${core}/persistentvolumeclaims/${of}`)),
  name.map((of) =>
    post(`${core}/services`, { metadata: { name: of }, spec: { type: 'NodePort', selector: { app: of }, ports: [{ port: 80 }] } }),
  ),
  name.map((of) => remove(`${core}/services/${of}`)),
  name.map((of) => post(namespaces, { metadata: { name: of } })),
  name.map((of) => post(`${namespaces}/${of}/resourcequotas`, { metadata: { name: 'q' }, spec: { hard: { pods: '3' } } })),
  name.map((of) => post(`/apis/apps/v1/namespaces/${of}/deployments`, deployment('in', 5))),
  name.map((of) => remove(`${namespaces}/${of}`)),
  node.map((of) => patch(`/api/v1/nodes/${of}`, { spec: { unschedulable: true } })),
  node.map((of) => patch(`/api/v1/nodes/${of}`, { spec: { taints: [{ key: 'leave', effect: 'NoExecute' }] } })),
  node.map((of) => remove(`/api/v1/nodes/${of}`)),
  fc.constant(remove(`${core}/pods`)),
  fc.constant(post(`${core}/configmaps`, { metadata: { generateName: 'g-' } })),
  fc.constant(post(`${core}/pods`, { metadata: { name: 'crash' }, spec: { ...script('sleep 5; exit 1'), restartPolicy: 'Always' } })),
  fc.integer({ min: 1, max: 900 }).map((seconds) => advance(`${seconds}s`)),
);
