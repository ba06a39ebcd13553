import { unexpected } from './differences.js';

const result = (...diffs: Array<[string, unknown, unknown]>) => [{ topic: 'list', case: 'limits', diffs }];
const step = 'list :: limits :: s1';

const ours = '299 - "apps/v1 StatefulSet is stored, but no controller of this cluster works on it yet"';

test.each<[string, Parameters<typeof unexpected>, string[]]>([
  ['all is alike', [result(), []], []],
  ['a known difference', [result(['s1/body', 1, 2]), [step]], []],
  ['two places of a known step', [result(['s1/body', 1, 2], ['s1/status', 1, 2]), [step]], []],
  ['our warning where there are no headers', [result(['s1/headers', null, { warning: [ours] }]), []], []],
  ['our warning beside others', [result(['s1/headers/warning/1', undefined, ours]), []], []],
  [
    'our warning in place of another',
    [result(['s1/headers/warning/0', '299 - "x"', ours]), []],
    [`${step} differs: s1/headers/warning/0: recorded "299 - \\"x\\"", came ${JSON.stringify(ours)}`],
  ],
  [
    'our warning in a body',
    [result(['s1/body/a', undefined, ours]), []],
    [`${step} differs: s1/body/a: recorded nothing, came ${JSON.stringify(ours)}`],
  ],
  ['a new difference', [result(['s1/body/a', 1, undefined]), []], [`${step} differs: s1/body/a: recorded 1, came nothing`]],
  ['a known one that agrees', [result(), [step]], [`${step} agrees now: remove it from the list (test/recorded/differences.json)`]],
  [
    'an improvement hides no regression',
    [result(['s2/status', 200, 404]), [step]],
    [
      'list :: limits :: s2 differs: s2/status: recorded 200, came 404',
      `${step} agrees now: remove it from the list (test/recorded/differences.json)`,
    ],
  ],
])('%s', (_, [results, known], want) => {
  expect(unexpected(results, known)).toEqual(want);
});
