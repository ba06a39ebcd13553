import { describe, expect, it } from '@jest/globals';
import type { batchv1, corev1 } from '#api';
import { type BackoffRecord, NO_FAILURES, nextRecord, remainingWait } from './backoff.js';
import { matchFailurePolicy } from './failure-policy.js';
import { countCommon, firstMissing, formatIntervals, hasIndex, parseIntervals, withIndexes } from './intervals.js';
import { indexedPrefix } from './pod-template.js';
import { matchSuccessPolicy } from './success-policy.js';

const START = Date.parse('2026-01-01T00:00:00Z');

describe('completion indexes', () => {
  // Cases of indexed_job_utils_test.go.
  it.each<[text: string, completions: number, added: number[], want: string]>([
    ['', 10, [], ''],
    ['', 10, [3, 1, 2], '1-3'],
    ['1-3', 10, [5], '1-3,5'],
    ['1,2', 10, [3], '1-3'],
    ['0,2,4-6', 10, [3], '0,2-6'],
    ['0-20', 10, [], '0-9'],
    ['a,1,2-b,4', 10, [], '1,4'],
    ['7,8', 10, [], '7,8'],
  ])('%j of %d with %j', (text, completions, added, want) => {
    expect(formatIntervals(withIndexes(parseIntervals(text, completions), added))).toBe(want);
  });

  it.each<[text: string, count: number, completions: number, want: number[]]>([
    ['', 3, 10, [0, 1, 2]],
    ['1-3,5', 4, 10, [0, 4, 6, 7]],
    ['0-9', 2, 10, []],
    ['1', 5, 3, [0, 2]],
  ])('missing from %j', (text, count, completions, want) => {
    expect(firstMissing(parseIntervals(text, 100), count, completions)).toEqual(want);
  });

  it('finds indexes, and counts common ones', () => {
    const intervals = parseIntervals('0,2-4,9', 10);
    expect([0, 1, 3, 5, 9, 10].map((index) => hasIndex(intervals, index))).toEqual([true, false, true, false, true, false]);
    expect(countCommon(intervals, parseIntervals('1-3,9', 10))).toBe(3);
  });

  it('cuts the names of pods before their index', () => {
    expect([indexedPrefix('j', 3), indexedPrefix('x'.repeat(60), 12)]).toEqual(['j-3-', `${'x'.repeat(54)}-12-`]);
  });
});

/** A pod that ended some seconds after the start. */
function ended(seconds: number, exitCode = 0, conditions: corev1.PodCondition[] = []): corev1.Pod {
  const finishedAt = new Date(START + seconds * 1000).toISOString();
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ns' },
    spec: { containers: [] },
    status: {
      phase: exitCode === 0 ? 'Succeeded' : 'Failed',
      conditions,
      containerStatuses: [
        { name: 'c', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated: { exitCode, finishedAt } } },
      ],
    },
  };
}

describe('the back-off', () => {
  const failures = (count: number, seconds: number): BackoffRecord => ({
    failuresAfterLastSuccess: count,
    lastFailure: START + seconds * 1000,
  });

  it.each<[string, BackoffRecord, number[], number[], BackoffRecord]>([
    ['counts failures', NO_FAILURES, [], [5, 3], failures(2, 5)],
    ['goes on counting', failures(2, 5), [], [9], failures(3, 9)],
    ['begins anew after a success', failures(2, 5), [9], [], NO_FAILURES],
    ['counts the failures after the last success', failures(2, 5), [9, 7], [8, 10, 12], failures(2, 12)],
    ['keeps what it knows', failures(2, 5), [], [], failures(2, 5)],
  ])('%s', (_, record, succeeded, failed, want) => {
    const pods = (times: number[], code: number) => times.map((seconds) => ended(seconds, code));
    expect(nextRecord(record, pods(succeeded, 0), pods(failed, 1))).toEqual(want);
  });

  it.each([
    [0, 0],
    [1, 10],
    [2, 20],
    [3, 40],
    [6, 320],
    [7, 600],
    [40, 600],
  ])('after %d failures is %d s', (count, seconds) => {
    expect(remainingWait(failures(count, 0), START)).toBe(seconds * 1000);
    expect(remainingWait(failures(count, 0), START + seconds * 1000)).toBe(0);
  });
});

describe('policies', () => {
  const onExitCodes = (operator: string, values: number[], action: string): batchv1.PodFailurePolicyRule => ({
    action,
    onExitCodes: { operator, values },
  });
  const disrupted: corev1.PodCondition = { type: 'DisruptionTarget', status: 'True' };

  it.each<[string, batchv1.PodFailurePolicyRule[], corev1.Pod, ReturnType<typeof matchFailurePolicy>]>([
    ['no rule', [], ended(1, 1), { counts: true }],
    ['In', [onExitCodes('In', [2, 3], 'Ignore')], ended(1, 3), { counts: false, action: 'Ignore' }],
    ['NotIn', [onExitCodes('NotIn', [2, 3], 'Count')], ended(1, 3), { counts: true }],
    ['the first rule', [onExitCodes('In', [3], 'Count'), onExitCodes('In', [3], 'Ignore')], ended(1, 3), { counts: true, action: 'Count' }],
    [
      'a condition',
      [{ action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
      ended(1, 1, [disrupted]),
      { counts: true, action: 'FailJob', failure: 'Pod ns/p has condition DisruptionTarget matching FailJob rule at index 0' },
    ],
  ])('of failure: %s', (_, rules, pod, want) => {
    expect(matchFailurePolicy({ rules }, pod)).toEqual(want);
  });

  it.each<[batchv1.SuccessPolicyRule[], string, string | undefined]>([
    [[{ succeededIndexes: '0-2' }], '0,1', undefined],
    [[{ succeededIndexes: '0-2' }], '0-2', 'Matched rules at index 0'],
    [[{ succeededIndexes: '0-2', succeededCount: 2 }], '1,2', 'Matched rules at index 0'],
    [[{ succeededIndexes: '9' }, { succeededCount: 2 }], '1,2', 'Matched rules at index 1'],
  ])('of success: %j with %s', (rules, succeeded, want) => {
    const job: batchv1.Job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'j' },
      spec: { completions: 10, template: {}, successPolicy: { rules } },
    };
    expect(matchSuccessPolicy(job, parseIntervals(succeeded, 10))).toBe(want);
  });
});
