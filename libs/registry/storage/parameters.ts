import { byteLength, type FieldError, invalidValue, required, tooLong } from '#apimachinery';
import { qualifiedName } from '../rules/text.js';

const MAX_PARAMETERS = 512;
const MAX_PARAMETERS_BYTES = 256 * 1024;

/** A provisioner's or driver's name (storage/validation validateProvisioner). */
export function driverName(path: string, name: string | undefined): FieldError[] {
  return name ? qualifiedName(path, name.toLowerCase()) : [required(path)];
}

/** The parameters of a class (storage/validation validateParameters). */
export function parameters(path: string, values: Readonly<Record<string, string>> = {}, mayBeEmpty: boolean): FieldError[] {
  const entries = Object.entries(values);
  if (entries.length > MAX_PARAMETERS) return [tooLong(path, '', MAX_PARAMETERS)];
  const errors: FieldError[] = entries.filter(([key]) => key === '').map(([key]) => invalidValue(path, key, 'field can not be empty.'));
  const size = entries.reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
  if (size > MAX_PARAMETERS_BYTES) errors.push(tooLong(path, '', MAX_PARAMETERS_BYTES));
  if (!mayBeEmpty && entries.length === 0) errors.push(required(path, 'must contain at least one key/value pair'));
  return errors;
}
