import type { metav1 } from '#api';
import {
  type FieldError,
  type FieldPath,
  formatLabelSelector,
  invalidValue,
  labelSelectorAsSelector,
  required,
  SelectorError,
  validateLabelSelector,
} from '#apimachinery';
import { printedSelector } from '../core/printed.js';

/** A workload's selector: required, valid and not empty (apps validation.go). */
export function validateWorkloadSelector(
  selector: metav1.LabelSelector | undefined,
  path: FieldPath,
  emptyText: string,
  allowInvalidValues = false,
): FieldError[] {
  if (!selector) return [required(path)];
  const errors = validateLabelSelector(selector, path, { allowInvalidValues });
  const empty = Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;
  if (empty) errors.push(invalidValue(path, printedSelector(selector), emptyText));
  return errors;
}

/** Whether a selector matches the template's labels; undefined if it is invalid. A missing selector matches nothing. */
export function selectorMatches(
  selector: metav1.LabelSelector | undefined,
  labels: Record<string, string> | undefined,
): boolean | undefined {
  try {
    return labelSelectorAsSelector(selector).matches(labels);
  } catch (error) {
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}

/** A selector's text for the scale subresource: '' if it is empty or invalid. */
export function scaleSelector(selector: metav1.LabelSelector | undefined): string {
  const text = formatLabelSelector(selector);
  return text === '<none>' || text === '<error>' ? '' : text;
}
