import type { resourcev1 } from '#api';

/** Whether a toleration of devices' taints covers a taint (dynamic-resource-allocation/resourceclaim ToleratesTaint). */
export function toleratesDeviceTaint(
  { effect, key, operator = 'Equal', value = '' }: resourcev1.DeviceToleration,
  taint: resourcev1.DeviceTaint,
): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  return operator === 'Exists' || (operator === 'Equal' && value === (taint.value ?? ''));
}
