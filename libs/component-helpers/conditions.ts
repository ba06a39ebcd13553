/** Conditions of an object's status, whatever its kind (apimachinery api/meta/conditions.go, pkg/api/v1/pod). */

/** The fields that every condition has. */
export interface Condition {
  type: string;
  status: string;
  lastTransitionTime?: string;
}

/** The condition of a type. */
export function conditionOf<C extends Condition>(conditions: readonly C[] | undefined, type: string): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** All conditions except those of a type. */
export function withoutCondition<C extends Condition>(conditions: readonly C[] | undefined, type: string): C[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}

/** The transition time of a condition, which changes only with its status. `time` is now, as metav1.Time. */
export function transitionTime(before: Condition | undefined, status: string, time: string): string {
  return (before?.status === status ? before.lastTransitionTime : undefined) ?? time;
}

/** Sets a condition in its position, or appends it (SetStatusCondition, UpdatePodCondition). `time` is now, as metav1.Time. */
export function setCondition<C extends Condition>(conditions: readonly C[] | undefined, next: C, time: string): C[] {
  const present = conditions ?? [];
  const index = present.findIndex(({ type }) => type === next.type);
  const condition = { ...next, lastTransitionTime: transitionTime(present[index], next.status, time) };
  return index < 0 ? [...present, condition] : present.with(index, condition);
}
