import { deepEqual, type FieldError, goQuote, tooLong, tooMany } from '#apimachinery';
import { hasFormat, matchesFormat } from './formats/formats.js';
import { checkNumber, isJSONInteger } from './number-rules.js';
import { matchesPattern } from './pattern.js';
import type { SchemaNode } from './schema-node.js';
import { merge, Validation, type ValueResult } from './value-result.js';
import { type Item, isItem } from './values.js';

/**
 * Validates values against a schema in the words of kube-openapi's validator, as apiextensions-apiserver/pkg/apiserver/validation shows
 * them. Errors of values that an update does not change are dropped (ratcheting.go).
 */

/** The value before the update: undefined if there is none that corresponds. */
type Old = { readonly value: unknown } | undefined;

interface Visit {
  node: SchemaNode;
  value: unknown;
  path: string;
  old: Old;
}

const NOTHING: ValueResult = Object.freeze({ errors: [], matches: 0 });

/** The type of a value, with the format of Go's type. */
function typeOf(value: unknown): { type: string; format: string } {
  if (Array.isArray(value)) return { type: 'array', format: '' };
  if (typeof value === 'number')
    return Number.isInteger(value) ? { type: 'integer', format: 'int64' } : { type: 'number', format: 'float64' };
  return { type: typeof value, format: '' };
}

const typesOf = ({ type, intOrString }: SchemaNode): readonly string[] => (intOrString ? INT_OR_STRING : type === '' ? [] : [type]);
const INT_OR_STRING = ['integer', 'string'];

/** The format that is validated; others are ignored (formats.go StripUnsupportedFormats). */
export function formatOf(node: SchemaNode): string {
  const { format, intOrString } = node;
  if (format === '') return '';
  const type = intOrString ? '' : node.type;
  if (type === '' || type === 'string') return hasFormat(format) ? format : '';
  if (type === 'integer') return format === 'int32' || format === 'int64' ? format : '';
  if (type === 'number') return format === 'float' || format === 'double' ? format : '';
  return '';
}

/** typeValidator. */
function checkType(validation: Validation, { node, value, path }: Visit): ValueResult {
  const types = typesOf(node);
  const format = formatOf(node);
  if (types.length === 0 && format === '') return NOTHING;
  if (value === null) {
    if (types.length === 0 || node.nullable) return { errors: [], matches: 2 };
    return { errors: [validation.wrongType(path, types.join(','), 'null')], matches: 1 };
  }
  const found = typeOf(value);
  const accepted =
    types.includes(found.type) ||
    (found.type === 'integer' && types.includes('number')) ||
    (found.type === 'number' && types.includes('integer') && isJSONInteger(value as number));
  const text = typeof value === 'string' || Array.isArray(value);
  if (!text && format !== '' && !accepted && found.format !== format)
    return { errors: [validation.wrongType(path, format, found.format)], matches: 1 };
  const numeric = types.includes('number') || types.includes('integer');
  if (!numeric && format !== '' && text) return { errors: [], matches: 2 };
  if (accepted) return { errors: [], matches: 2 };
  return { errors: [validation.wrongType(path, types.join(','), found.type)], matches: 1 };
}

const characters = (text: string): number => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

/** stringValidator: the first rule that is broken. */
function checkString(validation: Validation, { node: { schema }, path }: Visit, value: string): FieldError | undefined {
  const { maxLength, minLength, pattern } = schema;
  if (maxLength !== undefined && value.length > maxLength && characters(value) > maxLength)
    return tooLong(validation.field(path), '', maxLength);
  if (minLength !== undefined && characters(value) < minLength)
    return validation.invalid(path, value, `${path} in body should be at least ${minLength} chars long`);
  if (pattern && !matchesPattern(pattern, value)) return validation.invalid(path, value, `${path} in body should match '${pattern}'`);
  return undefined;
}

/** basicCommonValidator. */
function checkEnum(validation: Validation, { node: { schema }, value, path }: Visit): FieldError | undefined {
  const { enum: allowed } = schema;
  if (!allowed?.length) return undefined;
  if (value !== null && allowed.some((one) => one === value || (typeof value === 'object' && deepEqual(one, value)))) return undefined;
  return validation.unsupported(path, value, allowed);
}

function checkItems(validation: Validation, { node, path, old }: Visit, value: readonly unknown[]): ValueResult {
  const result: ValueResult = { errors: [], matches: 1 };
  const { items, schema } = node;
  if (items) {
    const before = oldItems(node, value, old);
    for (const [index, item] of value.entries())
      merge(result, visit(validation, { node: items, value: item, path: `${path}[${index}]`, old: before?.(item) }));
  }
  const { minItems, maxItems } = schema;
  if (minItems !== undefined && value.length < minItems)
    validation.add(result, validation.invalid(path, value.length, `${path} in body should have at least ${minItems} items`));
  if (maxItems !== undefined && value.length > maxItems) validation.add(result, tooMany(validation.field(path), value.length, maxItems));
  return result;
}

/** Items correspond to those of the old list that have the same keys (apiserver/pkg/cel/common CorrelatedObject). */
function oldItems({ schema }: SchemaNode, list: readonly unknown[], old: Old): ((item: unknown) => Old) | undefined {
  if (old === undefined || !Array.isArray(old.value) || schema['x-kubernetes-list-type'] !== 'map') return undefined;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const keyOf = (item: unknown): string => JSON.stringify(keys.map((key) => (isItem(item) ? item[key] : undefined) ?? null));
  const byKey = new Map(old.value.map((value: unknown) => [keyOf(value), { value }]));
  return list.length === 0 ? undefined : (item) => byKey.get(keyOf(item));
}

function oldMember({ schema }: SchemaNode, name: string, old: Old): Old {
  if (old === undefined || !isItem(old.value) || schema['x-kubernetes-map-type'] === 'atomic') return undefined;
  return Object.hasOwn(old.value, name) ? { value: old.value[name] } : undefined;
}

function checkMembers(validation: Validation, { node, path, old }: Visit, value: Item): ValueResult {
  const result: ValueResult = { errors: [], matches: 0 };
  const { schema, additional } = node;
  const names = Object.keys(value);
  const { minProperties, maxProperties, required } = schema;
  if (minProperties !== undefined && names.length < minProperties)
    validation.add(result, validation.invalid(path, names.length, `${path} in body should have at least ${minProperties} properties`));
  if (maxProperties !== undefined && names.length > maxProperties)
    validation.add(result, tooMany(validation.field(path), names.length, maxProperties));
  const found: Array<{ name: string; part: ValueResult }> = [];
  for (const name of names) {
    const property = node.property(name);
    const below = property ?? additional;
    if (below === undefined) {
      if (schema.additionalProperties === false)
        validation.add(result, validation.invalid(path, name, `${path}.${name} in body is a forbidden property`));
      continue;
    }
    const at = property && path === '' ? name : `${path}.${name}`;
    const part = visit(validation, { node: below, value: value[name], path: at, old: oldMember(node, name, old) });
    if (part.errors.length > 0) found.push({ name, part });
    else result.matches += part.matches;
  }
  // Upstream's order is random: by name, it is the same each time.
  if (found.length > 1) found.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { part } of found) merge(result, part);
  for (const name of required ?? [])
    if (!Object.hasOwn(value, name)) validation.add(result, validation.make('FieldValueRequired', `${path}.${name}`, 'Required value'));
  return result;
}

/** The errors of the alternative that was nearest to be right. */
function better(best: ValueResult | undefined, result: ValueResult): ValueResult {
  return best === undefined || result.matches > best.matches ? result : best;
}

function checkAnyOf(validation: Validation, asked: Visit): ValueResult {
  const result: ValueResult = { errors: [], matches: 0 };
  let best: ValueResult | undefined;
  for (const node of asked.node.anyOf) {
    const one = visit(validation, { ...asked, node });
    if (one.errors.length === 0) return one;
    best = better(best, one);
  }
  validation.add(result, validation.general(`${goQuote(asked.path)} must validate at least one schema (anyOf)`));
  merge(result, best);
  return result;
}

function checkOneOf(validation: Validation, asked: Visit): ValueResult {
  const result: ValueResult = { errors: [], matches: 0 };
  let best: ValueResult | undefined;
  let first: ValueResult | undefined;
  let valid = 0;
  for (const node of asked.node.oneOf) {
    const one = visit(validation, { ...asked, node });
    if (one.errors.length === 0) {
      valid += 1;
      first ??= one;
    } else if (valid === 0) best = better(best, one);
  }
  if (valid === 1) return first ?? result;
  const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
  validation.add(result, validation.general(`${goQuote(asked.path)} must validate one and only one schema (oneOf). ${found}`));
  if (valid === 0) merge(result, best);
  return result;
}

function checkAllOf(validation: Validation, asked: Visit): ValueResult {
  const result: ValueResult = { errors: [], matches: 0 };
  let valid = 0;
  for (const node of asked.node.allOf) {
    const one = visit(validation, { ...asked, node });
    if (one.errors.length === 0) valid += 1;
    merge(result, one);
  }
  if (valid < asked.node.allOf.length)
    validation.add(
      result,
      validation.general(`${goQuote(asked.path)} must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`),
    );
  return result;
}

/** schemaPropsValidator. */
function checkBranches(validation: Validation, asked: Visit): ValueResult {
  const { node } = asked;
  const { anyOf, oneOf, allOf, not } = node.schema;
  const result: ValueResult = { errors: [], matches: 1 };
  if (anyOf?.length) merge(result, checkAnyOf(validation, asked));
  if (oneOf?.length) merge(result, checkOneOf(validation, asked));
  if (allOf?.length) merge(result, checkAllOf(validation, asked));
  if (not && node.not && visit(validation, { ...asked, node: node.not }).errors.length === 0)
    validation.add(result, validation.general(`${goQuote(asked.path)} must not validate the schema (not)`));
  return result;
}

function checkValue(validation: Validation, asked: Visit): ValueResult {
  const { node, value, path } = asked;
  const result = { ...checkType(validation, asked) };
  if (result.errors === NOTHING.errors) result.errors = [];
  if (value !== null) {
    merge(result, checkBranches(validation, asked));
    if (typeof value === 'string') {
      const broken = checkString(validation, asked, value);
      if (broken) validation.add(result, broken);
      const format = formatOf(node);
      if (format !== '' && hasFormat(format) && !matchesFormat(format, value))
        validation.add(result, validation.wrongType(path, format, value));
      result.matches += 2;
    } else if (typeof value === 'number') {
      merge(result, checkNumber(validation, node, value, path));
      result.matches += 1;
    } else if (Array.isArray(value)) {
      merge(result, checkItems(validation, asked, value));
      result.matches += 1;
    }
  }
  const unlisted = checkEnum(validation, asked);
  if (unlisted) validation.add(result, unlisted);
  if (isItem(value)) merge(result, checkMembers(validation, asked, value));
  result.matches += 3;
  return result;
}

function visit(validation: Validation, asked: Visit): ValueResult {
  if (!validation.visit()) return { errors: [], matches: 0 };
  const result = checkValue(validation, asked);
  const { old, value } = asked;
  // What contains a change has changed itself: it is not compared again.
  if (result.errors.length === 0 || old === undefined || result.changed) return result;
  return deepEqual(value, old.value) ? { errors: [], matches: result.matches } : { ...result, changed: true };
}

/** Errors of the same text in the same field are shown once (Result.AddErrors). */
function distinct(errors: readonly FieldError[]): FieldError[] {
  const seen = new Set<string>();
  return errors.filter(({ field, message }) => {
    const text = `${field}\n${message}`;
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

/**
 * The errors of a value. `prefix`: the field that the value is in, if it is not a whole object; `old`: the value before an update.
 */
export function validateValue(node: SchemaNode, value: unknown, { prefix = '', old }: { prefix?: string; old?: Old } = {}): FieldError[] {
  const validation = new Validation(prefix);
  const { errors } = visit(validation, { node, value, path: '', old });
  if (validation.exhausted) return [validation.general('the schema has too many alternatives for an object of this size')];
  return distinct(errors);
}
