import { goQuote, goTypeOf } from '../go-format.js';
import { isJsonObject } from '../json-object.js';
import type { SchemaField, SchemaStruct, SchemaType } from '../schema.js';
import { elementText } from './field-path-text.js';
import { itemElement, type ListKey, listKeys } from './field-tree.js';
import { type Item, type TypeErrorAt } from './typed.js';

/** Checks an applied configuration against the schema of its kind (structured-merge-diff typed/validate.go), in its words. */

/** A value as Go prints a pointer to structured-merge-diff's wrapper with %v and %#v. */
const printed = (value: unknown): string => `&{${typeof value === 'string' ? value : JSON.stringify(value)}}`;
const printedSyntax = (value: unknown): string =>
  `&value.valueUnstructured{Value:${typeof value === 'string' ? goQuote(value) : JSON.stringify(value)}}`;

const isScalar = (value: unknown): boolean => ['string', 'number', 'bigint', 'boolean'].includes(typeof value);

const NUMBERS = new Set(['int32', 'int64', 'double']);
const UNTYPED = new Set(['quantity', 'time', 'microTime', 'intOrString']);

/** What is wrong with a leaf of the schema; undefined for one that may be anything. */
function leafError(of: string, value: unknown): string | undefined {
  if (value === null) return undefined;
  if (of === 'string' || of === 'bytes') return typeof value === 'string' ? undefined : `expected string, got ${printedSyntax(value)}`;
  if (NUMBERS.has(of)) {
    return typeof value === 'number' || typeof value === 'bigint' ? undefined : `expected numeric (int or float), got ${goTypeOf(value)}`;
  }
  if (of === 'boolean') return typeof value === 'boolean' ? undefined : `expected boolean, got ${printed(value)}`;
  if (UNTYPED.has(of)) return isScalar(value) ? undefined : `expected any scalar, got ${printed(value)}`;
  return undefined;
}

class Validator {
  readonly errors: TypeErrorAt[] = [];

  value(type: SchemaType, value: unknown, at: { path: string; field?: SchemaField }): undefined {
    const { path, field } = at;
    if (type.of === 'struct') this.struct(type.definition, value, path);
    else if (type.of === 'map') this.map(type.values, value, path);
    else if (type.of === 'list') this.list(type.items, value, { path, ...(field && { field }) });
    else this.add(path, leafError(type.of, value));
  }

  struct(definition: SchemaStruct, value: unknown, path: string): undefined {
    if (definition.special !== undefined || value === null) return undefined;
    if (!isJsonObject(value)) return this.add(path, `expected map, got ${printed(value)}`);
    for (const name of Object.keys(value)) {
      const field = definition.byName.get(name);
      const type = field?.type ?? definition.others;
      if (type === undefined) return this.add(`${path}.${name}`, 'field not declared in schema');
      this.value(type, value[name], { path: `${path}.${name}`, ...(field && { field }) });
    }
  }

  private map(values: SchemaType, value: unknown, path: string): undefined {
    if (value === null) return undefined;
    if (!isJsonObject(value)) return this.add(path, `expected map, got ${printed(value)}`);
    for (const name of Object.keys(value)) this.value(values, value[name], { path: `${path}.${name}` });
  }

  private list(items: SchemaType, value: unknown, { path, field }: { path: string; field?: SchemaField }): undefined {
    if (value === null) return undefined;
    if (!Array.isArray(value)) return this.add(path, `expected list, got ${printed(value)}`);
    const elements = elementsOf(items, field);
    const seen = new Set<string>();
    for (const [index, item] of value.entries()) {
      const element = elements(item, index);
      if (element.error !== undefined) return this.add(path, `element ${index}: ${element.error}`);
      if (seen.has(element.text)) this.add(path, `duplicate entries for key ${elementText(element.text)}`);
      seen.add(element.text);
      this.value(items, item, { path: path + elementText(element.text) });
    }
  }

  private add(path: string, message: string | undefined): undefined {
    if (message !== undefined) this.errors.push({ path, message });
  }
}

type ElementOf = (item: unknown, index: number) => { text: string; error?: string };

function elementsOf(items: SchemaType, field: SchemaField | undefined): ElementOf {
  if (field?.listType === 'set') return setElement;
  if (field?.listType !== 'map') return (_item, index) => ({ text: `i:${index}` });
  const keys = listKeys(field.listMapKeys ?? [], items);
  return (item) => keyedElement(keys, item);
}

/** setItemToPathElement. */
const setElement: ElementOf = (item) => {
  const text = `v:${JSON.stringify(item ?? null)}`;
  if (isJsonObject(item)) return { text, error: "associative list without keys has an element that's a map type" };
  if (Array.isArray(item)) return { text, error: 'not supported: associative list with lists as elements' };
  return item === null ? { text, error: "associative list without keys has an element that's an explicit null" } : { text };
};

/** keyedAssociativeListItemToPathElement. */
function keyedElement(keys: readonly ListKey[], item: unknown): { text: string; error?: string } {
  if (item === null) return { text: '', error: 'associative list with keys may not have a null element' };
  if (!isJsonObject(item)) return { text: '', error: 'associative list with keys may not have non-map elements' };
  const text = itemElement(keys, item);
  if (text !== 'k:{}') return { text };
  const names = `[${keys.map(({ name }) => goQuote(name)).join(' ')}]`;
  const error = `associative list with keys has an element that omits all key fields ${names} (and doesn't have default values for any key fields)`;
  return { text, error };
}

/** What is wrong with a configuration; apiVersion, kind and metadata are fields of every kind's struct. */
export function validateTyped(definition: SchemaStruct, configuration: Item): TypeErrorAt[] {
  const validator = new Validator();
  validator.struct(definition, configuration, '');
  return validator.errors;
}
