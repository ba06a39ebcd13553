import type { corev1 } from '#api';
import { type KubeObject, Quantity } from '#apimachinery';
import type { ResourceList } from '../pod-requests.js';
import { hasScopes, type QuotaEvaluator, type QuotaSurroundings, scopeRequirements } from './evaluator.js';

/** A kind with the objects of a quota's namespace. */
export interface Measured {
  evaluator: QuotaEvaluator;
  objects(): Iterable<KubeObject>;
}

/** Questions about objects and conditions between two pauses. */
const STEP = 20_000;

/**
 * What the objects of a namespace use of a quota, of each resource that anything can use (CalculateUsage). It pauses now and then: what is
 * counted may change meanwhile.
 */
export function* countUsage(
  quota: corev1.ResourceQuota,
  kinds: Iterable<Measured>,
  around: QuotaSurroundings,
): Generator<undefined, ResourceList> {
  const hard = Object.keys(quota.spec?.hard ?? {});
  const used = new Map<string, Quantity>();
  const cost = scopeRequirements(quota).length + 1;
  let spent = 0;
  for (const { evaluator, objects } of kinds) {
    const names = evaluator.matching(hard, around);
    if (names.length === 0) continue;
    for (const name of names) used.set(name, used.get(name) ?? Quantity.of(0));
    for (const object of objects()) {
      spent += cost + names.length;
      if (spent > STEP) yield;
      if (spent > STEP) spent = 0;
      if (!hasScopes(evaluator, quota, object)) continue;
      const usage = evaluator.usage(object, around);
      for (const name of names) {
        const amount = usage.get(name);
        if (amount) used.set(name, used.get(name)?.add(amount) ?? amount);
      }
    }
  }
  return used;
}
