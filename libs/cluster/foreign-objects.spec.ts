import { presetNodes } from '#kubeadm';
import { acceptedRows, ForeignRefused, type ForeignRow } from './foreign-objects.js';
import { buildTemplate } from './template.js';

const MANIFESTS = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crons.example.com}
spec:
  group: example.com
  names: {kind: Cron, plural: crons}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {every: {type: integer}}}}}}
---
apiVersion: example.com/v1
kind: Cron
metadata: {name: nightly}
spec: {every: 3}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}
`;

let rows: ForeignRow[];
beforeAll(async () => {
  const nodes = { count: 2, cpu: '4', memory: '8Gi', pods: 110, named: presetNodes('kind', { count: 2 }) };
  const { objects: built } = await buildTemplate({ nodes, rootCA: 'CA', manifests: MANIFESTS, storage: 'local-path', cloud: true });
  rows = built.map(({ key, value }) => ({ key, value }));
});

const changed = (key: string, from: string | RegExp, to: string): ForeignRow[] =>
  rows.map((row) => (row.key === key ? { ...row, value: row.value.replace(from, to) } : row));

test('all objects that a working cluster stores are accepted as they are, and the files of its nodes but those of its cloud', async () => {
  const accepted = await acceptedRows(rows);
  const control = { key: '/machine/control-plane', value: expect.stringContaining('"nodes":["kind-control-plane"]') };
  const machines = {
    key: '/machine/nodes',
    value: expect.stringMatching(/"name":"kind-control-plane","address":"192.168.0.10","cpu":"4",.*"kind-worker"/),
  };
  const isOfCloud = (key: string) => key.endsWith('/cloud-controller-manager.yaml');
  expect(rows.some(({ key }) => isOfCloud(key))).toBe(true);
  const taken = rows.filter(({ key }) => key.startsWith('/registry/') || (key.startsWith('/machine/files/') && !isOfCloud(key)));
  const byKey = (some: readonly ForeignRow[]) => [...some].sort((a, b) => (a.key < b.key ? -1 : 1));
  expect(byKey(accepted)).toEqual(byKey([control as ForeignRow, machines as ForeignRow, ...taken]));
  expect(taken.some(({ key }) => key.startsWith('/machine/files/kind-control-plane/etc/'))).toBe(true);
});

const WEB = '/registry/deployments/default/web';
const NIGHTLY = '/registry/example.com/crons/default/nightly';

test.each<[string, () => ForeignRow[], string]>([
  ['another type', () => changed(WEB, '"replicas":2', '"replicas":"many"'), `${WEB}: `],
  [
    'another value',
    () => changed(WEB, '"replicas":2', '"replicas":-1'),
    `${WEB}: Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1`,
  ],
  ['an unknown field', () => changed(WEB, '"replicas":2', '"replicaz":2'), `${WEB}: `],
  ['a status of another type', () => changed(WEB, '"status":{', '"status":{"conditions":7,'), `${WEB}: `],
  ['another kind', () => changed(WEB, '"kind":"Deployment"', '"kind":"Thing"'), `${WEB}: no matches for kind "Thing" in version "apps/v1"`],
  ['another key', () => changed(WEB, '"name":"web"', '"name":"other"'), `${WEB}: it is not the key of the object`],
  ['no JSON', () => changed(WEB, '{', '{{'), `${WEB}: it is not JSON`],
  ['no metadata', () => changed(WEB, '"metadata"', '"meta"'), `${WEB}: it has no apiVersion, kind and metadata.name`],
  [
    'a custom resource against its schema',
    () => changed(NIGHTLY, '"every":3', '"every":"day"'),
    `${NIGHTLY}: Cron.example.com "nightly" is invalid: spec.every: Invalid value: "string"`,
  ],
  [
    'a file elsewhere',
    () => [...rows, { key: '/machine/files/n/root/x', value: rows[0]?.value ?? '' }],
    '/machine/files/n/root/x: it has no content',
  ],
])('%s is refused', async (_name, change, message) => {
  const failure = await acceptedRows(change()).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ForeignRefused);
  expect((failure as Error).message).toContain(message);
});
