import { unexpected } from './differences.js';

const result = (...diffs: Array<[string, unknown, unknown]>) => [{ topic: 'list', case: 'limits', diffs }];
const step = 'list :: limits :: s1';

test.each<[string, Parameters<typeof unexpected>, string[]]>([
  ['all is alike', [result(), []], []],
  ['a known difference', [result(['s1/body', 1, 2]), [step]], []],
  ['two places of a known step', [result(['s1/body', 1, 2], ['s1/status', 1, 2]), [step]], []],
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
