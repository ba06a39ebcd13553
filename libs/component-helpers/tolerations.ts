import type { corev1 } from '#api';

/** Whether one toleration tolerates a taint (api/core/v1 ToleratesTaint; the Lt and Gt operators are behind an alpha feature gate). */
export function tolerates(toleration: corev1.Toleration, taint: corev1.Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator || 'Equal') {
    case 'Exists':
      return true;
    case 'Equal':
      return (toleration.value ?? '') === (taint.value ?? '');
    default:
      return false;
  }
}

/** The tolerations of one effect and key. */
interface Tolerated {
  everything: boolean;
  values: Set<string>;
}

/** Tolerations by effect and key, so that a taint is looked up instead of being compared with each of them. */
class Tolerations {
  private readonly byEffect = new Map<string, Map<string, Tolerated>>();

  constructor(tolerations: readonly corev1.Toleration[]) {
    for (const { effect = '', key = '', operator, value = '' } of tolerations) {
      if (operator && operator !== 'Exists' && operator !== 'Equal') continue;
      const byKey = this.byEffect.get(effect) ?? new Map<string, Tolerated>();
      this.byEffect.set(effect, byKey);
      const tolerated = byKey.get(key) ?? { everything: false, values: new Set() };
      byKey.set(key, tolerated);
      if (operator === 'Exists') tolerated.everything = true;
      else tolerated.values.add(value);
    }
  }

  tolerate({ effect, key, value = '' }: corev1.Taint): boolean {
    for (const one of ['', effect]) {
      const byKey = this.byEffect.get(one);
      for (const name of byKey ? ['', key] : []) {
        const tolerated = byKey?.get(name);
        if (tolerated && (tolerated.everything || tolerated.values.has(value))) return true;
      }
    }
    return false;
  }
}

const known = new WeakMap<readonly corev1.Toleration[], Tolerations>();

/** Whether any of the tolerations tolerates a taint (TolerationsTolerateTaint). Cached with the list, which must not be modified. */
export function tolerationsTolerate(tolerations: readonly corev1.Toleration[] | undefined, taint: corev1.Taint): boolean {
  if (!tolerations || tolerations.length === 0) return false;
  let indexed = known.get(tolerations);
  if (!indexed) {
    indexed = new Tolerations(tolerations);
    known.set(tolerations, indexed);
  }
  return indexed.tolerate(taint);
}

/** The first taint with one of the effects that is not tolerated (FindMatchingUntoleratedTaint). */
export function untoleratedTaint(
  taints: readonly corev1.Taint[] | undefined,
  tolerations: readonly corev1.Toleration[] | undefined,
  effects: readonly string[],
): corev1.Taint | undefined {
  return taints?.find((taint) => effects.includes(taint.effect) && !tolerationsTolerate(tolerations, taint));
}
