import type { corev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import {
  addAmounts,
  hasScopes,
  maskAmounts,
  type QuotaEvaluator,
  type QuotaSurroundings,
  type ResourceList,
  subtractAmounts,
  withoutZeros,
} from '#component-helpers';

const NOTHING: ResourceList = new Map();

/** What has been given back to each quota since its status was written last. */
export class Released {
  private readonly amounts = new Map<string, ResourceList>();

  add(key: string, amounts: ResourceList): void {
    if (amounts.size > 0) this.amounts.set(key, addAmounts(this.amounts.get(key) ?? NOTHING, amounts));
  }

  /** Returns what was given back to a quota, and forgets it. */
  take(key: string): ResourceList {
    const amounts = this.amounts.get(key) ?? NOTHING;
    this.amounts.delete(key);
    return amounts;
  }
}

/** A change of one object: `now` is unset if it is gone. */
interface Change {
  before: KubeObject;
  now?: KubeObject;
}

/** What a change gives back to a quota. Pure. */
export function releasedBy(
  { before, now }: Change,
  quota: corev1.ResourceQuota,
  { evaluator, around }: { evaluator: QuotaEvaluator; around: QuotaSurroundings },
): ResourceList {
  const names = evaluator.matching(Object.keys(quota.spec?.hard ?? {}), around);
  if (names.length === 0) return NOTHING;
  const usage = (object: KubeObject | undefined) =>
    object !== undefined && hasScopes(evaluator, quota, object) ? maskAmounts(evaluator.usage(object, around), names) : NOTHING;
  return withoutZeros(subtractAmounts(usage(before), usage(now)));
}
