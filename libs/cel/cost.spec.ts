import { celEnvironment, DYN, listType, STRING } from './index.js';

/**
 * Costs as upstream's tests have them (apiserver/pkg/cel/library/cost_test.go). Those run without folding of constants, which the servers do:
 * literals of lists and conversions of literals cost nothing here while an expression runs.
 */
const environment = celEnvironment({ variables: { x: DYN, texts: listType(STRING) } });

function costsOf(source: string, activation: Record<string, unknown> = {}): { min: number; max: number; actual: number } {
  const { program, issues } = environment.compile(source);
  if (!program) throw new Error(`${source}: ${issues}`);
  const { min, max } = program.estimateCost();
  return { min: Number(min), max: Number(max), actual: program.evaluate(activation).cost };
}

const ints = '[1, 2, 3, 4, 5]';
const fifty = "'01234567890123456789012345678901234567890123456789'";

test.each([
  [`${ints}.sum()`, 15, 15, 5],
  ['[uint(1), uint(2), uint(3), uint(4), uint(5)].sum()', 20, 20, 5],
  ["[duration('1s'), duration('2s'), duration('3s'), duration('4s'), duration('5s')].sum()", 20, 20, 5],
  [`${ints}.isSorted()`, 15, 15, 5],
  ['[1.0, 2.0, 3.0, 4.0, 5.0].max()', 15, 15, 5],
  [`${ints}.indexOf(3)`, 15, 15, 5],
  [`${fifty}.indexOf('123')`, 5, 5, 5],
  ["url('https:://kubernetes.io/').getScheme()", 4, 4, 4],
  ["url('https:://kubernetes.io/') == url('https:://kubernetes.io/')", 7, 9, 7],
  ["url('https:://kubernetes.io/') == url('http://x.b')", 5, 5, 5],
  ["ip('192.168.0.1')", 2, 2, 2],
  ["ip('192.168.0.1').family()", 3, 3, 3],
  ["ip('2001:db8:3333:4444:5555:6666:7777:8888') == ip('192.168.0.1')", 7, 7, 7],
  ["ip.isCanonical('2001:db8:3333:4444:5555:6666:7777:8888')", 8, 8, 8],
  ["cidr('192.168.0.0/16').containsCIDR(cidr('192.0.0.0/30'))", 7, 11, 7],
  ["cidr('192.168.0.0/16').containsIP(ip('192.0.0.1'))", 4, 7, 4],
  ["cidr('192.168.0.0/16').containsIP('192.169.0.1')", 5, 8, 5],
])('%s costs from %d to %d, and %d', (source, min, max, actual) => {
  expect(costsOf(source)).toEqual({ min, max, actual });
});
