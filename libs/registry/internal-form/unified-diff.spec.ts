import { specDiff } from './spec-diff.js';
import { unifiedDiff } from './unified-diff.js';

test('equal texts have an empty diff', () => {
  expect(unifiedDiff('a\nb', 'a\nb')).toBe('');
});

test('changes have three lines of context', () => {
  const before = ['1', '2', '3', '4', '5', '6', '7', '8', '9'].join('\n');
  expect(unifiedDiff(before, before.replace('5', 'five'))).toBe(
    ['@@ -2,7 +2,7 @@', ' 2', ' 3', ' 4', '-5', '+five', ' 6', ' 7', ' 8', ''].join('\n'),
  );
});

test("objects are shown in upstream's internal form", () => {
  const claim = (storage: string) => ({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } });
  const text = specDiff('PersistentVolumeClaimSpec', claim('1Gi'), claim('2Gi'));
  expect(text).toContain('-   "storage": "1Gi"\n+   "storage": "2Gi"\n');
  expect(text).toContain('"VolumeName": "",');
});
