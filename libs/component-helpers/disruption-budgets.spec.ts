import { describe, expect, test } from '@jest/globals';
import type { metav1, policyv1 } from '#api';
import { budgetSelects, withDisruptionAllowed } from './disruption-budgets.js';

const budget = (selector?: metav1.LabelSelector): policyv1.PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'b' },
  spec: selector === undefined ? {} : { selector },
});

test.each<[string, metav1.LabelSelector | undefined, boolean]>([
  ['its labels', { matchLabels: { app: 'web' } }, true],
  ['other labels', { matchLabels: { app: 'db' } }, false],
  ['everything', {}, true],
  ['nothing: no selector', undefined, false],
  ['nothing: an invalid operator', { matchExpressions: [{ key: 'app', operator: 'Is', values: [] }] }, false],
])('a budget that selects %s', (_, selector, expected) => {
  expect(budgetSelects(budget(selector), { metadata: { name: 'p', labels: { app: 'web' } } })).toBe(expected);
});

describe('the DisruptionAllowed condition', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const condition = (status: string, reason: string, time: string, message = ''): metav1.Condition => ({
    type: 'DisruptionAllowed',
    status,
    observedGeneration: 3,
    lastTransitionTime: time,
    reason,
    message,
  });
  const before = '2025-01-01T00:00:00Z';

  test.each<[string, metav1.Condition[], { allowed: number; failure?: string }, metav1.Condition]>([
    ['is added', [], { allowed: 1 }, condition('True', 'SufficientPods', '2026-01-01T00:00:00Z')],
    [
      'keeps its time while its status is the same',
      [condition('False', 'InsufficientPods', before)],
      { allowed: 0, failure: 'no' },
      condition('False', 'SyncFailed', before, 'no'),
    ],
    [
      'has a new time with a new status',
      [condition('True', 'SufficientPods', before)],
      { allowed: 0 },
      condition('False', 'InsufficientPods', '2026-01-01T00:00:00Z'),
    ],
  ])('%s', (_, conditions, state, expected) => {
    expect(withDisruptionAllowed(conditions, { ...state, observedGeneration: 3, now })).toEqual([expected]);
  });
});
