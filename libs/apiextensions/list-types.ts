import { duplicate, type FieldError, invalidValue, isJsonObject } from '#apimachinery';
import { ERRORS } from './limits.js';
import type { SchemaNode } from './schema-node.js';

/** Lists of type set and map have no duplicates (apiextensions-apiserver/pkg/apiserver/schema/listtype). */

/** Indices of the second occurrence of each value that occurs more than once. */
function repeated(values: readonly unknown[]): number[] {
  const counts = new Map<string, number>();
  const found: number[] = [];
  for (const [index, value] of values.entries()) {
    // A text that begins with a quotation mark is one of no other type.
    const text = typeof value === 'string' ? `"${value}` : JSON.stringify(value);
    const count = (counts.get(text) ?? 0) + 1;
    counts.set(text, count);
    if (count === 2) found.push(index);
  }
  return found;
}

function keysOf(item: unknown, names: readonly string[]): Record<string, unknown> {
  const keys: Record<string, unknown> = {};
  if (isJsonObject(item)) for (const name of names) if (Object.hasOwn(item, name)) keys[name] = item[name];
  return keys;
}

class Lists {
  readonly errors: FieldError[] = [];

  look(node: SchemaNode, value: unknown, path: string): void {
    if (this.errors.length >= ERRORS || !node.occurs.uniqueLists) return;
    if (Array.isArray(value)) this.list(node, value, path);
    else if (isJsonObject(value)) this.members(node, value, path);
  }

  private members(node: SchemaNode, value: Record<string, unknown>, path: string): void {
    const { additional } = node;
    for (const name of Object.keys(value)) {
      const member = value[name];
      if (typeof member !== 'object' || member === null) continue;
      if (additional?.occurs.uniqueLists) this.look(additional, member, `${path}[${name}]`);
      const property = node.property(name);
      if (property?.occurs.uniqueLists) this.look(property, member, path === '' ? name : `${path}.${name}`);
    }
  }

  private list(node: SchemaNode, value: readonly unknown[], path: string): void {
    const type = node.schema['x-kubernetes-list-type'];
    if (type === 'set') for (const index of repeated(value)) this.errors.push(duplicate(`${path}[${index}]`, value[index]));
    if (type === 'map') this.map(value, node.schema['x-kubernetes-list-map-keys'] ?? [], path);
    const { items } = node;
    if (items?.occurs.uniqueLists) for (const [index, item] of value.entries()) this.look(items, item, `${path}[${index}]`);
  }

  private map(value: readonly unknown[], names: readonly string[], path: string): void {
    const wrong = value.findIndex((item) => item !== null && !isJsonObject(item));
    if (wrong >= 0) {
      this.errors.push(invalidValue(`${path}[${wrong}]`, value[wrong], 'must be an object for an array of list-type map'));
      return;
    }
    const keys = value.map((item) => keysOf(item, names));
    for (const index of repeated(keys)) this.errors.push(duplicate(`${path}[${index}]`, keys[index]));
  }
}

/** Duplicates in the lists of an object. */
export function validateLists(node: SchemaNode, object: object): FieldError[] {
  const lists = new Lists();
  lists.look(node, object, '');
  return lists.errors;
}
