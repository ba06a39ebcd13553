// The worst patches, YAML, protobuf, queries and headers of a given size.
import { get, head, json, listOf, mapOf, maps, nested, patch, pods, post, selector, yaml } from './parts.mjs';

const rules = (list) =>
  json('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'worsts.rules.example.com' },
    spec: {
      group: 'rules.example.com',
      scope: 'Namespaced',
      names: { plural: 'worsts', kind: 'Worst' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: { a: { type: 'string' } }, 'x-kubernetes-validations': list } },
            },
          },
        },
      ],
    },
  });

/** Shape by name: bytes → request. */
export const worstTexts = {
  jsonPatchCopies: (n) =>
    patch(
      'application/json-patch+json',
      JSON.stringify([
        { op: 'add', path: '/data/z', value: 'x'.repeat(Math.min(n, 1000)) },
        ...listOf(Math.min(n, 3000), 100, () => ({ op: 'copy', from: '/data', path: '/data/z' })),
      ]),
    ),
  jsonPatchAdds: (n) =>
    patch(
      'application/json-patch+json',
      JSON.stringify(listOf(n, 50, (i) => ({ op: 'add', path: `/metadata/annotations/k${i}`, value: 'v' }))),
    ),
  jsonPatchInserts: (n) =>
    patch(
      'application/json-patch+json',
      JSON.stringify([
        { op: 'add', path: '/metadata/finalizers', value: [] },
        ...listOf(n, 55, (i) => ({ op: 'add', path: '/metadata/finalizers/0', value: `a/b${i}` })),
      ]),
    ),
  jsonPatchPointer: (n) => patch('application/json-patch+json', JSON.stringify([{ op: 'add', path: '/a'.repeat(n / 2), value: 1 }])),
  jsonPatchTests: (n) =>
    patch('application/json-patch+json', JSON.stringify(listOf(n, 40, () => ({ op: 'test', path: '/kind', value: 'ConfigMap' })))),
  mergeDeep: (n) => patch('application/merge-patch+json', `{"data":${nested(n, '{"a":', '1', '}')}}`),
  mergeWide: (n) => patch('application/merge-patch+json', JSON.stringify({ data: mapOf(n, 14, (i) => [`k${i}`, null]) })),
  strategicLists: (n) =>
    patch(
      'application/strategic-merge-patch+json',
      JSON.stringify({ spec: { taints: listOf(n, 40, (i) => ({ key: `k${i}`, effect: 'NoSchedule' })) } }),
      '/api/v1/nodes/node-1',
    ),
  strategicOrder: (n) =>
    patch(
      'application/strategic-merge-patch+json',
      JSON.stringify({
        metadata: { '$setElementOrder/finalizers': listOf(n, 10, (i) => `a/${i}`), finalizers: listOf(n / 9, 10, (i) => `a/${i}`) },
      }),
    ),
  strategicDeletes: (n) =>
    patch(
      'application/strategic-merge-patch+json',
      JSON.stringify({ metadata: { '$deleteFromPrimitiveList/finalizers': listOf(n, 10, (i) => `a/${i}`) } }),
    ),
  strategicAddresses: (n) =>
    patch(
      'application/strategic-merge-patch+json',
      JSON.stringify({ status: { addresses: listOf(n, 40, (i) => ({ type: `t${i}`, address: 'a', $patch: 'delete' })) } }),
      '/api/v1/nodes/node-1/status',
    ),
  yamlAliases: (n) =>
    yaml(`${head}x: &a [${'1,'.repeat(Math.min(n / 2, 1000))}1]\n${listOf(Math.min(n, 200_000), 10, (i) => `y${i}: *a`).join('\n')}\n`),
  yamlBomb: (n) =>
    yaml(
      `a0: &a0 [x]\n${listOf(Math.min(n, 2000), 60, (i) => `a${i + 1}: &a${i + 1} [*a${i},*a${i},*a${i},*a${i},*a${i},*a${i},*a${i},*a${i}]`).join('\n')}\n`,
    ),
  yamlMerges: (n) => yaml(`${head}x: &a {a: b}\n${listOf(n, 16, (i) => `y${i}: {<<: *a}`).join('\n')}\n`),
  yamlMergeChain: (n) => yaml(`a0: &a0 {k: v}\n${listOf(n, 30, (i) => `a${i + 1}: &a${i + 1} {<<: *a${i}, k${i}: v}`).join('\n')}\n`),
  yamlMergeList: (n) => yaml(`a: &a {k: v}\nb: {<<: [${'*a,'.repeat(n / 3)}*a]}\n`),
  yamlKeys: (n) => yaml(`${head}data:\n${listOf(n, 10, (i) => `  k${i}: v`).join('\n')}\n`),
  yamlEqualKeys: (n) => yaml(`${head}data:\n${'  a: b\n'.repeat(n / 7)}`),
  yamlDeep: (n) => yaml(nested(n, '[', '', ']')),
  yamlIndent: (n) => yaml(listOf(Math.sqrt(n * 2), 1, (i) => `${' '.repeat(i)}a:`).join('\n')),
  yamlDashes: (n) => yaml('- '.repeat(n / 2)),
  yamlBraces: (n) => yaml('{'.repeat(n)),
  yamlDocuments: (n) => yaml('---\na: b\n'.repeat(n / 9)),
  yamlComments: (n) => yaml(`${'# x\n'.repeat(n / 4)}a: b`),
  yamlQuotes: (n) => yaml(`a: "${'\\x41'.repeat(n / 4)}"`),
  yamlFolded: (n) => yaml(`a: >\n${'  x\n\n'.repeat(n / 5)}`),
  yamlTags: (n) => yaml('!!map '.repeat(n / 6)),
  yamlAnchors: (n) => yaml(listOf(n, 14, (i) => `a${i}: &b${i} c`).join('\n')),
  yamlQuestions: (n) => yaml('? '.repeat(n / 2)),
  yamlColons: (n) => yaml('a: '.repeat(n / 3)),
  yamlBlanks: (n) => yaml(`a: b${' '.repeat(n)}\n`),
  labelSelector: (n) => get(pods, `labelSelector=${selector(Math.min(n, 250_000), (i) => `a${i}=b`)}`),
  labelSelectorIn: (n) => get(pods, `labelSelector=a in (${selector(Math.min(n, 250_000), (i) => `b${i}`)})`),
  labelSelectorOpen: (n) => get(pods, `labelSelector=${'('.repeat(Math.min(n, 250_000))}`),
  fieldSelector: (n) => get(pods, `fieldSelector=${selector(Math.min(n, 250_000), (i) => `metadata.name!=b${i}`)}`),
  query: (n) => get(pods, listOf(Math.min(n, 400_000), 8, (i) => `a${i}=b`).join('&')),
  repeatedQuery: (n) => get(pods, 'limit=1&'.repeat(Math.min(n, 400_000) / 8)),
  queryNames: (n) => get(pods, 'a&'.repeat(Math.min(n, 400_000) / 2)),
  pathSlashes: (n) => get('/'.repeat(Math.min(n, 60_000)), ''),
  pathParts: (n) => get(`/apis${'/a'.repeat(Math.min(n, 60_000) / 2)}`, ''),
  accept: (n) => ({ ...get(pods, ''), headers: { accept: 'application/json;q=0.1,'.repeat(Math.min(n, 400_000) / 23) } }),
  acceptUnknown: (n) => ({ ...get(pods, ''), headers: { accept: 'a/b,'.repeat(Math.min(n, 400_000) / 4) } }),
  acceptParams: (n) => ({ ...get(pods, ''), headers: { accept: `application/json${';a=b'.repeat(Math.min(n, 400_000) / 4)}` } }),
  impersonateGroups: (n) => ({
    ...get(pods, ''),
    headers: { 'impersonate-user': 'a', 'impersonate-group': listOf(Math.min(n, 60_000), 6, (i) => `g${i}`) },
  }),
  deleteOptions: (n) => ({
    method: 'DELETE',
    path: `${maps}/none`,
    headers: { 'content-type': 'application/json' },
    text: JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', dryRun: listOf(n, 6, () => 'All') }),
  }),
  accessReview: (n) =>
    json('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      spec: { user: 'a', groups: listOf(n, 8, (i) => `g${i}`), resourceAttributes: { verb: 'get', resource: 'pods' } },
    }),
  ruleLong: (n) => rules([{ rule: `1${'+1'.repeat(n / 2)} == 1` }]),
  ruleDeep: (n) => rules([{ rule: `${'('.repeat(n / 2)}1${')'.repeat(n / 2)} == 1` }]),
  ruleOpen: (n) => rules([{ rule: '['.repeat(n) }]),
  ruleWrong: (n) => rules([{ rule: 'a.b('.repeat(n / 4) }]),
  ruleLoops: (n) => rules([{ rule: `${'[1,2,3].all(x,'.repeat(n / 15)}true${')'.repeat(n / 15)}` }]),
  rulePattern: (n) => rules([{ rule: `'a'.matches('${'(a{1,50}){1,50}'.repeat(n / 15)}')` }]),
  rules: (n) => rules(listOf(n, 30, (i) => ({ rule: `self.a == '${i}'` }))),
  rulesWrong: (n) => rules(listOf(n, 20, () => ({ rule: 'self.a.c +' }))),
  rulesRepeated: (n) => rules(listOf(n, 20, () => ({ rule: 'self.a == 1' }))),
  protobufZeros: (n) => post(maps, Buffer.concat([Buffer.from('k8s\0'), Buffer.alloc(n)]), 'application/vnd.kubernetes.protobuf'),
  protobufGroups: (n) => post(maps, Buffer.concat([Buffer.from('k8s\0'), Buffer.alloc(n, 0x0b)]), 'application/vnd.kubernetes.protobuf'),
  protobufVarints: (n) => post(maps, Buffer.concat([Buffer.from('k8s\0'), Buffer.alloc(n, 0xff)]), 'application/vnd.kubernetes.protobuf'),
};
