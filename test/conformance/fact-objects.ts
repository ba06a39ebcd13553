/** Manifests for the standard input. */
export const yaml = (...objects: object[]): string => objects.map((object) => JSON.stringify(object)).join('\n---\n');
const waiting = { nodeSelector: { nowhere: 'x' } };
/** A pod that stays pending. */
const pod = (name: string, more: object = {}, metadata: object = {}) => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { run: 'facts' }, ...metadata } },
  spec: { ...waiting, containers: [{ name: 'c', image: 'nginx', ...more }] },
});
/** The same with requests. */
export const sized = (name: string, cpu: string, memory: string) => pod(name, { resources: { requests: { cpu, memory } } });
const selector = { matchLabels: { app: 'rs' } };
/** A ReplicaSet. */
export const replicaSet = {
  ...{ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'rs' } },
  spec: { replicas: 1, selector, template: { metadata: { labels: { app: 'rs' } }, spec: pod('x').spec } },
};
/** A ReplicationController. */
export const controller = {
  ...{ apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: 'rc' } },
  spec: { replicas: 0, selector: { app: 'rc' }, template: { metadata: { labels: { app: 'rc' } }, spec: pod('x').spec } },
};
/** A ConfigMap. */
export const configMap = (name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { run: 'facts' } },
  ...more,
});
/** Options for an output format of objects in the namespace of a run. */
export const json = ['-n', 'NS', '-o'];
