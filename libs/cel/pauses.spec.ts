import { celEnvironment, celToJSON, DYN, ended } from './index.js';

/** Evaluations that pause come to the same value, at the same cost, as those that do not. */

const environment = celEnvironment({ variables: { n: DYN, m: DYN, few: DYN } });
const activation = {
  n: Array.from({ length: 150 }, (_, i) => i),
  m: Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`k${i}`, i])),
  few: [3, 1, 2],
};

const HEAVY = 'n.map(a, n.filter(b, b > a).size())';

test.each([
  ['loops in loops', 'few.all(a, n.all(b, n.all(c, a + b + c >= 0)))'],
  ['a list of lists', `${HEAVY}.size() == 150`],
  ['a list', HEAVY],
  ['one after the other', `${HEAVY} == ${HEAVY} && ${HEAVY}.size() > 0 && n.all(a, n.all(b, a * b < 100000))`],
  ['a long range', `few.map(i, ${HEAVY}.filter(x, x % 2 == i % 2).size())`],
  ['a long range of a long range', `${HEAVY}.map(x, n.exists(y, y == x)).filter(x, x).size()`],
  ['maps', 'm.all(k, m.exists(l, l == k))'],
  ['maps with values', 'm.transformMap(k, v, m.filter(l, m[l] > v).size())'],
  ['maps of entries', 'few.transformMapEntry(i, v, {string(v): n.map(a, n.filter(b, b > a + v).size())})'],
  ['lists with indexes', 'n.transformList(i, v, i > 50, n.filter(b, b > v).size())'],
  ['a bound variable', `optional.of(${HEAVY}).optMap(x, few.map(f, n.map(a, n.filter(b, x[b] > f).size())))`],
  ['sorted', 'few.sortBy(f, n.map(a, n.filter(b, b > a + f).size()).size())'],
  ['conditions', `few.map(f, f > 1 ? ${HEAVY}.size() : n.all(a, n.all(b, a + b >= f)) ? 1 : 2)`],
  ['errors that are absorbed', 'few.exists(f, n.exists(a, n.exists(b, 1 / (a - a) > b))) || true'],
  ['an error', 'few.map(f, n.map(a, n.filter(b, b > a).map(c, 1 / (99 - c))))'],
  ['too costly', 'n.all(a, n.all(b, n.all(c, a + b + c >= 0)))'],
])('%s', async (_, source) => {
  const { program, issues } = environment.compile(source);
  if (!program) throw new Error(issues);
  const plain = program.evaluate(activation, { budget: { left: 1e9 } });
  let pauses = 0;
  const pause = () => {
    pauses += 1;
    return pauses % 3 === 0 ? undefined : Promise.resolve();
  };
  const inPieces = await ended(program.evaluate(activation, { pause }));
  const shown = ({ value, error, cost }: { value?: unknown; error?: string; cost: number }) => [celToJSON(value ?? null), error, cost];
  expect(shown(inPieces)).toEqual(shown(plain));
  expect(pauses).toBeGreaterThan(0);
});

test('what costs upstream little but takes long here ends, even with pauses', async () => {
  const { program } = environment.compile('n.all(a, n.all(b, n.all(c, m == m || b == c)))');
  const outcome = await ended(program?.evaluate(activation, { pause: () => Promise.resolve(), costLimit: Infinity }) as never);
  expect(outcome).toMatchObject({ error: 'operation cancelled: actual cost limit exceeded', cancelled: true });
});
