import { goNumber } from '#apimachinery';
import type { SchemaNode } from './schema-node.js';
import { merge, type Validation, type ValueResult } from './value-result.js';

/** Rules for numbers (kube-openapi/pkg/validation/validate values.go, validator.go): integers are compared as 64-bit integers. */

const INT32 = 2 ** 31;
const INT64 = 2 ** 63;

/** The type and format that numbers are checked against: only if the schema has exactly one type. */
function numericType({ type, format, intOrString }: SchemaNode): { type: string; format: string } {
  if (intOrString) return { type: '', format: '' };
  if (type === 'integer') return { type, format: format === 'int32' || format === 'int64' ? format : '' };
  if (type === 'number') return { type, format: format === 'float' || format === 'double' ? format : '' };
  return { type: '', format: '' };
}

function fits(value: number, { type, format }: { type: string; format: string }): boolean {
  if (type === 'integer') {
    const limit = format === 'int32' ? INT32 : INT64;
    return Number.isInteger(value) && value >= -limit && value < limit;
  }
  return format !== 'float' || Number.isFinite(Math.fround(value));
}

function rangeError(value: number, node: SchemaNode, prefix: string, path: string): string | undefined {
  const wanted = numericType(node);
  if (fits(value, wanted)) return undefined;
  const format = wanted.format === '' ? '(default format)' : `with format ${wanted.format}`;
  return `${prefix} value must be of type ${wanted.type} ${format} in ${path}`;
}

/** swag.IsFloat64AJSONInteger: a float that differs from an integer by rounding errors only is one. */
export function isJSONInteger(value: number): boolean {
  if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return false;
  const whole = Math.sign(value) * Math.round(Math.abs(value));
  if (value === whole) return true;
  return whole !== 0 && Math.abs(value - whole) < 1e-9 * Math.abs(whole);
}

/** A broken rule: the value that is shown, and the text. Undefined if the value keeps it. */
type Broken = { value: number; message: string } | undefined;

function multipleOf(path: string, value: number, factor: number, native: boolean): Broken {
  const whole = native && Number.isInteger(value);
  const by = whole ? Math.trunc(factor) : factor;
  if (by <= 0) return { value: by, message: `factor MultipleOf declared for ${path} must be positive: ${goNumber(by)}` };
  const multiple = by < 1 ? (1 / by) * value : value / by;
  if (whole ? value % by === 0 : isJSONInteger(multiple)) return undefined;
  return { value, message: `${path} in body should be a multiple of ${goNumber(by)}` };
}

function maximum(path: string, value: number, { limit, exclusive, native }: Bound): Broken {
  const max = native && Number.isInteger(value) ? Math.trunc(limit) : limit;
  if (exclusive ? value < max : value <= max) return undefined;
  return { value, message: `${path} in body should be less than ${exclusive ? '' : 'or equal to '}${goNumber(max)}` };
}

function minimum(path: string, value: number, { limit, exclusive, native }: Bound): Broken {
  const min = native && Number.isInteger(value) ? Math.trunc(limit) : limit;
  if (exclusive ? value > min : value >= min) return undefined;
  return { value, message: `${path} in body should be greater than ${exclusive ? '' : 'or equal to '}${goNumber(min)}` };
}

interface Bound {
  limit: number;
  exclusive: boolean;
  native: boolean;
}

/** What is wrong with a number. */
export function checkNumber(validation: Validation, node: SchemaNode, value: number, path: string): ValueResult {
  const { schema } = node;
  const result: ValueResult = { errors: [], matches: 1 };
  const checked = rangeError(value, node, 'Checked', path);
  if (checked !== undefined) validation.add(result, validation.general(checked));
  const rule = (limit: number | undefined, label: string, check: (limit: number, native: boolean) => Broken): void => {
    if (limit === undefined || limit === null) return;
    const part: ValueResult = { errors: [], matches: 0 };
    const outside = rangeError(limit, node, label, path);
    if (outside !== undefined) validation.add(part, validation.general(outside));
    const broken = check(limit, outside === undefined);
    if (broken !== undefined) validation.add(part, validation.invalid(path, broken.value, broken.message));
    merge(result, part);
  };
  rule(schema.multipleOf, 'MultipleOf', (factor, native) => multipleOf(path, value, factor, native));
  rule(schema.minimum, 'Minimum boundary', (limit, native) =>
    minimum(path, value, { limit, exclusive: schema.exclusiveMinimum === true, native }),
  );
  rule(schema.maximum, 'Maximum boundary', (limit, native) =>
    maximum(path, value, { limit, exclusive: schema.exclusiveMaximum === true, native }),
  );
  return result;
}
