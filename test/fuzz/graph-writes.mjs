// The worst objects that are given to the graph's mutations: as manifests and as typed variables, up to 3 MB.
import fc from 'fast-check';

const repeated = (bytes, of) => Array.from({ length: Math.ceil(bytes / of(0).length) }, (_, index) => of(index));
const map = (name, data) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata:\n${data}`;
const manifest = (text, more = '') => ({
  query: `mutation ($m: String!) { apply(manifest: $m, dryRun: true${more}) { operation diff { path } warnings } }`,
  variables: { m: text },
});
const objects = (list, more = '') => ({
  query: `mutation ($o: [ObjectInput!]) { create(objects: $o, dryRun: true${more}) { operation object { kind } } }`,
  variables: { o: list },
});
const nested = (levels) => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

/** Shape by name: bytes → operation. */
const shapes = {
  deepFlow: (n) => manifest('{a: '.repeat(n / 4)),
  deepBlock: (n) =>
    manifest(
      repeated(Math.sqrt(n), () => 'a:')
        .map((key, index) => ' '.repeat(index) + key)
        .join('\n'),
    ),
  deepJson: (n) =>
    manifest(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":${'['.repeat(n / 2)}${']'.repeat(n / 2)}}`),
  wide: (n) => manifest(map('wide', repeated(n, (index) => `  k${index}: v\n`).join(''))),
  wideUnknown: (n) =>
    manifest(`apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n${repeated(n, (index) => `k${index}: v\n`).join('')}`),
  twice: (n) => manifest(map('twice', repeated(n, () => '  k: v\n').join(''))),
  aliases: (n) => manifest(`a: &a [${'x,'.repeat(100)}]\nb: [${repeated(n, () => '*a,').join('')}]`),
  merges: (n) => manifest(`a: &a {b: c}\n${repeated(n, (index) => `k${index}: {<<: *a}\n`).join('')}`),
  emptyDocuments: (n) => manifest(repeated(n, () => '---\n').join('')),
  documents: (n) => manifest(repeated(n, (index) => `---\n${map(`d${index}`, '  a: b\n')}`).join('')),
  refused: (n) =>
    manifest(repeated(n, (index) => `---\n${map('Bad_Name', `${`  k: v # ${'x'.repeat(60_000)}\n`}`)}x${index}: 1\n`).join('')),
  items: (n) =>
    manifest(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: repeated(n, (index) => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `i${index}` } })).map(
          (text) => JSON.parse(text),
        ),
      }),
    ),
  containers: (n) =>
    manifest(
      `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n${repeated(n, (index) => `  - {name: c${index}, image: i}\n`).join('')}`,
    ),
  broken: (n) => manifest(`${'a: b\n'.repeat(n / 5)}a: b: c`),
  together: () =>
    objects(
      Array.from({ length: 200 }, (_, index) => ({ configMap: { metadata: { name: `t${index}` } } })),
      ', atomic: true',
    ),
  typedLists: (n) =>
    objects([
      {
        pod: {
          metadata: { name: 'p' },
          spec: {
            containers: [
              { name: 'c', env: repeated(Math.min(n, 190_000), (index) => `{"name":"n${index}"}`).map((text) => JSON.parse(text)) },
            ],
          },
        },
      },
    ]),
  typedEmpty: () => objects([{ pod: { metadata: { name: 'p' }, spec: { containers: [], tolerations: Array(19_000).fill({}) } } }]),
  typedTexts: (n) =>
    objects([
      {
        configMap: {
          metadata: { name: 'c' },
          data: Object.fromEntries(repeated(Math.min(n, 200_000), (index) => `"k${index}":1`).map((_, index) => [`k${index}`, 'v'])),
        },
      },
    ]),
  tooMany: (n) => objects(repeated(n, () => '{"any":{}},').map(() => ({ any: {} }))),
  deepAny: () => objects([{ any: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: nested(190) } }]),
  deeperAny: () => objects([{ any: nested(1_000) }]),
};

/** A write of one of the shapes. */
export const graphWrites = (largest) =>
  fc.record({
    sort: fc.constant('graphWrite'),
    shape: fc.constantFrom(...Object.keys(shapes)),
    bytes: fc.oneof(fc.integer({ min: 1, max: largest }), fc.constant(largest)),
  });

/** The request of a write. */
export const graphWriteRequest = ({ shape, bytes }, cluster) => ({
  method: 'POST',
  url: `/graphql?cluster=${cluster}`,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(shapes[shape](bytes))),
});
