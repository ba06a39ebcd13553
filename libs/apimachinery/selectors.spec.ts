import { fieldPath } from './field-path.js';
import { parseFieldSelector } from './fields/selector.js';
import { formatLabelSelector, labelSelectorAsSelector, parseLabelSelector } from './labels/selector.js';
import { validateLabelSelector } from './labels/validation.js';
import { StatusError } from './status.js';

function textOf(parse: () => unknown): string {
  try {
    return String(parse());
  } catch (error) {
    if (error instanceof StatusError) return `${error.code} ${error.message}`;
    throw error;
  }
}

test.each([
  ['', ''],
  ['b,a=c', 'a=c,b'],
  [' x in ( foo,,baz ), y ', 'x in (,baz,foo),y'],
  ['x notin (a)', 'x notin (a)'],
  ['!x', '!x'],
  ['a==b,c!=d', 'a==b,c!=d'],
  ['a>1,b<2', 'a>1,b<2'],
  ['a=', 'a='],
  ['in=in', 'in=in'],
  ['a in (in,notin)', 'a in (in,notin)'],
  ['a b', "400 unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  ['a in x', "400 unable to parse requirement: found 'x' expected: '('"],
  ['a in (b c)', "400 unable to parse requirement: found 'c', expected: ',' or ')'"],
  ['a in (b', "400 unable to parse requirement: found '', expected: ',' or ')'"],
  ['a>abc', "400 unable to parse requirement: values[0]: Invalid value: \"abc\": for 'Gt', 'Lt' operators, the value must be an integer"],
  ['a=b c', "400 found 'c', expected: ',' or 'end of string'"],
  ['a,', "400 found '', expected: identifier after ','"],
  ['=a', "400 found '=', expected: !, identifier, or 'end of string'"],
  [
    `a=${'x'.repeat(64)}`,
    `400 unable to parse requirement: values[0][a]: Invalid value: "${'x'.repeat(64)}": must be no more than 63 bytes`,
  ],
])('label selector %j', (text, want) => {
  expect(textOf(() => parseLabelSelector(text))).toBe(want);
});

test.each<[string, Record<string, string> | undefined, boolean]>([
  ['a=b', { a: 'b' }, true],
  ['a=b', undefined, false],
  ['a!=b', {}, true],
  ['a', { a: '' }, true],
  ['!a', { a: '' }, false],
  ['a in (b,c)', { a: 'c' }, true],
  ['a notin (b)', { a: 'b' }, false],
  ['a>5', { a: '10' }, true],
  ['a<5', { a: 'x' }, false],
  ['toString', {}, false],
])('%s matches %j: %s', (text, labels, want) => {
  expect(parseLabelSelector(text).matches(labels)).toBe(want);
});

test('selectors in objects', () => {
  const spec = { matchLabels: { b: '1' }, matchExpressions: [{ key: 'a', operator: 'In', values: ['y', 'x'] }] };
  expect(labelSelectorAsSelector(spec).toString()).toBe('a in (x,y),b=1');
  expect([labelSelectorAsSelector(undefined).matches({}), labelSelectorAsSelector({}).matches({})]).toEqual([false, true]);
  expect([formatLabelSelector({}), formatLabelSelector({ matchExpressions: [{ key: 'a', operator: 'X' }] })]).toEqual([
    '<none>',
    '<error>',
  ]);
});

test('validation of selectors', () => {
  const spec = {
    matchLabels: { a: '-' },
    matchExpressions: [
      { key: 'a', operator: 'In' },
      { key: 'b', operator: 'Exists', values: ['x'] },
      { key: 'c', operator: 'Nope' },
    ],
  };
  expect(
    validateLabelSelector(spec, fieldPath('spec', 'selector')).map(({ field, message }) => `${field}: ${message}`.slice(0, 120)),
  ).toEqual([
    expect.stringContaining('spec.selector.matchLabels: Invalid value: "-": a valid label must be'),
    "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    "spec.selector.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
    'spec.selector.matchExpressions[2].operator: Invalid value: "Nope": not a valid selector operator',
  ]);
});

test.each([
  ['metadata.name=a,status.phase!=Running', 'metadata.name=a,status.phase!=Running'],
  ['b==1,,a=2', 'a=2,b=1'],
  ['a=b\\=c\\,d', 'a=b\\=c\\,d'],
  ['a', "400 invalid selector: 'a'; can't understand 'a'"],
  ['a=b=c', '400 invalid field selector: unescaped character in value: 61'],
  ['a=b\\x', '400 invalid field selector: invalid escape sequence: \\x'],
])('field selector %j', (text, want) => {
  expect(textOf(() => parseFieldSelector(text))).toBe(want);
});

test('field selectors match', () => {
  const selector = parseFieldSelector('metadata.name=a,status.phase!=Running');
  const read = (phase: string) => (field: string) => (field === 'metadata.name' ? 'a' : phase);
  expect([selector.matches(read('Pending')), selector.matches(read('Running'))]).toEqual([true, false]);
  expect(selector.requiresExactMatch('metadata.name')).toBe('a');
});
