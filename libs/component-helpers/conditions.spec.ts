import { type Condition, conditionOf, setCondition, withoutCondition } from './conditions.js';

const EARLIER = '2026-01-01T00:00:00Z';
const NOW = '2026-01-01T01:00:00Z';
const ready = { type: 'Ready', status: 'True', lastTransitionTime: EARLIER };
const other = { type: 'Other', status: 'False', lastTransitionTime: EARLIER };

test.each<[string, Condition[] | undefined, Condition, Condition[]]>([
  ['the first', undefined, { type: 'Ready', status: 'True' }, [{ type: 'Ready', status: 'True', lastTransitionTime: NOW }]],
  ['one more', [other], { type: 'Ready', status: 'True' }, [other, { type: 'Ready', status: 'True', lastTransitionTime: NOW }]],
  ['the same status keeps its time', [ready, other], { type: 'Ready', status: 'True' }, [ready, other]],
  ['another status', [ready, other], { type: 'Ready', status: 'False' }, [{ ...ready, status: 'False', lastTransitionTime: NOW }, other]],
  [
    'a time that was missing',
    [{ type: 'Ready', status: 'True' }],
    { type: 'Ready', status: 'True' },
    [{ ...ready, lastTransitionTime: NOW }],
  ],
])('%s', (_name, before, next, want) => expect(setCondition(before, next, NOW)).toEqual(want));

test('finding and removing', () => {
  expect(conditionOf([other, ready], 'Ready')).toBe(ready);
  expect(conditionOf(undefined, 'Ready')).toBeUndefined();
  expect(withoutCondition([other, ready], 'Ready')).toEqual([other]);
});
