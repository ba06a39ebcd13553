import { goNumber } from '#apimachinery';
import type { SchemaNode } from './schema-node.js';
import type { ValueRun } from './value-run.js';
import { type Place, placeText } from './values.js';

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

function rangeText(node: SchemaNode, prefix: string, path: string): string {
  const wanted = numericType(node);
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
type Broken = { value: number; rule: string } | undefined;

interface Bound {
  limit: number;
  exclusive: boolean;
  native: boolean;
}

function multipleOf(value: number, factor: number, native: boolean): Broken {
  const whole = native && Number.isInteger(value);
  const by = whole ? Math.trunc(factor) : factor;
  if (by <= 0) return { value: by, rule: `factor MultipleOf declared for %s must be positive: ${goNumber(by)}` };
  const multiple = by < 1 ? (1 / by) * value : value / by;
  if (whole ? value % by === 0 : isJSONInteger(multiple)) return undefined;
  return { value, rule: `should be a multiple of ${goNumber(by)}` };
}

/** Integers are compared with the integer part of a limit. */
const limitOf = (value: number, { limit, native }: Bound): number => (native && Number.isInteger(value) ? Math.trunc(limit) : limit);

function maximum(value: number, bound: Bound): Broken {
  const max = limitOf(value, bound);
  if (bound.exclusive ? value < max : value <= max) return undefined;
  return { value, rule: `should be less than ${bound.exclusive ? '' : 'or equal to '}${goNumber(max)}` };
}

function minimum(value: number, bound: Bound): Broken {
  const min = limitOf(value, bound);
  if (bound.exclusive ? value > min : value >= min) return undefined;
  return { value, rule: `should be greater than ${bound.exclusive ? '' : 'or equal to '}${goNumber(min)}` };
}

/** What is wrong with a number. */
export function checkNumber(run: ValueRun, node: SchemaNode, value: number, at: () => Place | undefined): void {
  const { schema } = node;
  run.matches += 1;
  if (!fits(value, numericType(node))) run.general(rangeText(node, 'Checked', placeText(at())));
  const rule = (limit: number | undefined, label: string, check: (limit: number, native: boolean) => Broken): void => {
    if (limit === undefined || limit === null) return;
    const native = fits(limit, numericType(node));
    if (!native) run.general(rangeText(node, label, placeText(at())));
    const broken = check(limit, native);
    if (broken) run.invalid(at(), broken.value, broken.rule);
  };
  if (schema.multipleOf !== undefined) rule(schema.multipleOf, 'MultipleOf', (factor, native) => multipleOf(value, factor, native));
  if (schema.minimum !== undefined)
    rule(schema.minimum, 'Minimum boundary', (limit, native) =>
      minimum(value, { limit, exclusive: schema.exclusiveMinimum === true, native }),
    );
  if (schema.maximum !== undefined)
    rule(schema.maximum, 'Maximum boundary', (limit, native) =>
      maximum(value, { limit, exclusive: schema.exclusiveMaximum === true, native }),
    );
}

/** Whether a number keeps all rules, its type included. */
export function keepsNumberRules(node: SchemaNode, value: number): boolean {
  const { schema } = node;
  const whole = Number.isInteger(value);
  const wanted = numericType(node);
  if (node.intOrString || node.type === 'integer') {
    if (!whole && !isJSONInteger(value)) return false;
  }
  if (!fits(value, wanted)) return false;
  const { multipleOf: factor, minimum: min, maximum: max } = schema;
  if (factor === undefined && min === undefined && max === undefined) return true;
  const native = (limit: number): boolean => fits(limit, wanted);
  if (factor !== undefined && (!native(factor) || multipleOf(value, factor, true))) return false;
  if (min !== undefined && (!native(min) || minimum(value, { limit: min, exclusive: schema.exclusiveMinimum === true, native: true })))
    return false;
  return max === undefined || (native(max) && !maximum(value, { limit: max, exclusive: schema.exclusiveMaximum === true, native: true }));
}
