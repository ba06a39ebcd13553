import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { corev1 } from '#api';
import { mergeTolerations } from './tolerations.js';

const NO_EXECUTE = { key: 'a', operator: 'Exists', effect: 'NoExecute' };

test.each<[corev1.Toleration[], corev1.Toleration[], number[]]>([
  [[{ key: 'a', value: 'b' }], [{ key: 'a', operator: 'Exists' }], [1]],
  [[{ operator: 'Exists' }], [{ key: 'a', value: 'b' }], [0]],
  [[{ key: 'a', value: 'b' }], [{ key: 'a', value: 'b' }], [0]],
  [[{ key: 'a', value: 'b' }], [{ key: 'a', value: 'c' }], [0, 1]],
  [[{ ...NO_EXECUTE, tolerationSeconds: 5 }], [{ ...NO_EXECUTE, tolerationSeconds: 9 }], [1]],
  [[{ ...NO_EXECUTE }], [{ ...NO_EXECUTE, tolerationSeconds: 9 }], [0]],
])('%j and %j: %j', (first, second, kept) => {
  const all = [...first, ...second];
  expect(mergeTolerations(first, second)).toEqual(kept.map((index) => all[index]));
});

test('the result covers the whole input, and no element of it covers another', () => {
  const toleration = fc
    .record(
      {
        key: fc.constantFrom('', 'a', 'b'),
        operator: fc.constantFrom('Exists', 'Equal'),
        value: fc.constantFrom('', 'x', 'y'),
        effect: fc.constantFrom('', 'NoSchedule', 'NoExecute'),
        tolerationSeconds: fc.constantFrom(undefined, 1, 2),
      },
      { requiredKeys: [] },
    )
    // Validation accepts a toleration without a key only with the operator Exists.
    .map((each) => (each.key ? each : { ...each, operator: 'Exists' }));
  fc.assert(
    fc.property(fc.array(toleration, { maxLength: 6 }), fc.array(toleration, { maxLength: 6 }), (first, second) => {
      const kept = mergeTolerations(first, second);
      for (const [index, each] of kept.entries()) expect(mergeTolerations(kept.slice(0, index), kept.slice(index))).toContain(each);
      for (const each of [...first, ...second]) expect(mergeTolerations([...kept], [each])).toEqual(kept);
    }),
  );
});

test('a hundred thousand tolerations do not take long', () => {
  const many = Array.from({ length: 50_000 }, (_, i) => ({ ...NO_EXECUTE, tolerationSeconds: i }));
  expect(mergeTolerations(many, many)).toEqual([many.at(-1)]);
});
