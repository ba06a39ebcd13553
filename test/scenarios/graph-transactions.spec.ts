import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ConfigMap } from '#api';
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

const template = (app: string) =>
  `selector: {matchLabels: {app: "${app}"}}, template: {metadata: {labels: {app: "${app}"}}, spec: {containers: [{name: "c", image: "nginx"}]}}`;

const written = 'operation object { kind metadata { name namespace uid resourceVersion } }';
type Written = Array<{ operation: string; object: { kind: string; metadata: Record<string, string> } }>;

test('a namespace and what is in it are stored at once, with consecutive revisions', async () => {
  const before = await cluster.store.revision();
  const { create } = await run(`mutation { create(atomic: true, namespace: "team", objects: [
    {namespace: {metadata: {name: "team"}}}
    {serviceAccount: {metadata: {name: "default"}}}
    {configMap: {metadata: {name: "a"}, data: {a: "1"}}}
    {service: {metadata: {name: "web"}, spec: {selector: {app: "web"}, ports: [{port: 80}]}}}
    {deployment: {metadata: {name: "web"}, spec: {replicas: 2, ${template('web')}}}}
    {pod: {metadata: {generateName: "one-"}, spec: {containers: [{name: "c", image: "nginx"}]}}}
    {pod: {metadata: {generateName: "one-"}, spec: {containers: [{name: "c", image: "nginx"}]}}}
  ]) { ${written} } }`);
  const objects = (create as Written).map(({ object }) => object);
  expect(objects.map(({ kind }) => kind)).toEqual([
    'Namespace',
    'ServiceAccount',

    'ConfigMap',
    'Service',
    'Deployment',
    'Pod',
    'Pod',
  ]);
  const revisions = objects.map(({ metadata }) => Number(metadata.resourceVersion));
  expect(revisions[0]).toBe(before + 1);
  expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
  // Beside them: the address of the Service.
  expect((revisions.at(-1) ?? 0) - before).toBe(objects.length + 1);
  expect(new Set(objects.map(({ metadata }) => metadata.uid)).size).toBe(objects.length);
  expect(new Set(objects.slice(-2).map(({ metadata }) => metadata.name)).size).toBe(2);
  for (const [index, { kind, metadata }] of objects.entries()) {
    const { object } = (await run(
      `{ object(kind: "${kind}", name: "${metadata.name}", namespace: "team") { metadata { uid resourceVersion } } }`,
    )) as { object: { metadata: Record<string, string> } };
    expect(object.metadata).toEqual({ uid: metadata.uid, resourceVersion: String(revisions[index]) });
  }
  await cluster.settle();
  expect(await run('{ deployment(name: "web", namespace: "team") { status { readyReplicas } } }')).toEqual({
    deployment: { status: { readyReplicas: 2 } },
  });
});

test('nothing is stored if one document is refused, and every error is told', async () => {
  const before = await cluster.store.revision();
  const manifest = `apiVersion: v1
kind: Namespace
metadata: {name: never}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: ok, namespace: never}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: Bad_Name, namespace: never}
---
apiVersion: v1
kind: Service
metadata: {name: typo, namespace: never}
spec: {ports: [{prt: 80}]}
`;
  const { data, errors = [] } = await graph.run(`mutation ($m: String!) { apply(atomic: true, manifest: $m) { ${written} } }`, {
    m: manifest,
  });
  expect(plain(data)).toEqual({ apply: [null, null, null, null] });
  const because = 'not written, because of document 3, document 4';
  expect(errors.map(({ message, extensions }) => [extensions?.code, extensions?.document, message.slice(0, 62)])).toEqual(
    [
      ['ABORTED', 1, `document 1: ${because}`],
      ['ABORTED', 2, `document 2: ${because}`],
      ['INVALID', 3, 'document 3, line 7: ConfigMap "Bad_Name" is invalid: metadata.name'.slice(0, 62).replace('line 7', 'line 11')],
      ['BAD_REQUEST', 4, 'document 4, line 16: Service in version "v1" cannot be handled as a Service'.slice(0, 62)],
    ].map(([code, number, message]) => [code, number, String(message).slice(0, 62)]),
  );
  expect(await cluster.store.revision()).toBe(before);
  expect(await run('{ namespace(name: "never") { kind } }')).toEqual({ namespace: null });
});

test('one object may be written twice, and is stored once', async () => {
  const { apply } = await run(
    `mutation { apply(atomic: true, serverSide: true, objects: [
      {configMap: {metadata: {name: "twice"}, data: {a: "1"}}}
      {configMap: {metadata: {name: "twice"}, data: {a: "2"}}}
      {configMap: {metadata: {name: "twice"}, data: {a: "2"}}}
    ]) { ${written} diff { path from to } } }`,
  );
  const results = apply as Array<Written[number] & { diff: unknown }>;
  expect(results.map(({ operation, diff }) => [operation, diff])).toEqual([
    ['CREATED', []],
    ['UPDATED', [{ path: '.data.a', from: '1', to: '2' }]],
    ['UNCHANGED', []],
  ]);
  const { configMap } = (await run('{ configMap(name: "twice") { data metadata { resourceVersion } } }')) as {
    configMap: { data: object; metadata: { resourceVersion: string } };
  };
  expect(configMap.data).toEqual({ a: '2' });
  expect(results.map(({ object }) => object.metadata.resourceVersion)).toEqual(Array(3).fill(configMap.metadata.resourceVersion));
});

test('a transaction that another write overtakes is tried again on what is there then', async () => {
  await run(
    'mutation { create(manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {name: raced}, data: {k: \\"0\\"}}") { operation } }',
  );
  const add = (name: string) =>
    run(
      `mutation { apply(atomic: true, serverSide: true, fieldManager: "${name}", objects: [{configMap: {metadata: {name: "raced"}, data: {${name}: "1"}}}, {configMap: {metadata: {name: "of-${name}"}}}]) { operation } }`,
    );
  await Promise.all(['x', 'y', 'z'].map(add));
  const { data } = await cluster.client.get<{ data: object } & Parameters<typeof cluster.client.create>[1]>(
    ConfigMap as never,
    'raced',
    'default',
  );
  expect(data).toEqual({ k: '0', x: '1', y: '1', z: '1' });
});

test('a dry run is tried as one transaction, and stores nothing', async () => {
  await run('mutation { create(objects: [{configMap: {metadata: {name: "stands"}, data: {a: "1"}}}]) { operation } }');
  const before = await cluster.store.revision();
  const { configMap } = (await run('{ configMap(name: "stands") { metadata { resourceVersion } } }')) as {
    configMap: { metadata: { resourceVersion: string } };
  };
  const { apply } = await run(`mutation { apply(atomic: true, dryRun: true, serverSide: true, namespace: "dry", objects: [
    {namespace: {metadata: {name: "dry"}}}
    {serviceAccount: {metadata: {name: "default"}}}
    {configMap: {metadata: {name: "a"}, data: {a: "1"}}}
    {configMap: {metadata: {name: "a"}, data: {a: "2"}}}
    {configMap: {metadata: {name: "a"}, data: {a: "2"}}}
    {configMap: {metadata: {name: "stands", namespace: "default"}, data: {a: "1", b: "2"}}}
    {service: {metadata: {name: "web"}, spec: {selector: {app: "web"}, ports: [{port: 80}]}}}
    {pod: {metadata: {name: "p"}, spec: {containers: [{name: "c", image: "nginx"}]}}}
  ]) { ${written} dryRun diff { path from to } } }`);
  const results = apply as Array<Written[number] & { diff: unknown; dryRun: boolean }>;
  expect(results.map(({ operation, diff }) => [operation, diff])).toEqual([
    ...Array(3).fill(['CREATED', []]),
    ['UPDATED', [{ path: '.data.a', from: '1', to: '2' }]],
    ['UNCHANGED', []],
    ['UPDATED', expect.arrayContaining([{ path: '.data.b', to: '2', from: null }])],
    ...Array(2).fill(['CREATED', []]),
  ]);
  const versions = results.map(({ object }) => object.metadata.resourceVersion);
  expect(versions).toEqual([...Array(5).fill(null), configMap.metadata.resourceVersion, null, null]);
  expect(results.every(({ dryRun }) => dryRun)).toBe(true);
  expect(await cluster.store.revision()).toBe(before);
  expect(await run('{ namespace(name: "dry") { kind } }')).toEqual({ namespace: null });
  const twice = await graph.run(`mutation { create(atomic: true, dryRun: true, objects: [
    {service: {metadata: {name: "one"}, spec: {clusterIP: "10.96.7.7", ports: [{port: 80}]}}}
    {service: {metadata: {name: "two"}, spec: {clusterIP: "10.96.7.7", ports: [{port: 80}]}}}
  ]) { operation } }`);
  expect(twice.errors?.map(({ message }) => message)).toEqual([
    'objects[0]: not written, because of objects[1]',
    expect.stringMatching(/^objects\[1\]: .*failed to allocate IP 10\.96\.7\.7: provided IP is already allocated/),
  ]);
  expect(await cluster.store.revision()).toBe(before);
});

test('what admission writes for an object, such as the usage of a quota, is of the transaction', async () => {
  await run(
    'mutation { create(objects: [{namespace: {metadata: {name: "small"}}}, {any: {apiVersion: "v1", kind: "ResourceQuota", metadata: {name: "q", namespace: "small"}, spec: {hard: {secrets: "2"}}}}]) { operation } }',
  );
  await cluster.settle();
  const used = async () => {
    const { resourceQuota } = await run('{ resourceQuota(name: "q", namespace: "small") { status { used { of(resource: "secrets") } } } }');
    return (resourceQuota as { status: { used: { of: string } } }).status.used.of;
  };
  const create = (...names: string[]) =>
    graph.run(
      `mutation { create(atomic: true, namespace: "small", objects: [${names.map((name) => `{secret: {metadata: {name: "${name}"}}}`)}]) { operation } }`,
    );
  expect(await used()).toBe('0');
  expect((await create('a', 'b', 'c')).errors?.at(-1)?.message).toMatch(/^objects\[2\]: secrets "c" is forbidden: exceeded quota: q, /);
  expect(await used()).toBe('0');
  const tried = (...names: string[]) =>
    graph.run(
      `mutation { create(atomic: true, dryRun: true, namespace: "small", objects: [${names.map((name) => `{secret: {metadata: {name: "${name}"}}}`)}]) { operation } }`,
    );
  expect((await tried('a', 'b', 'c')).errors?.at(-1)?.message).toMatch(/^objects\[2\]: secrets "c" is forbidden: exceeded quota: q, /);
  expect((await tried('a', 'b')).errors).toBeUndefined();
  expect(await used()).toBe('0');
  expect((await create('a', 'b')).errors).toBeUndefined();
  expect(await used()).toBe('2');
});

test.each([true, false])('objects of a kind that the manifest defines are refused with what helps (atomic: %s)', async (atomic) => {
  const manifest = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gears.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: gears, singular: gear, kind: Gear}
  versions:
    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
---
apiVersion: example.com/v1
kind: Gear
metadata: {name: first}
`;
  const { errors = [] } = await graph.run('mutation ($m: String!, $a: Boolean!) { create(manifest: $m, atomic: $a) { operation } }', {
    m: manifest,
    a: atomic,
  });
  const help =
    'it is defined by document 1, and served when that is stored: write the definition with one request, and its objects with the next';
  expect(errors.map(({ message }) => message)).toEqual([
    ...(atomic ? ['document 1: not written, because of document 2'] : []),
    `document 2, line 12: no matches for kind "Gear" in version "example.com/v1": ${help}`,
  ]);
});
