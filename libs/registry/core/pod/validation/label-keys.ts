import type { metav1 } from '#api';
import { append, type FieldError, type FieldPath, fieldForbidden, invalidValue, validateLabelName } from '#apimachinery';

type Keys = readonly string[] | undefined;

function validateKeys(keys: Keys, selector: metav1.LabelSelector | undefined, path: FieldPath): FieldError[] {
  if (!keys?.length) return [];
  if (!selector) return [fieldForbidden(path, 'must not be specified when labelSelector is not set')];
  return keys.flatMap((key, index) => validateLabelName(key, path.index(index)));
}

/** The selector already contains the keys' own requirements: a key that occurs twice was also written by the user. */
function validateSelectorKeys(keys: readonly string[], selector: metav1.LabelSelector, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set(Object.keys(selector.matchLabels ?? {}));
  for (const { key } of selector.matchExpressions ?? []) {
    const index = keys.lastIndexOf(key);
    if (index >= 0 && seen.has(key)) errors.push(invalidValue(path.index(index), key, 'exists in both matchLabelKeys and labelSelector'));
    seen.add(key);
  }
  return errors;
}

/** Label keys whose values are taken from the pod (ValidateMatchLabelKeysAndMismatchLabelKeys). */
export function validateMatchLabelKeys(
  path: FieldPath,
  match: Keys,
  mismatch: Keys,
  selector: metav1.LabelSelector | undefined,
): FieldError[] {
  if (!match?.length && !mismatch?.length) return [];
  const errors = [
    ...validateKeys(match, selector, path.child('matchLabelKeys')),
    ...validateKeys(mismatch, selector, path.child('mismatchLabelKeys')),
  ];
  if (selector) append(errors, validateSelectorKeys(match ?? [], selector, path));
  for (const [index, key] of (match ?? []).entries()) {
    if (!mismatch?.includes(key)) continue;
    errors.push(invalidValue(path.child('matchLabelKeys').index(index), key, 'exists in both matchLabelKeys and mismatchLabelKeys'));
  }
  return errors;
}
