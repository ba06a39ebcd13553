import { deepEqual, type FieldError, goQuote, invalidValue, isJsonObject, tooLong, tooMany } from '#apimachinery';
import { hasFormat, matchesFormat } from './formats/formats.js';
import { checkNumber, isJSONInteger } from './number-rules.js';
import { matchesPattern } from './pattern.js';
import { QuickCheck } from './quick-check.js';
import type { SchemaNode } from './schema-node.js';
import { ValueRun } from './value-run.js';
import { type Item, type Place, placeText } from './values.js';

/**
 * Validates values against a schema in the words of kube-openapi's validator, as apiextensions-apiserver/pkg/apiserver/validation shows
 * them. Errors of values that an update does not change are dropped (ratcheting.go).
 */

/** The value before the update: undefined if there is none that corresponds. */
type Old = { readonly value: unknown } | undefined;

/** A value and where it stands: its place is made only where it is needed. */
interface Visit {
  readonly node: SchemaNode;
  readonly value: unknown;
  readonly above: Place | undefined;
  /** Unset for the whole value. */
  readonly step?: string | number;
  readonly old: Old;
}

const placeOf = ({ above, step }: Visit): Place | undefined => (step === undefined ? above : { above, step });

/** The type of a value, with the format of Go's type. */
function typeOf(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return Array.isArray(value) ? 'array' : typeof value;
}

const FORMATS: Readonly<Record<string, string>> = { integer: 'int64', number: 'float64' };

const accepts = ({ type, intOrString }: SchemaNode, found: string): boolean =>
  intOrString ? found === 'integer' || found === 'string' : type === found;

/** A whole float is an integer, and an integer is a number. */
function acceptsNumber({ type, intOrString }: SchemaNode, value: number): boolean {
  if (Number.isInteger(value)) return type === 'number' && !intOrString;
  return (intOrString || type === 'integer') && isJSONInteger(value);
}

const namesOf = ({ type, intOrString }: SchemaNode): string => (intOrString ? 'integer,string' : type);

/** typeValidator. */
function checkType(run: ValueRun, asked: Visit, format: string): void {
  const { node, value } = asked;
  const typed = node.intOrString || node.type !== '';
  if (!typed && format === '') return;
  run.matches += 1;
  if (value === null) {
    if (typed && !node.nullable) run.wrongType(placeOf(asked), namesOf(node), 'null');
    else run.matches += 1;
    return;
  }
  const found = typeOf(value);
  const accepted = accepts(node, found) || (typeof value === 'number' && acceptsNumber(node, value));
  const text = typeof value === 'string' || Array.isArray(value);
  const numeric = node.intOrString || node.type === 'number' || node.type === 'integer';
  if (!text && format !== '' && !accepted && FORMATS[found] !== format) run.wrongType(placeOf(asked), format, FORMATS[found] ?? '');
  else if (accepted || (!numeric && format !== '' && text)) run.matches += 1;
  else run.wrongType(placeOf(asked), namesOf(node), found);
}

const characters = (text: string): number => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

/** stringValidator: the first rule that is broken. */
function checkString(run: ValueRun, asked: Visit, value: string): void {
  const { maxLength, minLength, pattern } = asked.node.schema;
  if (maxLength !== undefined && value.length > maxLength && characters(value) > maxLength)
    run.add(tooLong(run.field(placeText(placeOf(asked))), '', maxLength));
  else if (minLength !== undefined && characters(value) < minLength)
    run.invalid(placeOf(asked), value, `should be at least ${minLength} chars long`);
  else if (pattern && !matchesPattern(pattern, value)) run.invalid(placeOf(asked), value, `should match '${pattern}'`);
}

/** basicCommonValidator. */
function checkEnum(run: ValueRun, asked: Visit): void {
  const { node, value } = asked;
  const { enum: allowed } = node.schema;
  if (!allowed?.length) return;
  if (value !== null && allowed.some((one) => one === value || (typeof value === 'object' && deepEqual(one, value)))) return;
  run.unsupported(placeOf(asked), value, allowed);
}

function checkItems(run: ValueRun, asked: Visit, value: readonly unknown[]): void {
  const { node, old } = asked;
  const { items, schema } = node;
  run.matches += 1;
  const { minItems, maxItems } = schema;
  if (items && value.length > 0) {
    const above = placeOf(asked);
    const before = oldItems(node, old);
    for (let step = 0; step < value.length; step++) {
      const item = value[step];
      visit(run, { node: items, value: item, above, step, old: before?.(item) });
    }
  }
  if (minItems !== undefined && value.length < minItems)
    run.invalid(placeOf(asked), value.length, `should have at least ${minItems} items`);
  if (maxItems !== undefined && value.length > maxItems) run.add(tooMany(run.field(placeText(placeOf(asked))), value.length, maxItems));
}

/** Items correspond to those of the old list that have the same keys (apiserver/pkg/cel/common CorrelatedObject). */
function oldItems({ schema }: SchemaNode, old: Old): ((item: unknown) => Old) | undefined {
  if (old === undefined || !Array.isArray(old.value) || schema['x-kubernetes-list-type'] !== 'map') return undefined;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const keyOf = (item: unknown): string => JSON.stringify(keys.map((key) => (isJsonObject(item) ? item[key] : undefined) ?? null));
  const byKey = new Map(old.value.map((value: unknown) => [keyOf(value), { value }]));
  return (item) => byKey.get(keyOf(item));
}

function oldMember({ schema }: SchemaNode, name: string, old: Old): Old {
  if (old === undefined || !isJsonObject(old.value) || schema['x-kubernetes-map-type'] === 'atomic') return undefined;
  return Object.hasOwn(old.value, name) ? { value: old.value[name] } : undefined;
}

function checkMembers(run: ValueRun, asked: Visit, value: Item): void {
  const { node, old } = asked;
  const { schema, additional } = node;
  const { minProperties, maxProperties, required } = schema;
  const names = Object.keys(value);
  if (minProperties !== undefined && names.length < minProperties)
    run.invalid(placeOf(asked), names.length, `should have at least ${minProperties} properties`);
  if (maxProperties !== undefined && names.length > maxProperties)
    run.add(tooMany(run.field(placeText(placeOf(asked))), names.length, maxProperties));
  const above = placeOf(asked);
  const { length } = run.errors;
  const found: Array<{ name: string; from: number; to: number }> = [];
  for (const name of names) {
    const below = node.property(name) ?? additional;
    const from = run.errors.length;
    if (below !== undefined) visit(run, { node: below, value: value[name], above, step: name, old: oldMember(node, name, old) });
    else if (schema.additionalProperties === false) forbidden(run, above, name);
    if (run.errors.length > from) found.push({ name, from, to: run.errors.length });
  }
  if (found.length > 1) inOrder(run.errors, length, found);
  for (const name of required ?? [])
    if (!Object.hasOwn(value, name)) run.make('FieldValueRequired', { above, step: name }, 'Required value');
}

function forbidden(run: ValueRun, at: Place | undefined, name: string): void {
  const path = placeText(at);
  run.add(invalidValue(run.field(path), name, `${path}.${name} in body is a forbidden property`));
}

/** Upstream's order of members is random: by name, it is the same each time. */
function inOrder(errors: FieldError[], length: number, found: Array<{ name: string; from: number; to: number }>): void {
  const parts = found.map(({ name, from, to }) => ({ name, errors: errors.slice(from, to) }));
  errors.length = length;
  for (const part of parts.sort((a, b) => (a.name < b.name ? -1 : 1))) for (const error of part.errors) errors.push(error);
}

type Failed = NonNullable<ReturnType<ValueRun['branch']>>;

/** The failed alternative that was nearest to be right. */
const nearer = (best: Failed | undefined, failed: Failed): Failed => (best === undefined || failed.matches > best.matches ? failed : best);

function keep(run: ValueRun, failed: Failed | undefined): void {
  if (failed === undefined) return;
  for (const error of failed.errors) run.add(error);
  run.matches += failed.matches;
}

const pathText = (asked: Visit): string => goQuote(placeText(placeOf(asked)));

function checkAnyOf(run: ValueRun, asked: Visit): void {
  let best: Failed | undefined;
  for (const node of asked.node.anyOf) {
    const failed = run.branch(() => visit(run, { ...asked, node }));
    if (failed === undefined) return;
    best = nearer(best, failed);
  }
  run.general(`${pathText(asked)} must validate at least one schema (anyOf)`);
  keep(run, best);
}

function checkOneOf(run: ValueRun, asked: Visit): void {
  let best: Failed | undefined;
  let valid = 0;
  let first = run.matches;
  for (const node of asked.node.oneOf) {
    const failed = run.branch(() => visit(run, { ...asked, node }));
    if (failed === undefined) {
      valid += 1;
      // Only the first valid alternative counts.
      if (valid === 1) first = run.matches;
      else run.matches = first;
    } else if (valid === 0) best = nearer(best, failed);
  }
  if (valid === 1) return;
  const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
  run.general(`${pathText(asked)} must validate one and only one schema (oneOf). ${found}`);
  if (valid === 0) keep(run, best);
}

function checkAllOf(run: ValueRun, asked: Visit): void {
  const { allOf } = asked.node;
  let valid = 0;
  for (const node of allOf) {
    const failed = run.branch(() => visit(run, { ...asked, node }));
    if (failed === undefined) valid += 1;
    else keep(run, failed);
  }
  if (valid < allOf.length) run.general(`${pathText(asked)} must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
}

/** schemaPropsValidator. */
function checkBranches(run: ValueRun, asked: Visit): void {
  const { anyOf, oneOf, allOf, not } = asked.node.schema;
  run.matches += 2;
  if (anyOf?.length) checkAnyOf(run, asked);
  if (oneOf?.length) checkOneOf(run, asked);
  if (allOf?.length) checkAllOf(run, asked);
  const { not: node } = asked.node;
  if (!not || node === undefined) return;
  const { matches } = run;
  if (run.branch(() => visit(run, { ...asked, node })) === undefined) run.general(`${pathText(asked)} must not validate the schema (not)`);
  run.matches = matches;
}

function checkValue(run: ValueRun, asked: Visit): void {
  const { node, value } = asked;
  const { format } = node.facts;
  checkType(run, asked, format);
  if (value === null) {
    checkEnum(run, asked);
    return;
  }
  checkBranches(run, asked);
  if (typeof value === 'string') {
    checkString(run, asked, value);
    if (format !== '' && hasFormat(format) && !matchesFormat(format, value)) run.wrongType(placeOf(asked), format, value);
    run.matches += 2;
  } else if (typeof value === 'number') {
    checkNumber(run, node, value, () => placeOf(asked));
    run.matches += 1;
  } else if (Array.isArray(value)) {
    checkItems(run, asked, value);
    run.matches += 1;
  }
  checkEnum(run, asked);
  if (isJsonObject(value)) checkMembers(run, asked, value);
  run.matches += 3;
}

function visit(run: ValueRun, asked: Visit): void {
  if (run.isOver || !run.visit() || run.skips(asked.node, asked.value)) return;
  const { length } = run.errors;
  const outside = run.changed;
  run.changed = false;
  checkValue(run, asked);
  const { old, value } = asked;
  // What contains a change has changed itself: it is not compared again.
  if (run.errors.length > length && old !== undefined && !run.changed) {
    if (deepEqual(value, old.value)) run.errors.length = length;
    else run.changed = true;
  }
  run.changed ||= outside;
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
  const quick = new QuickCheck();
  if (quick.isValid(node, value)) return [];
  const run = new ValueRun(prefix, quick);
  if (!quick.exhausted) visit(run, { node, value, above: undefined, old });
  if (run.exhausted || quick.exhausted) {
    run.errors.length = 0;
    run.general('the schema has too many alternatives for an object of this size');
  }
  return distinct(run.errors);
}
