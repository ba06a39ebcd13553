// The worst objects that are given to the graph's mutations: as manifests and as typed variables, up to 3 MB.
import fc from 'fast-check';

/** So many that they are as long together as so many bytes. */
function repeated(bytes, of) {
  const made = [];
  for (let length = 0; length < bytes; length += made.at(-1).length) made.push(of(made.length));
  return made;
}
const map = (name, data) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata:\n${data}`;
const manifest = (text, more = '') => ({
  query: `mutation ($m: String!) { apply(manifest: $m, dryRun: true${more}) { operation diff { path } warnings } }`,
  variables: { m: text },
});
const objects = (list, more = '') => ({
  query: `mutation ($o: [ObjectInput!]) { create(objects: $o, dryRun: true${more}) { operation object { kind } } }`,
  variables: { o: list },
});
const patch = (what, type = 'MERGE', target = 'kind: "configmap", name: "kube-root-ca.crt"') => ({
  query: `mutation ($p: JSON!) { patch(${target}, patch: $p, type: ${type}, dryRun: true) { operation diff { path } warnings } }`,
  variables: { p: what },
});
const edit = (call, types, variables) => ({
  query: `mutation (${types}) { ${call} { operation diff { path } } }`,
  variables,
});
const whatIf = (text) => ({ query: 'query ($m: String!) { whatIf(manifest: $m) { pod state node message } }', variables: { m: text } });
const pod = (spec, metadata = {}) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ...metadata }, spec });
const container = { name: 'c', image: 'i' };
const values = (count, of) => Array.from({ length: count }, (_, index) => of(index));
const keys = (count, value) => Object.fromEntries(values(count, (index) => [`k${index}`, value]));
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
  patchText: (n) => patch({ data: { a: 'x'.repeat(n) } }),
  patchEscapes: (n) => patch({ data: { a: '\u0001'.repeat(n / 6) } }),
  patchWide: (n) => patch({ data: keys(19_000, 'x'.repeat(n / 20_000)) }),
  patchUnknown: (n) => patch(keys(19_000, 'x'.repeat(n / 20_000)), 'STRATEGIC'),
  patchDeep: () => patch({ data: nested(190) }),
  patchTaints: () =>
    patch(
      { spec: { taints: values(6_000, (index) => ({ key: `k${index}`, effect: 'NoSchedule' })) } },
      'STRATEGIC',
      'kind: "node", name: "worker-1"',
    ),
  patchAdds: (n) =>
    patch(
      values(4_900, (index) => ({ op: 'add', path: `/data/k${index}`, value: 'x'.repeat(n / 5_500) })),
      'JSON',
    ),
  patchCopies: () =>
    patch(
      [{ op: 'add', path: '/data/z', value: 'x'.repeat(1_000) }, ...Array(4_900).fill({ op: 'copy', from: '/data', path: '/data/z' })],
      'JSON',
    ),
  patchTests: () => patch(Array(4_900).fill({ op: 'test', path: '/kind', value: 'ConfigMap' }), 'JSON'),
  annotate: (n) =>
    edit('annotate(kind: "cm", name: "kube-root-ca.crt", set: $s, overwrite: true, dryRun: true)', '$s: StringMap!', {
      s: keys(19_000, 'x'.repeat(n / 20_000)),
    }),
  unlabel: () =>
    edit('label(kind: "cm", name: "kube-root-ca.crt", set: {}, remove: $r, dryRun: true)', '$r: [String!]', {
      r: values(19_000, (index) => `k${index}`),
    }),
  taint: () =>
    edit('taint(node: "worker-1", add: $a, dryRun: true)', '$a: [WantedTaint!]!', {
      a: values(4_900, (index) => ({ key: `k${index}`, value: 'v', effect: 'NoSchedule' })),
    }),
  setImage: () =>
    edit('setImage(kind: "pod", name: "box", images: $i, dryRun: true)', '$i: [WantedImage!]!', {
      i: Array(6_000).fill({ container: 'c', image: 'i' }),
    }),
  whatIfText: (n) => whatIf(JSON.stringify(pod({ containers: [container] }, { annotations: { a: 'x'.repeat(n) } }))),
  whatIfWide: (n) =>
    whatIf(
      JSON.stringify(
        pod({
          containers: repeated(Math.min(n, 60_000), (index) => JSON.stringify({ name: `c${index}`, image: 'i' })).map((text) =>
            JSON.parse(text),
          ),
        }),
      ),
    ),
  whatIfKeys: (n) => whatIf(JSON.stringify(pod({ containers: [container] }, { annotations: keys(n / 14, 'v') }))),
  whatIfTolerations: (n) =>
    whatIf(
      JSON.stringify(
        pod({
          containers: [container],
          tolerations: values(Math.min(n, 60_000) / 34, (index) => ({ key: `k${index}`, operator: 'Exists' })),
        }),
      ),
    ),
  whatIfAffinity: (n) =>
    whatIf(
      JSON.stringify(
        pod({
          containers: [container],
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: Array(Math.floor(Math.min(n, 60_000) / 75)).fill({
                topologyKey: 'a',
                labelSelector: { matchLabels: { a: 'b' } },
              }),
            },
          },
        }),
      ),
    ),
  whatIfYaml: (n) =>
    whatIf(`apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations:\n${repeated(n, (index) => `    k${index}: v\n`).join('')}`),
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
