import type { corev1 } from '#api';
import { withModifyConditions, withResizeConditions } from './claim-conditions.js';

type Condition = corev1.PersistentVolumeClaimCondition;
const condition = (type: string, more: Partial<Condition> = {}): Condition => ({ type, status: 'True', ...more });
const other = condition('ModifyingVolume');

test.each<[string, Condition[] | undefined, Condition[], boolean, Condition[]]>([
  ['the first', undefined, [condition('Resizing')], false, [condition('Resizing')]],
  ['others about resizing go', [condition('NodeResizeError'), other], [condition('Resizing')], false, [other, condition('Resizing')]],
  [
    'or stay',
    [condition('Resizing'), other],
    [condition('FileSystemResizePending')],
    true,
    [condition('Resizing'), other, condition('FileSystemResizePending')],
  ],
  [
    'one is replaced',
    [condition('Resizing', { message: 'old' })],
    [condition('Resizing', { message: 'new' })],
    true,
    [condition('Resizing', { message: 'new' })],
  ],
  ['all go', [condition('Resizing'), other], [], false, [other]],
])('conditions about resizing: %s', (_, standing, added, keep, expected) => {
  expect(withResizeConditions(standing, added, { keep })).toEqual(expected);
});

test('the transition of a condition is as old as its status and reason', () => {
  const [before, now] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z'];
  const standing = [
    condition('a', { reason: 'R', lastTransitionTime: before }),
    condition('b', { reason: 'R', lastTransitionTime: before }),
    other,
  ];
  const added = [condition('a', { reason: 'R', message: 'm' }), condition('b', { reason: 'S' }), condition('c')];
  expect(withModifyConditions(standing, added, now)).toEqual([
    condition('a', { reason: 'R', message: 'm', lastProbeTime: now, lastTransitionTime: before }),
    condition('b', { reason: 'S', lastProbeTime: now, lastTransitionTime: now }),
    other,
    condition('c', { lastProbeTime: now, lastTransitionTime: now }),
  ]);
});
