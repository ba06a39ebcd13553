import type { corev1 } from '#api';
import { type ModifyPlan, planModify, unknownParameters, wantsModification } from './plan-modify.js';

const claim = (wanted: string | undefined, status: corev1.PersistentVolumeClaimStatus): corev1.PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'c' },
  spec: { volumeName: 'v', ...(wanted === undefined ? {} : { volumeAttributesClassName: wanted }) },
  status: { phase: 'Bound', ...status },
});
const last = (status: string, targetVolumeAttributesClassName = 'b') => ({
  modifyVolumeStatus: { status, targetVolumeAttributesClassName },
});
const modifying = { conditions: [{ type: 'ModifyingVolume', status: 'True' }] };

test.each<[string, corev1.PersistentVolumeClaim, boolean, ModifyPlan]>([
  ['no class', claim(undefined, {}), false, { do: 'nothing' }],
  ['the class it has', claim('a', { currentVolumeAttributesClassName: 'a' }), false, { do: 'nothing' }],
  ['another one', claim('b', { currentVolumeAttributesClassName: 'a' }), true, { do: 'modify', target: 'b' }],
  ['another one after a failure', claim('c', last('Infeasible')), true, { do: 'modify', target: 'c' }],
  ['none any more, while it is modified', claim(undefined, last('InProgress')), true, { do: 'modify', target: 'b' }],
  ['none any more, after a failure', claim(undefined, { ...last('Infeasible'), ...modifying }), true, { do: 'cancel' }],
  ['none any more, and that was said', claim(undefined, last('Infeasible')), true, { do: 'nothing' }],
])('a claim wants %s', (_, given, wants, expected) => expect([wantsModification(given), planModify(given)]).toEqual([wants, expected]));

test('parameters that a driver does not know', () => {
  expect(unknownParameters({ iops: '1', tier: 'x', colour: 'red' }, new Set(['iops']))).toEqual(['colour', 'tier']);
  expect(unknownParameters({ colour: 'red' }, undefined)).toEqual([]);
});
