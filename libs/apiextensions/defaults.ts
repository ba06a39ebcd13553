import { isJsonObject, setOwn, tooLarge } from '#apimachinery';
import { DEFAULTED_BYTES } from './limits.js';
import type { SchemaNode } from './schema-node.js';

/** Defaulting and nulls (apiextensions-apiserver/pkg/apiserver/schema/defaulting). */

const isUnwanted = (value: unknown, node: SchemaNode | undefined): boolean => value === null && node !== undefined && !node.nullable;

/** Removes nulls that are neither allowed nor replaced by a default (prunenulls.go). */
export function pruneNulls(value: unknown, node: SchemaNode | undefined): void {
  if (node === undefined || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    const { items } = node;
    if (items) for (const item of value) pruneNulls(item, items);
    return;
  }
  if (!node.hasProperties && !node.hasAdditional) return;
  const object = value as Record<string, unknown>;
  for (const name of Object.keys(object)) {
    if (typeof object[name] !== 'object') continue;
    const below = node.field(name);
    if (isUnwanted(object[name], below) && below?.default === undefined) delete object[name];
    else pruneNulls(object[name], below);
  }
}

/** Names of the properties of a node that have defaults; most nodes have none. */
const defaulted = new WeakMap<SchemaNode, readonly string[]>();

function defaultedOf(node: SchemaNode): readonly string[] {
  const known = defaulted.get(node);
  if (known !== undefined) return known;
  const { properties } = node.schema;
  const names = Object.keys(properties ?? {}).filter((name) => (properties?.[name]?.default ?? null) !== null);
  defaulted.set(node, names);
  return names;
}

/** The JSON of the defaults of nodes: parsing it is the copy. */
const texts = new WeakMap<SchemaNode, string>();

class Defaulter {
  private bytes = 0;

  private copyOf(node: SchemaNode): unknown {
    const { default: value = null } = node;
    if (typeof value !== 'object' || value === null) {
      this.count(typeof value === 'string' ? value.length : 8);
      return value;
    }
    let text = texts.get(node);
    if (text === undefined) {
      text = JSON.stringify(value);
      texts.set(node, text);
    }
    this.count(text.length);
    return JSON.parse(text);
  }

  private count(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes > DEFAULTED_BYTES) throw tooLarge(`limit is ${DEFAULTED_BYTES}`);
  }

  fill(value: unknown, node: SchemaNode | undefined): void {
    if (node === undefined || typeof value !== 'object' || value === null || !node.occurs.defaults) return;
    if (Array.isArray(value)) this.items(value, node);
    else if (isJsonObject(value)) this.members(value, node);
  }

  private members(object: Record<string, unknown>, node: SchemaNode): void {
    for (const name of defaultedOf(node)) {
      const property = node.property(name);
      if (property && (!Object.hasOwn(object, name) || isUnwanted(object[name], property))) setOwn(object, name, this.copyOf(property));
    }
    const { additional } = node;
    for (const name of Object.keys(object)) {
      const member = object[name];
      if (typeof member !== 'object') continue;
      const property = node.property(name);
      if (member === null && property === undefined && additional && !additional.nullable) setOwn(object, name, this.copyOf(additional));
      this.fill(object[name], property ?? additional);
    }
  }

  private items(list: unknown[], node: SchemaNode): void {
    const { items } = node;
    if (items === undefined) return;
    for (let i = 0; i < list.length; i++) {
      if (isUnwanted(list[i], items)) list[i] = this.copyOf(items);
      this.fill(list[i], items);
    }
  }
}

/** Sets the schema's defaults in place. Throws 413 if that makes the object too large. */
export function fillDefaults(value: unknown, node: SchemaNode): void {
  new Defaulter().fill(value, node);
}
