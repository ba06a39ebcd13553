import type { corev1 } from '#api';
import { RESIZE_CONDITIONS } from '#component-helpers';

type Condition = corev1.PersistentVolumeClaimCondition;

/**
 * The conditions of a claim with these about its resizing; others about resizing go unless they are kept (external-resizer
 * MergeResizeConditionsOfPVC). Pure.
 */
export function withResizeConditions(
  conditions: readonly Condition[] | undefined,
  added: readonly Condition[],
  { keep }: { keep: boolean },
): Condition[] {
  const standing = (conditions ?? []).flatMap((condition) => {
    if (!RESIZE_CONDITIONS.has(condition.type)) return [condition];
    const replaced = added.find(({ type }) => type === condition.type);
    return replaced ? [replaced] : keep ? [condition] : [];
  });
  return [...standing, ...added.filter(({ type }) => !standing.some((one) => one.type === type))];
}

/** The conditions with these; the transition time changes with the status or reason alone (external-resizer MergePVCConditions). Pure. */
export function withModifyConditions(conditions: readonly Condition[] | undefined, added: readonly Condition[], time: string): Condition[] {
  const stamped = (condition: Condition, old?: Condition): Condition => {
    const same = old !== undefined && old.reason === condition.reason && old.status === condition.status;
    return { ...condition, lastProbeTime: time, ...(same ? { lastTransitionTime: old.lastTransitionTime } : { lastTransitionTime: time }) };
  };
  const standing = (conditions ?? []).map((old) => {
    const replaced = added.find(({ type }) => type === old.type);
    return replaced ? stamped(replaced, old) : old;
  });
  return [...standing, ...added.filter(({ type }) => !standing.some((one) => one.type === type)).map((condition) => stamped(condition))];
}
