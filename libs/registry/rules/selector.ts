import { type FieldError, fieldPath, type LabelSelectorSpec, validateLabelSelector } from '#apimachinery';

/** A label selector at a path (metav1/validation ValidateLabelSelector); none is fine. */
export function labelSelector(
  path: string,
  selector: LabelSelectorSpec | undefined,
  options: { allowInvalidValues?: boolean } = {},
): FieldError[] {
  return selector ? validateLabelSelector(selector, fieldPath(path), options) : [];
}

/** Whether a stored selector already holds what a new one may not, so that an update must let it stand. */
export function hasInvalidSelectorValue(selector: LabelSelectorSpec | undefined): boolean {
  return labelSelector('', selector).length > 0;
}
