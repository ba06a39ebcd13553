import path from 'node:path';

interface Asked {
  query: string;
  operationName?: string;
}
const { isDrawable } = (await import(path.join(import.meta.dirname, 'drawable.js'))) as {
  isDrawable(request: Asked, schema?: unknown): boolean;
};

const type = (name: string, fields: object, interfaces: string[] = []) => ({
  name,
  getFields: () => fields,
  getInterfaces: () => interfaces.map((one) => ({ name: one })),
});
const kind = (name: string, fields: object) => type(name, { metadata: { type: type('ObjectMeta', {}) }, ...fields }, ['KubernetesObject']);
const node = kind('Node', {});
const pod = kind('Pod', { node: { type: node }, spec: { type: type('PodSpec', {}) } });
const anything = type('KubernetesObject', {});
const schema = {
  getQueryType: () =>
    type('Query', {
      pods: { type: { ofType: type('PodList', { items: { type: pod } }) } },
      object: { type: anything },
      cluster: { type: type('Cluster', {}) },
    }),
  getType: (name: string) => ({ Pod: pod, Node: node })[name],
};

test.each([
  ['objects within objects', '{ pods { items { metadata { name } node { metadata { name } } } } }', true, true],
  ['whose names are not asked for', '{ pods { items { kind node { kind } } } }', true, false],
  [
    'under other names, in fragments',
    '{ p: pods { i: items { ...P } } } fragment P on Pod { n: node { ...N } } fragment N on Node { metadata { uid } }',
    true,
    false,
  ],
  ['below a condition', '{ object(kind: "pod") { kind ... on Pod { node { kind } } } }', true, false],
  ['objects alone', '{ pods { items { metadata { name } spec { nodeName } } } }', false, false],
  [
    'templates, which are no objects',
    '{ deployments { items { metadata { name } spec { template { metadata { name } } } } } }',
    false,
    false,
  ],
  ['what is no object', '{ cluster { id } }', false, false],
  ['steps of the root', '{ traceOf(kind: "po", name: "a") { line } }', true, true],
  ['steps of an object', '{ pods { items { why { line } } } }', true, true],
  ['a field history of a kind of one’s own', '{ versions { items { metadata { name } status { history { state } } } } }', false, false],
])('%s: %s', (_what, query, drawn, drawnWithoutSchema) => {
  expect([isDrawable({ query }, schema), isDrawable({ query })]).toEqual([drawn, drawnWithoutSchema]);
});

test('of several operations it is the one that was run', () => {
  const query = 'query A { cluster { id } } query B { pods { items { why { line } } } }';
  expect([
    isDrawable({ query, operationName: 'A' }, schema),
    isDrawable({ query, operationName: 'B' }, schema),
    isDrawable({ query: '' }, schema),
  ]).toEqual([false, true, false]);
});
