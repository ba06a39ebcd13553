import type { Json } from '../cluster-api.js';

/** Paths of the resources in namespace default. */
export const core = '/api/v1/namespaces/default';
export const apps = '/apis/apps/v1/namespaces/default';
export const batch = '/apis/batch/v1/namespaces/default';
export const devices = '/apis/resource.k8s.io/v1';

export const labels = (app: string): Json => ({ matchLabels: { app } });
export const template = (app: string, spec: Json = {}): Json => ({
  metadata: { labels: { app } },
  spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'nginx:1.27' }], ...spec },
});
export const image = (name: string): Json => ({ spec: { template: { spec: { containers: [{ name: 'c', image: name }] } } } });
export const script = (text: string): Json => ({
  restartPolicy: 'Never',
  containers: [{ name: 'c', image: 'busybox:1.36', command: ['sh', '-c', text] }],
});
export const claimSpec = (storageClassName?: string): Json => ({
  accessModes: ['ReadWriteOnce'],
  resources: { requests: { storage: '1Gi' } },
  ...(storageClassName === undefined ? {} : { storageClassName }),
});
export const mounted = (claimName: string): Json => ({
  containers: [{ name: 'c', image: 'nginx:1.27' }],
  volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
});
export const deployment = (name: string, replicas: number, spec: Json = {}): Json => ({
  metadata: { name },
  spec: { replicas, selector: labels(name), template: template(name, spec) },
});
