import type { corev1 } from '#api';
import { planEviction, taintedSince, toleratedFor } from './plan.js';

const taint = (key: string, value?: string): corev1.Taint => ({ key, effect: 'NoExecute', ...(value === undefined ? {} : { value }) });
const exists = (key: string, tolerationSeconds?: number, effect = 'NoExecute'): corev1.Toleration => ({
  ...{ key, operator: 'Exists', effect },
  ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
});

it.each<[string, corev1.Taint[], corev1.Toleration[], number]>([
  ['not tolerated', [taint('a')], [], 0],
  ['for good', [taint('a')], [exists('a')], Number.POSITIVE_INFINITY],
  ['for a time', [taint('a')], [exists('a', 30)], 30_000],
  ['negative seconds are none', [taint('a')], [exists('a', -5)], 0],
  ['one of two is not tolerated', [taint('a'), taint('b')], [exists('a')], 0],
  ['the shortest time', [taint('a'), taint('b')], [exists('a', 60), exists('b', 30)], 30_000],
  ['the first toleration of a taint is used', [taint('a')], [exists('a'), exists('a', 5)], Number.POSITIVE_INFINITY],
  ['the first, though it is the less exact', [taint('a')], [{ operator: 'Exists', tolerationSeconds: 9 }, exists('a')], 9_000],
  [
    'by value',
    [taint('a', 'x')],
    [
      { key: 'a', value: 'y', effect: 'NoExecute' },
      { key: 'a', value: 'x', tolerationSeconds: 7 },
    ],
    7_000,
  ],
  ['of another effect', [taint('a')], [exists('a', 5, 'NoSchedule')], 0],
])('how long taints are tolerated: %s', (_, taints, tolerations, milliseconds) => {
  expect(toleratedFor(taints, tolerations)).toBe(milliseconds);
});

it.each<[string, corev1.Taint[], corev1.Toleration[], number | undefined, ReturnType<typeof planEviction>]>([
  ['at once', [taint('a')], [], undefined, { at: 100, cancelled: false }],
  ['later', [taint('a')], [exists('a', 1)], undefined, { at: 1100, cancelled: false }],
  ['a timer that runs is kept', [taint('a')], [exists('a', 9)], 700, { at: 700, cancelled: false }],
  ['a taint that is not tolerated came on top', [taint('a'), taint('b')], [exists('a', 9)], 700, { at: 100, cancelled: true }],
  ['now tolerated for good', [taint('a')], [exists('a')], 700, { at: undefined, cancelled: true }],
  ['the taints are gone', [], [], 700, { at: undefined, cancelled: true }],
  ['nothing was planned', [], [], undefined, { at: undefined, cancelled: false }],
])('when a pod is deleted: %s', (_, taints, tolerations, before, plan) => {
  expect(planEviction(taints, tolerations, { before, since: 100, now: 100 })).toEqual(plan);
});

it('many tolerations and taints are compared in a moment', () => {
  const many = Array.from({ length: 20_000 }, (_, index) => index);
  const tolerations = many.map((index) => ({ key: 'k', operator: 'Equal', value: `v${index}`, tolerationSeconds: index + 1 }));
  const taints = many.map((index) => taint('k', `v${index}`));
  expect(toleratedFor(taints, tolerations)).toBe(1000);
});

it('a process that has not seen the taints come goes by the times in the objects', () => {
  const pod = (creationTimestamp: string): corev1.Pod => ({
    ...{ apiVersion: 'v1', kind: 'Pod', spec: { containers: [] } },
    metadata: { name: 'p', creationTimestamp },
  });
  const at = (time: string) => Date.parse(`2026-01-01T${time}Z`);
  const added = [{ ...taint('a'), timeAdded: '2026-01-01T00:05:00Z' }];
  const now = at('01:00:00');
  expect([
    taintedSince(added, pod('2026-01-01T00:00:00Z'), now),
    taintedSince(added, pod('2026-01-01T00:10:00Z'), now),
    taintedSince([taint('a')], pod('2026-01-01T00:00:00Z'), now),
  ]).toEqual([at('00:05:00'), at('00:10:00'), now]);
});
