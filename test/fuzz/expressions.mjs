// CEL expressions of every shape, the rules of custom resources that they stand in, and objects for these.
import fc from 'fast-check';

const atoms = [
  ...[
    'self',
    'self.n',
    'self.s',
    'self.list',
    'self.map',
    'self.any',
    'self.at',
    'oldSelf',
    'x',
    'y',
    '1',
    '0',
    '-9223372036854775808',
    '2u',
  ],
  ...[
    '1.5',
    '1e308',
    "'a'",
    '"\\u00e9\\n"',
    "r'\\d'",
    "b'a\\xff'",
    'null',
    'true',
    'false',
    '[]',
    '{}',
    'int',
    'type(self)',
    "duration('1h')",
  ],
  ...[
    "timestamp('2020-01-01T00:00:00Z')",
    "quantity('1Gi')",
    "ip('::1')",
    "cidr('10.0.0.0/8')",
    "semver('1.2.3')",
    "url('https://a.b/c?d')",
  ],
  ...[
    'optional.none()',
    'optional.of(1)',
    'self.?s',
    'self.list[?0]',
    'format.dns1123Label()',
    'authorizer',
    '@',
    '.',
    '..',
    '`a-b`',
    '/*',
  ],
];
const operators = ['+', '-', '*', '/', '%', '==', '!=', '<', '<=', '>', '>=', '&&', '||', ' in ', '?', ':', ',', '.', ' '];
const methods = [
  ...[
    'size',
    'startsWith',
    'endsWith',
    'contains',
    'matches',
    'find',
    'findAll',
    'split',
    'join',
    'replace',
    'substring',
    'charAt',
    'indexOf',
  ],
  ...['lastIndexOf', 'lowerAscii', 'trim', 'format', 'sort', 'distinct', 'flatten', 'slice', 'reverse', 'sum', 'min', 'max', 'isSorted'],
  ...['first', 'last', 'orValue', 'or', 'value', 'hasValue', 'unwrapOpt', 'getFullYear', 'getHours', 'isGreaterThan', 'add', 'compareTo'],
  ...[
    'containsIP',
    'family',
    'masked',
    'major',
    'validate',
    'getHost',
    'getQuery',
    'check',
    'group',
    '__proto__',
    'constructor',
    'toString',
  ],
];
const functions = [
  ...['size', 'string', 'int', 'uint', 'double', 'bool', 'bytes', 'duration', 'timestamp', 'type', 'dyn', 'has', 'quantity', 'ip', 'cidr'],
  ...[
    'url',
    'semver',
    'isIP',
    'lists.range',
    'sets.contains',
    'sets.equivalent',
    'strings.quote',
    'optional.ofNonZeroValue',
    'format.named',
  ],
];
const macros = ['all', 'exists', 'exists_one', 'existsOne', 'map', 'filter', 'optMap', 'optFlatMap', 'sortBy'];
const macros2 = ['all', 'exists', 'existsOne', 'transformList', 'transformMap', 'transformMapEntry'];

/** An expression as text; most have the right form, and some the right types. */
export const { expression } = fc.letrec((tie) => {
  const e = tie('expression');
  const call = (names) => fc.tuple(fc.constantFrom(...names), fc.array(e, { maxLength: 3 }));
  return {
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true, maxDepth: 6 },
      fc.constantFrom(...atoms),
      fc.tuple(e, fc.constantFrom(...operators), e).map(([a, op, b]) => `${a}${op}${b}`),
      fc.tuple(e, e, e).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.tuple(fc.constantFrom('!', '-', '!!', '--'), e).map(([sign, a]) => `${sign}${a}`),
      fc.tuple(e, call(methods)).map(([a, [name, args]]) => `${a}.${name}(${args.join(', ')})`),
      call(functions).map(([name, args]) => `${name}(${args.join(', ')})`),
      fc.tuple(e, fc.constantFrom(...macros), e).map(([a, name, b]) => `${a}.${name}(x, ${b})`),
      fc.tuple(e, fc.constantFrom(...macros2), e).map(([a, name, b]) => `${a}.${name}(x, y, ${b})`),
      fc.tuple(e, e).map(([a, b]) => `${a}[${b}]`),
      fc.array(e, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
      fc.array(fc.tuple(e, e), { maxLength: 2 }).map((pairs) => `{${pairs.map(([a, b]) => `${a}: ${b}`).join(', ')}}`),
      fc.string({ maxLength: 8 }),
    ),
  };
});

const schema = {
  type: 'object',
  properties: {
    n: { type: 'integer' },
    s: { type: 'string', maxLength: 20 },
    at: { type: 'string', format: 'date-time' },
    list: { type: 'array', maxItems: 10, items: { type: 'integer' } },
    map: { type: 'object', maxProperties: 5, additionalProperties: { type: 'number' } },
    any: { 'x-kubernetes-int-or-string': true },
  },
};
const KINDS = 30;
const group = 'rules.fuzz.example.com';
const objects = [
  { n: 1, s: 'a', list: [1, 2, 3], map: { a: 1, b: 2.5 }, any: '50%', at: '2020-01-01T00:00:00Z' },
  { n: 9007199254740992, s: '😀', list: [], map: {}, any: 3 },
  {},
];

/** A definition with a rule, or an object of one of the kinds that have been defined so far. */
export const ruled = fc.record({
  sort: fc.constant('ruled'),
  kind: fc.nat(KINDS - 1),
  rule: fc.oneof(
    expression,
    expression.map((e) => `${e} == ${e}`),
    fc.tuple(expression, expression).map(([a, b]) => `[${a}].exists(x, ${b} == x)`),
  ),
  message: fc.oneof(fc.constant(undefined), expression),
  object: fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: fc.nat(objects.length - 1) }),
});

/** The request of such an input. */
export function ruledRequest({ kind, rule, message, object }) {
  const plural = `w${kind}s`;
  const headers = { 'content-type': 'application/json' };
  const post = (path, body) => ({ method: 'POST', path, query: '', headers, body: Buffer.from(JSON.stringify(body)) });
  if (object !== undefined) {
    const body = { apiVersion: `${group}/v1`, kind: `W${kind}`, metadata: { generateName: 'o-' }, spec: objects[object] };
    return post(`/apis/${group}/v1/namespaces/default/${plural}`, body);
  }
  const rules = [{ rule, ...(message === undefined ? {} : { messageExpression: message }) }];
  const openAPIV3Schema = { type: 'object', properties: { spec: { ...schema, 'x-kubernetes-validations': rules } } };
  return post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, kind: `W${kind}` },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  });
}
