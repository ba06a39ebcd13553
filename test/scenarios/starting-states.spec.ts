import { expect, test } from '@jest/globals';
import { Deployment, Node, Pod } from '#api';
import { ClusterFaults, createLocalCluster } from '#cluster';
import { presetNodes } from '#kubeadm';
import { openCluster } from './story.js';

const MANIFESTS = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crons.example.com}
spec:
  group: example.com
  names: {kind: Cron, plural: crons}
  scope: Namespaced
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
---
apiVersion: example.com/v1
kind: Cron
metadata: {name: nightly}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      nodeSelector: {disk: ssd}
      containers: [{name: web, image: nginx}]
`;

const named = [
  { name: 'cp', role: 'control-plane' },
  { name: 'fast', role: 'worker', labels: { disk: 'ssd' }, zone: 'z1', version: 'v1.34.1' },
  { name: 'gpu', role: 'worker', taints: [{ key: 'gpu', effect: 'NoSchedule' }] },
] as const;
const nodes = { count: 3, cpu: '4', memory: '8Gi', pods: 110, named };

test('a cluster starts with the nodes, objects and faults of its starting state, born when it is made', async () => {
  const start = { nodes, version: 'v1.35.2', manifests: MANIFESTS, faults: [{ type: 'stop', component: 'kube-scheduler' }] };
  const clock = Date.parse('2031-05-06T07:08:09Z');
  const { client, api, settle, advance } = await openCluster({ ...start, clock, version: 'v1.35.2' });
  const { items } = await client.list(Node);
  expect(items.map(({ metadata, spec, status }) => [metadata.name, status?.nodeInfo?.kubeletVersion, spec.taints ?? []])).toEqual([
    ['cp', 'v1.35.2', [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }]],
    ['fast', 'v1.34.1', []],
    ['gpu', 'v1.35.2', [{ key: 'gpu', effect: 'NoSchedule' }]],
  ]);
  const pods = async () =>
    (await client.list(Pod, { namespace: 'default' })).items.map(({ metadata, spec, status }) => ({
      born: metadata.creationTimestamp,
      node: spec?.nodeName,
      phase: status?.phase,
    }));
  const running = { born: '2031-05-06T07:08:09Z', node: 'fast', phase: 'Running' };
  expect(await pods()).toEqual([running, running]);
  const faults = new ClusterFaults(api);
  expect(await faults.list()).toEqual([{ id: 'fault-1', type: 'stop', component: 'kube-scheduler', since: clock }]);
  const web = await client.get(Deployment, 'web', 'default');
  await client.update(Deployment, { ...web, spec: { ...web.spec, replicas: 3 } } as typeof web);
  await advance(60_000);
  expect((await pods()).map(({ phase }) => phase).sort()).toEqual(['Pending', 'Running', 'Running']);
  await faults.heal('fault-1');
  await settle();
  expect((await pods()).map(({ phase }) => phase)).toEqual(['Running', 'Running', 'Running']);
});

test('nodes of a preset schedule pods as theirs do', async () => {
  const { client, settle } = await openCluster({
    nodes: { ...nodes, count: 2, named: presetNodes('minikube', { count: 2 }) },
  });
  const container = { name: 'c', image: 'nginx' };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { nodeName: '', containers: [container] },
  } as const;
  await client.create(Pod, { ...pod, spec: { containers: [container], nodeSelector: { 'minikube.k8s.io/primary': 'true' } } });
  await settle();
  expect((await client.get(Pod, 'p', 'default')).spec?.nodeName).toBe('minikube');
});

test.each([
  ['a: b: c', 'document 1, line 1, column 5: yaml: mapping values are not allowed in this context'],
  ['{apiVersion: v1, kind: Thing, metadata: {name: x}}', 'no matches for kind "Thing" in version "v1"'],
  [
    '{apiVersion: v1, kind: ConfigMap, metadata: {name: X}}',
    `ConfigMap X: ConfigMap "X" is invalid: metadata.name: Invalid value: "X": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
  ],
  ['{apiVersion: v1, kind: ConfigMap, metadata: {name: x, namespace: none}}', 'ConfigMap x: namespaces "none" not found'],
])('manifests that no cluster takes are refused: %s', async (manifests, message) => {
  await expect(createLocalCluster({ manifests })).rejects.toThrow(message);
});

test('so are faults of what there is not, and labels that no node may have', async () => {
  await expect(createLocalCluster({ faults: [{ type: 'stop', node: 'none' }] })).rejects.toThrow('faults[0]: there is no node none');
  const bad = [{ name: 'cp', role: 'control-plane', labels: { 'a b': 'c' } }] as const;
  await expect(createLocalCluster({ nodes: { ...nodes, count: 1, named: bad } })).rejects.toThrow(
    'Node "cp" is invalid: metadata.labels: Invalid value: "a b"',
  );
});
