import { describe, expect, test } from '@jest/globals';
import type { policyv1 } from '#api';
import { StatusError } from '#apimachinery';
import { checkBudget, decremented } from './eviction-budget.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');

const budget = (status: policyv1.PodDisruptionBudgetStatus): policyv1.PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'b', generation: 2 },
  spec: {},
  status: { observedGeneration: 2, ...status },
});

const condition = (reason: string, message: string) => [
  { type: 'DisruptionAllowed', status: 'False', reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' },
];

function refusal(status: policyv1.PodDisruptionBudgetStatus): object | undefined {
  try {
    checkBudget(budget(status));
    return undefined;
  } catch (error) {
    return error instanceof StatusError ? error.status : {};
  }
}

describe('a budget that allows no disruption', () => {
  const says = (message: string, retry?: number) => ({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    reason: 'TooManyRequests',
    details: { causes: [{ reason: 'DisruptionBudget', message }], ...(retry === undefined ? {} : { retryAfterSeconds: retry }) },
    code: 429,
  });
  const prevents = (cause: string) => ({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `poddisruptionbudget.policy "b" is forbidden: ${cause}`,
    reason: 'Forbidden',
    details: { name: 'b', group: 'policy', kind: 'poddisruptionbudget' },
    code: 403,
  });
  const many = Object.fromEntries(Array.from({ length: 2001 }, (_, index) => [`p${index}`, '2026-01-01T00:00:00Z']));

  test.each<[string, policyv1.PodDisruptionBudgetStatus, object | undefined]>([
    ['allows one', { disruptionsAllowed: 1 }, undefined],
    [
      'has not been observed',
      { observedGeneration: 1, disruptionsAllowed: 1 },
      says('The disruption budget b is still being processed by the server.', 10),
    ],
    ['is negative', { disruptionsAllowed: -1 }, prevents('pdb disruptions allowed is negative')],
    [
      'has too many disrupted pods',
      { disruptionsAllowed: 1, disruptedPods: many },
      prevents('DisruptedPods map too big - too many evictions not confirmed by PDB controller'),
    ],
    [
      'has too few pods',
      { currentHealthy: 2, desiredHealthy: 3 },
      says('The disruption budget b needs 3 healthy pods and has 2 currently'),
    ],
    [
      'failed to sync',
      { currentHealthy: 2, desiredHealthy: 3, conditions: condition('SyncFailed', 'no controllers') },
      says('The disruption budget b does not allow evicting pods currently because it failed sync: no controllers'),
    ],
    [
      'has a condition with a message',
      { currentHealthy: 3, desiredHealthy: 2, conditions: condition('Held', 'wait') },
      says('The disruption budget b does not allow evicting pods currently (Held): wait'),
    ],
    [
      'has enough pods',
      { currentHealthy: 3, desiredHealthy: 2, conditions: condition('InsufficientPods', '') },
      says('The disruption budget b does not allow evicting pods currently'),
    ],
  ])('%s', (_, status, expected) => {
    expect(refusal(status)).toEqual(expected);
  });
});

test('a disruption is taken from the budget; the last one changes its condition', () => {
  const two = decremented(budget({ disruptionsAllowed: 2 }), 'a', NOW);
  expect(two.status).toEqual({ observedGeneration: 2, disruptionsAllowed: 1, disruptedPods: { a: '2026-01-01T00:00:00Z' } });
  expect(decremented(two, 'b', NOW).status).toEqual({
    observedGeneration: 2,
    disruptionsAllowed: 0,
    disruptedPods: { a: '2026-01-01T00:00:00Z', b: '2026-01-01T00:00:00Z' },
    conditions: [
      {
        type: 'DisruptionAllowed',
        status: 'False',
        observedGeneration: 2,
        lastTransitionTime: '2026-01-01T00:00:00Z',
        reason: 'InsufficientPods',
        message: '',
      },
    ],
  });
});
