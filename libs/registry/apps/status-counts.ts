import { type FieldError, invalidValue } from '#apimachinery';
import { nonNegative } from '../core/checks.js';

/** Which counts of a status are validated, and how. */
export interface StatusCountRules {
  counts: readonly string[];
  atMostReplicas: readonly string[];
  /** The message if there are more available than ready replicas. */
  readyText: string;
}

/** The counts of a workload's status: none is negative, none is greater than the total, and no more are available than ready. */
export function validateStatusCounts(status: object, rules: StatusCountRules): FieldError[] {
  const count = (field: string): number => Number((status as Record<string, unknown>)[field] ?? 0);
  const errors = rules.counts.flatMap((field) => nonNegative(count(field), `status.${field}`));
  for (const field of rules.atMostReplicas) {
    if (count(field) > count('replicas'))
      errors.push(invalidValue(`status.${field}`, count(field), 'cannot be greater than status.replicas'));
  }
  if (rules.readyText && count('availableReplicas') > count('readyReplicas')) {
    errors.push(invalidValue('status.availableReplicas', count('availableReplicas'), rules.readyText));
  }
  return errors;
}

/** The collision count must not decrease: names would be reused. */
export function validateCollisionCount(count: number | undefined, old: number | undefined): FieldError[] {
  if (old === undefined || (count !== undefined && count >= old)) return [];
  return [invalidValue('status.collisionCount', count ?? 0, 'cannot be decremented')];
}
