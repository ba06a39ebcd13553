import { describe, expect, test } from '@jest/globals';
import type { corev1, policyv1 } from '#api';
import { type BudgetPlan, disruptionTargetSince, failedStatus, planBudget } from './budget-status.js';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const RECENT = '2026-01-01T00:09:00Z';
const OLD = '2026-01-01T00:07:59Z';

const budget = (status: policyv1.PodDisruptionBudgetStatus = {}): policyv1.PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'b', namespace: 'ns', generation: 2 },
  spec: {},
  status,
});

const pod = (name: string, { ready = true, deleting = false } = {}): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'ns', ...(deleting ? { deletionTimestamp: RECENT } : {}) },
  spec: { containers: [] },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});

/** The counts of a plan: allowed, healthy/desired/expected, disrupted pods, pods that were not deleted, seconds until the next check. */
function summary({ status, notDeleted, recheckAt }: BudgetPlan): string {
  const { disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods, disruptedPods } = status;
  const late = notDeleted.map(({ metadata }) => metadata.name).join();
  const wait = recheckAt === undefined ? '-' : String((recheckAt - NOW) / 1000);
  return `${disruptionsAllowed} of ${currentHealthy}/${desiredHealthy}/${expectedPods} [${Object.keys(disruptedPods ?? {})}] [${late}] ${wait}`;
}

const two = [pod('a'), pod('b')];

describe('the status of a budget', () => {
  test.each<[string, { pods: corev1.Pod[]; expected?: number; desired?: number; disrupted?: Record<string, string> }, string]>([
    ['one may go', { pods: two, desired: 1 }, '1 of 2/1/2 [] [] -'],
    ['none may go', { pods: two, desired: 2 }, '0 of 2/2/2 [] [] -'],
    ['never less than none', { pods: two, desired: 3 }, '0 of 2/3/2 [] [] -'],
    [
      'pods that are not ready or are being deleted are not healthy',
      { pods: [pod('a', { ready: false }), pod('b', { deleting: true })] },
      '0 of 0/0/2 [] [] -',
    ],
    ['a budget without pods allows nothing', { pods: [], desired: 0 }, '0 of 0/0/0 [] [] -'],
    ['fewer pods than their controllers want', { pods: two, desired: 2, expected: 3 }, '0 of 2/2/3 [] [] -'],
    ['an evicted pod is not healthy', { pods: two, disrupted: { a: RECENT } }, '1 of 1/0/2 [a] [] 60.001'],
    [
      'a pod that was evicted and is being deleted is forgotten',
      { pods: [pod('a', { deleting: true })], disrupted: { a: RECENT } },
      '0 of 0/0/1 [] [] -',
    ],
    ['a pod that is gone is forgotten', { pods: two, disrupted: { gone: RECENT } }, '2 of 2/0/2 [] [] -'],
    ['an eviction that led to no deletion is forgotten', { pods: two, disrupted: { a: OLD } }, '2 of 2/0/2 [] [a] -'],
    [
      'a name of an object prototype',
      { pods: [pod('constructor')], disrupted: { constructor: RECENT } },
      '0 of 0/0/1 [constructor] [] 60.001',
    ],
  ])('%s', (_, { pods, expected, desired = 0, disrupted }, counted) => {
    const status = disrupted === undefined ? {} : { disruptedPods: disrupted };
    const plan = planBudget({ budget: budget(status), pods, expectedPods: expected ?? pods.length, desiredHealthy: desired, now: NOW });
    expect(summary(plan)).toBe(counted);
  });

  test('in whole', () => {
    const plan = planBudget({ budget: budget(), pods: two, expectedPods: 2, desiredHealthy: 1, now: NOW });
    expect(plan).toEqual({
      notDeleted: [],
      status: {
        observedGeneration: 2,
        disruptionsAllowed: 1,
        currentHealthy: 2,
        desiredHealthy: 1,
        expectedPods: 2,
        conditions: [
          {
            type: 'DisruptionAllowed',
            status: 'True',
            observedGeneration: 2,
            lastTransitionTime: '2026-01-01T00:10:00Z',
            reason: 'SufficientPods',
            message: '',
          },
        ],
      },
    });
  });

  test('after a failure it allows nothing and keeps its counts', () => {
    const counts = { observedGeneration: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 };
    expect(failedStatus(budget({ ...counts, disruptionsAllowed: 1 }), 'no controllers', NOW)).toEqual({
      ...counts,
      disruptionsAllowed: 0,
      conditions: [
        {
          type: 'DisruptionAllowed',
          status: 'False',
          observedGeneration: 1,
          lastTransitionTime: '2026-01-01T00:10:00Z',
          reason: 'SyncFailed',
          message: 'no controllers',
        },
      ],
    });
  });
});

test.each<[string, Partial<corev1.PodCondition>, corev1.PodStatus, number | undefined]>([
  ['counts', {}, {}, Date.parse(OLD)],
  ['has been reset', { status: 'False' }, {}, undefined],
  ['is the kubelet’s', { reason: 'TerminationByKubelet' }, {}, undefined],
  ['is on a pod that has ended', {}, { phase: 'Failed' }, undefined],
])('a DisruptionTarget condition that %s', (_, condition, status, since) => {
  const target = { type: 'DisruptionTarget', status: 'True', lastTransitionTime: OLD, ...condition };
  expect(disruptionTargetSince({ ...pod('a'), status: { conditions: [target], ...status } })).toBe(since);
});
