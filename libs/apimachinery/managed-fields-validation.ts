import { append } from './append.js';
import { type FieldError, invalidValue, tooLong } from './field-error.js';
import type { FieldPath } from './field-path.js';
import { byteLength, goIsPrint } from './go-format.js';
import type { ManagedFieldsEntry } from './object.js';

const MANAGER_LIMIT = 128;
const SUBRESOURCE_LIMIT = 256;
/** How many unprintable characters are reported. Upstream reports all of them. */
const SHOWN = 1024;

/** What nearly all names are. */
const PLAIN = /^[ -~]{0,128}$/;

/** A field manager's name: at most 128 bytes, printable (ValidateFieldManager). */
export function validateFieldManager(manager: string, path: FieldPath | string): FieldError[] {
  if (PLAIN.test(manager)) return [];
  const errors: FieldError[] = [];
  if (byteLength(manager) > MANAGER_LIMIT) errors.push(tooLong(path, '', MANAGER_LIMIT));
  let position = 0;
  for (const char of manager) {
    if (position > SHOWN) break;
    // U+000A for an unprintable character, U+0041 'A' otherwise: Go's %#U.
    const code = () => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    if (!goIsPrint(char)) errors.push(invalidValue(path, manager, `invalid character ${code()} (at position ${position})`));
    position += byteLength(char);
  }
  return errors;
}

/** metadata.managedFields as sent (ValidateManagedFields). */
export function validateManagedFields(entries: readonly ManagedFieldsEntry[] | undefined, path: FieldPath): FieldError[] {
  return (entries ?? []).flatMap((entry, i) => {
    const errors: FieldError[] = [];
    const at = path.index(i);
    if (entry.operation !== 'Apply' && entry.operation !== 'Update')
      errors.push(invalidValue(at.child('operation'), entry.operation ?? '', 'must be `Apply` or `Update`'));
    if (entry.fieldsType && entry.fieldsType !== 'FieldsV1')
      errors.push(invalidValue(at.child('fieldsType'), entry.fieldsType, 'must be `FieldsV1`'));
    append(errors, validateFieldManager(entry.manager ?? '', at.child('manager')));
    if (byteLength(entry.subresource ?? '') > SUBRESOURCE_LIMIT) errors.push(tooLong(at.child('subresource'), '', SUBRESOURCE_LIMIT));
    return errors;
  });
}
