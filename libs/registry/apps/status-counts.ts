import { type FieldError, invalidValue } from '#apimachinery';
import { nonNegative } from '../core/checks.js';

/** Which counts of a status are checked, and how. */
export interface StatusCountRules {
  counts: readonly string[];
  atMostReplicas: readonly string[];
  /** The text for more available than ready ones. */
  readyText: string;
}

/** The counts of a workload's status: none negative, none above all of them, no more available than ready ones. */
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

/** The collision count only grows: names would come back otherwise. */
export function validateCollisionCount(count: number | undefined, old: number | undefined): FieldError[] {
  if (old === undefined || (count !== undefined && count >= old)) return [];
  return [invalidValue('status.collisionCount', count ?? 0, 'cannot be decremented')];
}
