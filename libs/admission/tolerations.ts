import type { corev1 } from '#api';

/** Whether `outer` tolerates everything that `inner` tolerates (pkg/util/tolerations isSuperset). */
function covers(outer: corev1.Toleration, inner: corev1.Toleration): boolean {
  const exists = ({ operator }: corev1.Toleration) => operator === 'Exists';
  // A toleration of everything with a time limit covers only itself.
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

/** The fields that determine what a toleration covers, except for its seconds. */
const groupOf = (key: string, effect: string, value: string | undefined): string => JSON.stringify([key, effect, value]);

/** The tolerations that cover at least as much as every other of their group; of equal ones, the first. */
function strongest(all: readonly corev1.Toleration[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const [index, each] of all.entries()) {
    const { key = '', effect = '', operator, value = '' } = each;
    const group = groupOf(key, effect, operator === 'Exists' ? undefined : value);
    const known = all[found.get(group) ?? -1];
    if (known === undefined || !covers(known, each)) found.set(group, index);
  }
  return found;
}

/**
 * Both lists in one, without tolerations that another one covers (MergeTolerations). A toleration can only be covered by one with the same
 * key or none, with the same effect or none, and with operator Exists or the same value: of each such group the strongest is checked.
 */
export function mergeTolerations(first: readonly corev1.Toleration[], second: readonly corev1.Toleration[]): corev1.Toleration[] {
  const all = [...first, ...second];
  const known = strongest(all);
  return all.filter((each, index) => {
    const { key = '', effect = '', value = '' } = each;
    for (const ofKey of new Set([key, '']))
      for (const ofEffect of new Set([effect, '']))
        for (const ofValue of [undefined, value]) {
          const at = known.get(groupOf(ofKey, ofEffect, ofValue)) ?? index;
          const other = all[at];
          if (other !== undefined && at !== index && covers(other, each) && !(covers(each, other) && index < at)) return false;
        }
    return true;
  });
}

/** Equal tolerations have equal texts. */
const textOf = ({ key = '', operator = '', effect = '', value = '', tolerationSeconds }: corev1.Toleration): string =>
  JSON.stringify([key, operator, effect, value, tolerationSeconds]);

/** Whether each toleration is one of those that are allowed, or tolerates no more than one of them (VerifyAgainstWhitelist). */
export function areAllowed(tolerations: readonly corev1.Toleration[], allowed: readonly corev1.Toleration[]): boolean {
  if (allowed.length === 0) return true;
  const same = new Set(allowed.map(textOf));
  const known = strongest(allowed);
  return tolerations.every((each) => {
    if (same.has(textOf(each))) return true;
    const { key = '', effect = '', value = '' } = each;
    return [key, ''].some((ofKey) =>
      [effect, ''].some((ofEffect) =>
        [undefined, value].some((ofValue) => {
          const outer = allowed[known.get(groupOf(ofKey, ofEffect, ofValue)) ?? -1];
          return outer !== undefined && covers(outer, each);
        }),
      ),
    );
  });
}
