import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CustomResourceDefinition } from '#api';
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

const pod =
  'spec: {containers: [{name: "c", image: "nginx", resources: {requests: {cpu: 0.25, memory: "64Mi"}}, ports: [{containerPort: 80, protocol: TCP}]}]}';

test('objects are typed: enums, amounts, maps, lists; one of each kind or of any', async () => {
  const { create } = await run(
    `mutation ($app: String!) { create(objects: [
      {namespace: {metadata: {name: "team"}}}
      {deployment: {
        metadata: {name: "web", namespace: "team", labels: {app: $app}}
        spec: {replicas: 2, selector: {matchLabels: {app: $app}}, strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: "50%", maxUnavailable: 0}}
          template: {metadata: {labels: {app: $app}}, ${pod}}}
      }}
      {service: {metadata: {name: "web"}, spec: {type: ClusterIP, selector: {app: $app}, ports: [{port: 80, targetPort: "http"}]}}}
      {any: {apiVersion: "v1", kind: "ConfigMap", metadata: {name: "notes"}, data: {a: $app}}}
    ], namespace: "team") { operation object { kind metadata { name namespace labels } json } } }`,
    { app: 'web' },
  );
  const [namespace, deployment, service, notes] = create as Array<{
    operation: string;
    object: { kind: string; metadata: object; json: Record<string, unknown> };
  }>;
  expect([namespace, deployment, service, notes].map((one) => [one?.operation, one?.object.kind])).toEqual(
    ['Namespace', 'Deployment', 'Service', 'ConfigMap'].map((kind) => ['CREATED', kind]),
  );
  expect(deployment?.object.metadata).toEqual({ name: 'web', namespace: 'team', labels: { app: 'web' } });
  expect(deployment?.object.json).toMatchObject({
    apiVersion: 'apps/v1',
    spec: {
      replicas: 2,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '50%', maxUnavailable: 0 } },
      template: {
        spec: {
          containers: [{ resources: { requests: { cpu: '250m', memory: '64Mi' } }, ports: [{ containerPort: 80, protocol: 'TCP' }] }],
        },
      },
    },
  });
  expect(service?.object.json).toMatchObject({ spec: { type: 'ClusterIP', ports: [{ port: 80, targetPort: 'http' }] } });
  expect(notes?.object.json).toMatchObject({ data: { a: 'web' } });
});

test('the JSON of an object is a variable, and is applied; null is as if it were not there', async () => {
  const apply =
    'mutation ($d: DeploymentInput!) { apply(objects: [{deployment: $d}], namespace: "team") { operation diff { path from to } } }';
  const deployment = {
    metadata: { name: 'var', annotations: { 'example.com/a': 'b' } },
    spec: {
      replicas: 1,
      minReadySeconds: null,
      selector: { matchLabels: { 'app.kubernetes.io/name': 'var' } },
      template: { metadata: { labels: { 'app.kubernetes.io/name': 'var' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    },
  };
  expect(await run(apply, { d: deployment })).toEqual({ apply: [{ operation: 'CREATED', diff: [] }] });
  const paused = { ...deployment, spec: { ...deployment.spec, paused: true } };
  expect(await run(apply, { d: paused })).toMatchObject({
    apply: [{ operation: 'UPDATED', diff: expect.arrayContaining([{ path: '.spec.paused', from: null, to: true }]) }],
  });
  const part =
    'mutation { apply(serverSide: true, fieldManager: "part", objects: [{any: {apiVersion: "apps/v1", kind: "Deployment", metadata: {name: "var", namespace: "team"}, spec: {minReadySeconds: 5}}}]) { diff { path to } } }';
  expect(await run(part)).toEqual({
    apply: [
      {
        diff: [
          { path: '.metadata.generation', to: 3 },
          { path: '.spec.minReadySeconds', to: 5 },
        ],
      },
    ],
  });
});

test.each([
  ['{deployment: {spec: {}}}', 'Field "DeploymentInput.metadata" of required type "ObjectMetaInput!" was not provided.'],
  [
    '{pod: {metadata: {name: "x"}, spec: {restartPolicy: Sometimes, containers: []}}}',
    'Value "Sometimes" does not exist in "RestartPolicy" enum',
  ],
  [
    '{pod: {metadata: {name: "x"}, spec: {containers: [{image: "nginx"}]}}}',
    'Field "ContainerInput.name" of required type "String!" was not provided.',
  ],
  ['{pod: {metadata: {name: "x"}, status: {}}}', 'Field "status" is not defined by type "PodInput".'],
  ['{pod: {metadata: {name: "x", generation: 3}}}', 'Field "generation" is not defined by type "ObjectMetaInput".'],
  ['{configMap: {metadata: {name: "x"}, data: {a: 1}}}', 'StringMap cannot represent {"a":1}'],
  ['{limitRange: {metadata: {name: "x"}, spec: {limits: [{type: Pod, max: {cpu: true}}]}}}', 'QuantityMap cannot represent {"cpu":true}'],
  ['{pod: {metadata: {name: "x"}}, node: {metadata: {name: "x"}}}', 'OneOf Input Object "ObjectInput" must specify exactly one key.'],
])('%s is refused before anything runs', async (object, message) => {
  await expect(graph.run(`mutation { create(objects: [${object}]) { operation } }`)).rejects.toThrow(message);
});

test('what is wrong with an object names it and its fields', async () => {
  const { data, errors = [] } = await graph.run(
    `mutation { create(objects: [{pod: {metadata: {name: "Bad_Name"}, ${pod}}}, {any: {kind: "Pod"}}, {pod: {metadata: {name: "good"}, ${pod}}}], dryRun: true) { operation dryRun } }`,
  );
  expect(plain(data)).toEqual({ create: [null, null, { operation: 'CREATED', dryRun: true }] });
  expect(errors.map(({ message, path, extensions: { status: _, ...extensions } = {} }) => ({ message, path, extensions }))).toEqual([
    {
      message: expect.stringMatching(/^objects\[0\]: Pod "Bad_Name" is invalid: metadata.name: Invalid value/),
      path: ['create', 0],
      extensions: { code: 'INVALID', fields: [{ field: 'metadata.name', line: null }] },
    },
    { message: "objects[1]: Object 'apiVersion' is missing", path: ['create', 1], extensions: { code: 'BAD_USER_INPUT' } },
  ]);
  const none = await graph.run('mutation { create { operation } }');
  expect(none.errors?.[0]?.message).toBe('objects or a manifest must be given');
});

test('a cluster’s own kinds have inputs of their schemas, with names that GraphQL can carry', async () => {
  await cluster.client.create(CustomResourceDefinition, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gears.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'gears', kind: 'Gear' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  required: ['teeth'],
                  properties: {
                    teeth: { type: 'integer', format: 'int32' },
                    'made-of': { type: 'string', enum: ['brass', 'steel'] },
                    axes: { type: 'array', items: { type: 'object', properties: { 'inner-bore': { type: 'string' } } } },
                  },
                },
              },
            },
          },
        },
      ],
    },
  } as never);
  await cluster.settle();
  const create = (spec: string) =>
    graph.run(`mutation { create(objects: [{gear: {metadata: {name: "g"}, spec: {${spec}}}}]) { object { json } } }`);
  expect(plain((await create('teeth: 12, made_of: brass, axes: [{inner_bore: "3mm"}]')).data)).toEqual({
    create: [{ object: { json: expect.objectContaining({ spec: { teeth: 12, 'made-of': 'brass', axes: [{ 'inner-bore': '3mm' }] } }) } }],
  });
  await expect(create('made_of: wood')).rejects.toThrow(
    /Field "Gear_spec_Input.teeth" of required type "Int!" was not provided[\s\S]*Value "wood" does not exist/,
  );
  expect(plain((await graph.run(`mutation { create(objects: [{pod: {metadata: {name: "still"}, ${pod}}}]) { operation } }`)).data)).toEqual(
    {
      create: [{ operation: 'CREATED' }],
    },
  );
});

test('many values are sent as a text', async () => {
  const create = 'mutation ($o: [ObjectInput!]!) { create(objects: $o, dryRun: true) { operation } }';
  const env = Array.from({ length: 12_000 }, (_, index) => ({ name: `N${index}` }));
  const { errors } = await graph.run(create, { o: [{ pod: { metadata: { name: 'x' }, spec: { containers: [{ name: 'c', env }] } } }] });
  expect(errors?.[0]?.message).toBe('The variables hold more than 20000 values: send objects as a text, in `manifest`.');
});
