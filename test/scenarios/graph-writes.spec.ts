import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { LocalGraph } from '../graph.js';

let cluster: LocalCluster;
let graph: LocalGraph;

beforeAll(async () => {
  cluster = await createLocalCluster();
  graph = new LocalGraph(cluster);
});

afterAll(() => cluster.close());

const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

const run = (operation: string, variables?: Record<string, unknown>) => graph.data<Record<string, unknown>>(operation, variables);

const apply =
  'mutation ($m: String!) { apply(manifest: $m) { operation object { kind metadata { name } } before { kind } diff { path from to } warnings } }';

const web = (replicas: number) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, annotations: {scheduler.alpha.kubernetes.io/critical-pod: ""}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {scheduler.alpha.kubernetes.io/critical-pod: ""}}
    spec: {containers: [{name: c, image: nginx}]}
`;

test.each([
  ['Deploymnt', 'apps/v1', 'Did you mean "Deployment"?'],
  ['Deployment', 'extensions/v1beta1', 'Did you mean "apps/v1"?'],
  ['Pods', 'v1', 'Did you mean "Pod"?'],
])('a manifest with the kind %s of %s says what may have been meant', async (kind, apiVersion, hint) => {
  const { errors } = await graph.run('mutation ($m: String!) { create(manifest: $m) { operation } }', {
    m: `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\n`,
  });
  expect(errors?.map(({ message }) => message)).toEqual([
    `document 1, line 2: no matches for kind "${kind}" in version "${apiVersion}". ${hint}`,
  ]);
});

test('force without serverSide is refused', async () => {
  const { errors } = await graph.run('mutation { apply(force: true, objects: [{configMap: {metadata: {name: "forced"}}}]) { operation } }');
  expect(errors?.map(({ message }) => message)).toEqual(['force: needs serverSide, too']);
});

test('a write is answered with what it changed, and with the warnings of the API', async () => {
  const warnings = [
    'spec.template.metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead',
  ];
  const object = { kind: 'Deployment', metadata: { name: 'web' } };
  expect(await run(apply, { m: web(1) })).toEqual({ apply: [{ operation: 'CREATED', object, before: null, diff: [], warnings }] });
  const last = '.metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]';
  expect(await run(apply, { m: web(2) })).toEqual({
    apply: [
      {
        operation: 'UPDATED',
        object,
        before: { kind: 'Deployment' },
        diff: expect.arrayContaining([
          { path: '.spec.replicas', from: 1, to: 2 },
          { path: last, from: expect.any(String), to: expect.any(String) },
        ]),
        warnings,
      },
    ],
  });
  expect(await run(apply, { m: web(2) })).toMatchObject({ apply: [{ operation: 'UNCHANGED', diff: [] }] });
  expect(await run('mutation { scale(kind: "deploy", name: "web", replicas: 5, dryRun: true) { dryRun diff { path from to } } }')).toEqual({
    scale: { dryRun: true, diff: [{ path: '.spec.replicas', from: 2, to: 5 }] },
  });
  expect(
    await run('mutation { scale(kind: "deploy", name: "web", replicas: 3) { diff { path from to } object { metadata { generation } } } }'),
  ).toMatchObject({ scale: { diff: expect.arrayContaining([{ path: '.spec.replicas', from: 2, to: 3 }]) } });
});

test('a deletion has preconditions, and answers with what is left', async () => {
  const made = (await run(
    'mutation { create(manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {name: kept, finalizers: [example.com/wait]}}") { object { metadata { uid resourceVersion } } } }',
  )) as { create: [{ object: { metadata: { uid: string; resourceVersion: string } } }] };
  const { uid, resourceVersion } = made.create[0].object.metadata;
  const gone = (more: string) =>
    graph.run(
      `mutation { delete(kind: "cm", name: "kept"${more}) { operation object { metadata { deletionTimestamp } } before { kind } } }`,
    );
  expect((await gone(', uid: "0"')).errors?.[0]?.extensions?.code).toBe('CONFLICT');
  expect((await gone(', resourceVersion: "1"')).errors?.[0]?.extensions?.code).toBe('CONFLICT');
  expect(plain((await gone(`, uid: "${uid}", resourceVersion: "${resourceVersion}"`)).data)).toEqual({
    delete: { operation: 'DELETED', object: { metadata: { deletionTimestamp: expect.any(String) } }, before: { kind: 'ConfigMap' } },
  });
});

test('each document of a manifest is written or refused by itself, with its place', async () => {
  const manifest = `apiVersion: v1
kind: ConfigMap
metadata: {name: good}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: Bad_Name
---
# a comment
apiVersion: v1
kind: Pod
metadata: {name: typo}
spec:
  containers:
    - name: c
      imgae: nginx
---
a: b: c
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Pod
    metadata: {name: p}
    spec:
      containers: [{name: c, image: nginx, ports: [{containerPort: 1},
        {containerPort: x}]}]
  - apiVersion: example.com/v1
    kind: Nothing
    metadata: {name: n}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: last}
`;
  const { data, errors = [] } = await graph.run(
    'mutation ($m: String!) { apply(manifest: $m) { operation object { metadata { name } } } }',
    {
      m: manifest,
    },
  );
  const created = (name: string) => ({ operation: 'CREATED', object: { metadata: { name } } });
  expect(plain(data)).toEqual({ apply: [created('good'), null, null, null, null, null, created('last')] });
  expect(errors.map(({ message, path, extensions: { status: _, ...extensions } = {} }) => ({ message, path, extensions }))).toEqual([
    {
      message: expect.stringMatching(/^document 2, line 8: ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": /),
      path: ['apply', 1],
      extensions: { code: 'INVALID', document: 2, line: 8, fields: [{ field: 'metadata.name', line: 8 }] },
    },
    {
      message:
        'document 3, line 17: Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.containers[0].imgae"',
      path: ['apply', 2],
      extensions: { code: 'BAD_REQUEST', document: 3, line: 17, fields: [{ field: 'spec.containers[0].imgae', line: 17 }] },
    },
    {
      message: 'document 4, line 19, column 5: yaml: mapping values are not allowed in this context',
      path: ['apply', 3],
      extensions: { code: 'BAD_USER_INPUT', document: 4, line: 19, column: 5 },
    },
    {
      message: expect.stringMatching(
        /^document 5, items\[0\], line 28: Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string /,
      ),
      path: ['apply', 4],
      extensions: { code: 'BAD_REQUEST', document: 5, line: 28, fields: [expect.objectContaining({ line: 28 })] },
    },
    {
      message: 'document 5, items[1], line 31: no matches for kind "Nothing" in version "example.com/v1"',
      path: ['apply', 5],
      extensions: { code: 'BAD_USER_INPUT', document: 5, line: 31, fields: [{ field: 'kind', line: 31 }] },
    },
  ]);
  expect(graph.unexpected).toEqual([]);
});

test('unknown fields are left out if that is wanted, with a warning or without', async () => {
  const create = (validation: string) =>
    run(
      `mutation { create(dryRun: true, fieldValidation: ${validation}, manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, dta: {}}") { warnings object { json } } }`,
    );
  const object = { json: expect.not.objectContaining({ dta: {} }) };
  expect(await create('WARN')).toEqual({ create: [{ warnings: ['unknown field "dta"'], object }] });
  expect(await create('IGNORE')).toEqual({ create: [{ warnings: [], object }] });
});
