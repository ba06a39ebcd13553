import type { corev1 } from '#api';
import { tolerates, tolerationsTolerate, untoleratedTaint } from './tolerations.js';

const taint = (key: string, effect: string, value?: string): corev1.Taint => ({ key, effect, ...(value === undefined ? {} : { value }) });

test.each<[string, corev1.Toleration, corev1.Taint, boolean]>([
  ['the same', { key: 'a', value: 'b', effect: 'NoSchedule' }, taint('a', 'NoSchedule', 'b'), true],
  ['another value', { key: 'a', value: 'c', effect: 'NoSchedule' }, taint('a', 'NoSchedule', 'b'), false],
  ['another effect', { key: 'a', value: 'b', effect: 'NoExecute' }, taint('a', 'NoSchedule', 'b'), false],
  ['another key', { key: 'b', operator: 'Exists' }, taint('a', 'NoSchedule'), false],
  ['any effect', { key: 'a', operator: 'Equal', value: 'b' }, taint('a', 'NoExecute', 'b'), true],
  ['any value', { key: 'a', operator: 'Exists' }, taint('a', 'NoExecute', 'b'), true],
  ['everything', { operator: 'Exists' }, taint('a', 'NoExecute', 'b'), true],
  ['everything of one effect', { operator: 'Exists', effect: 'NoSchedule' }, taint('a', 'NoExecute'), false],
  ['no value on either side', { key: 'a' }, taint('a', 'NoSchedule'), true],
  ['an operator that is not enabled', { key: 'a', operator: 'Gt', value: '1' }, taint('a', 'NoSchedule', '2'), false],
])('%s', (_name, toleration, tainted, want) => {
  expect(tolerates(toleration, tainted)).toBe(want);
  expect(tolerationsTolerate([toleration], tainted)).toBe(want);
});

test('the first taint that is not tolerated', () => {
  const taints = [taint('a', 'NoSchedule'), taint('b', 'PreferNoSchedule'), taint('c', 'NoSchedule', '1'), taint('d', 'NoExecute')];
  const effects = ['NoSchedule', 'NoExecute'];
  expect(untoleratedTaint(taints, [{ key: 'a', operator: 'Exists' }], effects)).toEqual(taints[2]);
  expect(untoleratedTaint(taints, [{ operator: 'Exists' }], effects)).toBeUndefined();
  expect(untoleratedTaint(taints, undefined, ['PreferNoSchedule'])).toEqual(taints[1]);
  expect(untoleratedTaint(undefined, undefined, effects)).toBeUndefined();
});

test('the cost of many tolerations and many taints is their sum', () => {
  const many = Array.from({ length: 100_000 }, (_, index) => String(index));
  const tolerations = many.map((value) => ({ key: 'a', value, effect: 'NoSchedule' }));
  const taints = many.map((value) => taint('a', 'NoSchedule', value));
  expect(untoleratedTaint([...taints, taint('b', 'NoSchedule')], tolerations, ['NoSchedule'])).toEqual(taint('b', 'NoSchedule'));
});
