import { expect, test } from '@jest/globals';
import type { corev1 } from '#api';
import { groupsOf, stoppingNow } from './groups.js';

const podOf = (name: string, priority: number, { ended = false, grace = 30 } = {}): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [], priority, terminationGracePeriodSeconds: grace },
  status: { phase: ended ? 'Failed' : 'Running' },
});

const shutdown = {
  since: 1_000,
  periods: [
    { priority: 0, seconds: 20 },
    { priority: 1_000, seconds: 10 },
  ],
};

const names = (pods: readonly corev1.Pod[]) => pods.map(({ metadata }) => metadata.name);

test('pods belong to the highest priority that is not above theirs, those below all to the lowest', () => {
  const pods = [podOf('low', -5), podOf('zero', 0), podOf('between', 999), podOf('at', 1_000), podOf('above', 5_000)];
  expect(groupsOf(shutdown, pods).map((group) => names(group.pods))).toEqual([
    ['low', 'zero', 'between'],
    ['at', 'above'],
  ]);
});

test.each<[string, corev1.Pod[], number, string[], number | undefined]>([
  ['the lowest first', [podOf('a', 0), podOf('b', 1_000)], 1_000, ['a 20'], 21_000],
  ['no longer than they want', [podOf('a', 0, { grace: 5 })], 1_000, ['a 5'], 21_000],
  ['the next when all have stopped', [podOf('a', 0, { ended: true }), podOf('b', 1_000)], 3_000, ['b 10'], 31_000],
  ['the next when their time is over', [podOf('a', 0), podOf('b', 1_000)], 21_000, ['a 20', 'b 10'], 31_000],
  ['a group without pods takes no time', [podOf('b', 1_000)], 1_000, ['b 10'], 11_000],
  ['all have stopped', [podOf('a', 0, { ended: true })], 3_000, [], undefined],
])('%s', (_, pods, now, stopping, until) => {
  const found = stoppingNow(shutdown, pods, now);
  expect([(found?.pods ?? []).map(({ pod, seconds }) => `${pod.metadata.name} ${seconds}`), found?.until]).toEqual([stopping, until]);
});
