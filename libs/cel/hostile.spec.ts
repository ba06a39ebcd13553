import { celEnvironment, celLimits, DYN, stepBudget } from './index.js';

/** What tenants may give to take more than their share: each is refused, or ends with upstream's error after a bounded number of steps. */

const environment = celEnvironment({ variables: { n: DYN, s: DYN, list: DYN } });
const activation = {
  n: Array.from({ length: 1000 }, (_, i) => i),
  s: 'a'.repeat(1_000_000),
  list: Array.from({ length: 100_000 }, (_, n) => ({ n, s: `x${n}` })),
};
const CANCELLED = 'operation cancelled: actual cost limit exceeded';

test.each<[string, string]>([
  ['loops in loops', 'n.all(a, n.all(b, n.all(c, a + b + c >= 0)))'],
  ['lists of lists', 'n.map(a, n.map(b, a * b)).size() > 0'],
  ['long texts added', 'n.map(i, s + s + s).size() > 0'],
  ['long texts searched', "n.exists(i, s.contains('aaaaaaaaab'))"],
  ['a long part in a long text', 's.contains("b" + s.substring(500000))'],
  ['large values compared', 'n.exists(i, list == list && i < 0)'],
  ['members of a large list', 'n.exists(i, {"n": -1} in list)'],
  ['a pattern over a long text', "s.matches('(a*)*b')"],
  ['patterns that grow', "n.exists(i, s.matches('a{' + string(i) + '}b'))"],
  ['very many matches', "s.findAll('').size() > 0"],
  ['very many parts', "s.split('').size() > 0"],
  ['very many replacements', "s.replace('', 'bbbbbbbbbb').size() > 0"],
  ['a very long range', 'lists.range(1000000000).size() > 0'],
  ['pairs of a large list', 'list.distinct().size() > 0'],
  ['pairs of two large lists', 'sets.equivalent(list, list)'],
  ['a large list as text', "'%s'.format([list])"],
  ['a large map', 'list.transformMap(i, v, v).size() > 0'],
  ['many conversions of a long text', 'n.map(i, bytes(s)).size() > 0'],
  ['many zones', "n.map(i, timestamp('2020-01-01T00:00:00Z').getHours('Europe/Vienna')).size() > 0"],
  ['many sizes', 'n.map(i, n.map(j, size(s))).size() > 0'],
])('%s', (_, source) => {
  expect(environment.compile(source).program?.evaluate(activation)).toMatchObject({ error: CANCELLED, cancelled: true });
});

test('several evaluations share one budget', () => {
  const budget = stepBudget();
  const { program } = environment.compile('n.all(i, n.size() > 0)');
  const outcomes = Array.from({ length: 40 }, () => program?.evaluate(activation, { budget })?.error);
  expect([outcomes[0], outcomes[39]]).toEqual([undefined, CANCELLED]);
});

const NODES = `ERROR: <input>:-1:0: expression node count exceeds limit: ${celLimits.nodes}`;
const RECURSION = 'ERROR: <input>:-1:0: expression recursion limit exceeded: 250';

test.each<[string, string, string]>([
  ['3 MB', 'a'.repeat(3_000_000), 'ERROR: <input>:-1:0: expression code point size exceeds limit: size: 3000000, limit 100000'],
  ['parentheses', '('.repeat(50_000), RECURSION],
  ['lists', '['.repeat(50_000), RECURSION],
  ['sums', `${'1+'.repeat(300)}1`, RECURSION],
  ['selections', `n${'.b'.repeat(300)}`, RECURSION],
  ['a wide list', `[${'1,'.repeat(49_000)}1]`, NODES],
  ['negations', `${'!'.repeat(99_000)}true`, NODES],
  ['copies of copies', `optional.of(1)${'.optMap(x, x)'.repeat(200)}`, NODES],
  ['types of types', `optional.of(1)${'.optMap(x, {x: x})'.repeat(15)}`, NODES],
])('%s', (_, source, issues) => {
  expect(environment.compile(source).issues).toBe(issues);
});

test('at most a hundred errors are shown', () => {
  const lines = environment.compile('@'.repeat(90_000)).issues?.split('\n') ?? [];
  expect(lines.filter((line) => line.startsWith('ERROR'))).toHaveLength(100);
  expect(lines[lines.length - 1]).toBe('1 more errors were truncated');
});

test.each<[string, string, number]>([
  ['a short one', 'true', 3],
  ['many nodes', Array.from({ length: 1900 }, () => 'true').join(' || '), 3],
  ['many patterns', Array.from({ length: 500 }, (_, i) => `s.matches('(a+)+${i}')`).join(' || '), 503],
  ['a syntax error', '1 +', 0],
])('an expression is compiled in steps: %s', (_, source, steps) => {
  const work = celEnvironment({ variables: { s: DYN } }).compiling(source);
  let count = 0;
  while (!work.next().done) count += 1;
  expect(count).toBe(steps);
});

test.each([
  ['a long one', 'a'.repeat(5_000)],
  ['many classes', '\\\\pL'.repeat(200)],
  ['repetitions of repetitions', '(?:(?:a{30}){30}){9}'],
  ['ranges whose case does not matter', '(?i)[\u0100-\uffff][\u0100-\uffff][\u0100-\uffff][\u0100-\uffff][\u0100-\uffff]'],
])('a pattern that is too large is refused: %s', (_, pattern) => {
  expect(environment.compile(`s.matches('${pattern}')`).issues).toMatch(/^ERROR: <input>:1:11: invalid matches argument\n/);
});
