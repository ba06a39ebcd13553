import type { corev1 } from '#api';

/** Whether all that `inner` tolerates is tolerated by `outer` (pkg/util/tolerations isSuperset). */
function covers(outer: corev1.Toleration, inner: corev1.Toleration): boolean {
  const exists = ({ operator }: corev1.Toleration) => operator === 'Exists';
  // A toleration of everything with a time limit covers nothing but itself.
  if (outer.key && outer.key !== inner.key) return false;
  if (!outer.key && !exists(outer)) return false;
  if (outer.effect && outer.effect !== inner.effect) return false;
  if (outer.effect === 'NoExecute') {
    if (
      outer.tolerationSeconds !== undefined &&
      (inner.tolerationSeconds === undefined || inner.tolerationSeconds > outer.tolerationSeconds)
    )
      return false;
  }
  if (exists(outer)) return true;
  return !exists(inner) && (outer.value ?? '') === (inner.value ?? '');
}

/** Both lists in one, without those that another covers (MergeTolerations). */
export function mergeTolerations(first: readonly corev1.Toleration[], second: readonly corev1.Toleration[]): corev1.Toleration[] {
  const all = [...first, ...second];
  return all.filter((each, index) => !all.some((other, at) => at !== index && covers(other, each) && !(covers(each, other) && index < at)));
}
