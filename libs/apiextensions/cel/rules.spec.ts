import { formatFieldError } from '#apimachinery';
import { validateRuleDefinitions, validateRules } from '../rules.js';
import { type Schema, SchemaNode } from '../schema-node.js';

const object = (properties: Record<string, unknown>, rest: object = {}): Schema => ({ type: 'object', properties, ...rest }) as Schema;
const rules = (...given: (string | object)[]): object => ({
  'x-kubernetes-validations': given.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});
const spec = (properties: Record<string, unknown>, rest: object = {}): Schema => object({ spec: object(properties, rest) });
const integer = { type: 'integer' };
const text = { type: 'string' };
const HINT = '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';
const shown = (rule: string): string =>
  `{"Rule":${JSON.stringify(rule)},"Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}`;

const at = 'openAPIV3Schema.properties[spec].x-kubernetes-validations[0]';

test.each<[string, Schema, string[]]>([
  ['a good rule', spec({ replicas: integer }, rules('self.replicas <= 10')), []],
  [
    'an unknown field',
    spec({ replicas: integer }, rules('self.foo > 1')),
    [
      `${at}.rule: Invalid value: ${shown('self.foo > 1').replace('>', '\\u003e')}: compilation failed: ERROR: <input>:1:5: undefined field 'foo'\n | self.foo > 1\n | ....^`,
    ],
  ],
  [
    'not a bool',
    spec({ n: integer }, rules('self.n')),
    [`${at}.rule: Invalid value: ${shown('self.n')}: cel expression must evaluate to a bool`],
  ],
  ['nothing', spec({ n: integer }, rules(' ')), [`${at}.rule: Required value: rule is not specified`]],
  [
    'a line break without a message',
    spec({ n: integer }, rules('self.n\n> 1')),
    [`${at}.message: Required value: message must be specified if rule contains line breaks`],
  ],
  [
    'a wrong reason and path',
    spec({ n: integer }, rules({ rule: 'self.n > 1', reason: 'Odd', fieldPath: '.m' })),
    [
      `${at}.reason: Unsupported value: "Odd": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"`,
      `${at}.fieldPath: Invalid value: ".m": must be a valid path`,
    ],
  ],
  [
    'optionalOldSelf without oldSelf',
    spec({ n: integer }, rules({ rule: 'self.n > 1', optionalOldSelf: true })),
    [`${at}.optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule`],
  ],
  [
    'oldSelf in a list whose items do not correspond',
    object({ spec: { type: 'array', maxItems: 5, items: { ...integer, ...rules('self >= oldSelf') } } }),
    [
      'openAPIV3Schema.properties[spec].items.x-kubernetes-validations[0].rule: Invalid value: "self >= oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within openAPIV3Schema.properties[spec]',
    ],
  ],
  [
    'a loop in a loop over lists without bounds',
    spec({ list: { type: 'array', items: integer } }, rules('self.list.all(x, self.list.all(y, x == y))')),
    [
      `${at}.rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${HINT}`,
      `${at}.rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema`,
      `openAPIV3Schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${HINT}`,
    ],
  ],
  [
    'the same within bounds',
    spec({ list: { type: 'array', maxItems: 10, items: integer } }, rules('self.list.all(x, self.list.all(y, x == y))')),
    [],
  ],
  [
    'a messageExpression that is no text',
    spec({ n: integer }, rules({ rule: 'self.n > 1', messageExpression: 'self.n' })),
    [
      `${at}.messageExpression: Invalid value: {"Rule":"self.n \\u003e 1","Message":"","MessageExpression":"self.n","Reason":null,"FieldPath":"","OptionalOldSelf":null}: messageExpression must evaluate to a string`,
    ],
  ],
  [
    'rules of more characters than are compiled',
    spec({ n: integer }, rules(...Array.from({ length: 3000 }, (_, i) => `self.n != ${i} ${' '.repeat(100)}`))),
    ['openAPIV3Schema: Forbidden: the rules of a schema may have at most 262144 characters together'],
  ],
])('definitions: %s', (_, schema, expected) => {
  expect(validateRuleDefinitions('openAPIV3Schema', schema).map(formatFieldError)).toEqual(expected);
});

const listMap = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['name'],
  items: object({ name: text, size: integer }, rules('self.size >= oldSelf.size')),
};

interface Case {
  schema: Schema;
  given: object;
  old?: object;
  expected: string[];
}

test.each<[string, Case]>([
  ['a rule that holds', { schema: spec({ n: integer }, rules('self.n <= 10')), given: { spec: { n: 3 } }, expected: [] }],
  [
    'a rule that is broken',
    {
      schema: spec({ n: integer }, rules('self.n <= 10')),
      given: { spec: { n: 30 } },
      expected: ['spec: Invalid value: failed rule: self.n <= 10'],
    },
  ],
  [
    'its message, reason and path',
    {
      schema: spec({ n: integer }, rules({ rule: 'self.n <= 10', message: 'too many', reason: 'FieldValueForbidden', fieldPath: '.n' })),
      given: { spec: { n: 30 } },
      expected: ['spec.n: Forbidden: too many'],
    },
  ],
  [
    'its messageExpression',
    {
      schema: spec({ n: integer }, rules({ rule: 'self.n <= 10', message: 'no', messageExpression: '"not " + string(self.n)' })),
      given: { spec: { n: 30 } },
      expected: ['spec: Invalid value: not 30'],
    },
  ],
  [
    'a field that is not there',
    {
      schema: spec({ n: integer }, rules('self.n <= 10')),
      given: { spec: {} },
      expected: ['spec: Invalid value: "object": no such key: n evaluating rule: self.n <= 10'],
    },
  ],
  [
    'a scalar',
    {
      schema: spec({ n: { ...integer, ...rules('self % 2 == 0') } }),
      given: { spec: { n: 3 } },
      expected: ['spec.n: Invalid value: 3: failed rule: self % 2 == 0'],
    },
  ],
  [
    'the root, with its name',
    {
      schema: object({ spec: text }, rules("self.metadata.name.startsWith('a')")),
      given: { metadata: { name: 'b' } },
      expected: ["<nil>: Invalid value: failed rule: self.metadata.name.startsWith('a')"],
    },
  ],
  [
    'a transition',
    {
      schema: spec({ n: integer }, rules('self.n == oldSelf.n')),
      given: { spec: { n: 3 } },
      old: { spec: { n: 2 } },
      expected: ['spec: Invalid value: failed rule: self.n == oldSelf.n'],
    },
  ],
  ['a transition on create', { schema: spec({ n: integer }, rules('self.n == oldSelf.n')), given: { spec: { n: 3 } }, expected: [] }],
  [
    'an optional oldSelf on create',
    {
      schema: spec({ n: integer }, rules({ rule: 'oldSelf.hasValue() || self.n == 1', optionalOldSelf: true })),
      given: { spec: { n: 3 } },
      expected: ['spec: Invalid value: failed rule: oldSelf.hasValue() || self.n == 1'],
    },
  ],
  [
    'items of a list by their keys',
    {
      schema: object({ spec: listMap }),
      given: {
        spec: [
          { name: 'b', size: 1 },
          { name: 'c', size: 0 },
          { name: 'a', size: 5 },
        ],
      },
      old: {
        spec: [
          { name: 'a', size: 4 },
          { name: 'b', size: 2 },
        ],
      },
      expected: ['spec[0]: Invalid value: failed rule: self.size >= oldSelf.size'],
    },
  ],
  [
    'what an update leaves as it was',
    {
      schema: spec({ n: { ...integer, ...rules('self < 2') }, m: { ...integer, ...rules('self < 2') } }),
      given: { spec: { n: 3, m: 5 } },
      old: { spec: { n: 3, m: 4 } },
      expected: ['spec.m: Invalid value: 5: failed rule: self < 2'],
    },
  ],
  [
    'fields that are escaped, typed by their format',
    {
      schema: spec(
        { 'a-b': text, namespace: text, at: { type: 'string', format: 'date-time' }, f: { type: 'number' } },
        rules("self.a__dash__b == 'x' && self.__namespace__ == 'y' && self.at.getFullYear() == 2020 && self.f == 1.0"),
      ),
      given: { spec: { 'a-b': 'x', namespace: 'y', at: '2020-01-01T00:00:00Z', f: 1 } },
      expected: [],
    },
  ],
  [
    'an int or string of the other type',
    {
      schema: spec({ v: { 'x-kubernetes-int-or-string': true } }, rules('self.v < 5')),
      given: { spec: { v: 'x' } },
      expected: [
        'spec: Invalid value: "object": \'no such overload\': call arguments did not match a supported operator, function or macro signature for rule: self.v < 5',
      ],
    },
  ],
])('objects: %s', (_, { schema, given, old, expected }) => {
  expect(validateRules(new SchemaNode(schema), given, old).map(formatFieldError)).toEqual(expected);
});
