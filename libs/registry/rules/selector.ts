import { type FieldError, fieldPath, type LabelSelectorSpec, validateLabelSelector } from '#apimachinery';

/** A label selector at a path (metav1/validation ValidateLabelSelector); may be absent. */
export function labelSelector(
  path: string,
  selector: LabelSelectorSpec | undefined,
  options: { allowInvalidValues?: boolean } = {},
): FieldError[] {
  return selector ? validateLabelSelector(selector, fieldPath(path), options) : [];
}

/** Whether a stored selector already violates a rule for new ones, so that an update must accept it. */
export function hasInvalidSelectorValue(selector: LabelSelectorSpec | undefined): boolean {
  return labelSelector('', selector).length > 0;
}
