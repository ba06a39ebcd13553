import type { Definition, Field, Type } from './definition.js';
import type { JsonNode } from './json-text.js';
import { maxStrictErrors } from './limits.js';
import { quantityText } from './quantity-text.js';
import { canonicalMicroTime, canonicalTime, timeError } from './time-text.js';

/**
 * The slow walk of a body: finds what does not match, as sigs.k8s.io/json does when it fills the Go struct. The first value of a wrong type
 * is remembered and decoding continues; an error in a type with its own UnmarshalJSON (Quantity, Time, IntOrString) ends it.
 */
export interface Explanation {
  /** The decoding error; undefined if there is none. */
  error?: string;
  /** Unknown and duplicate fields, in the body's order: `unknown field "spec.foo"`. */
  strict: string[];
}

/** A type with its own UnmarshalJSON has failed: decoding ends. */
class Refused extends Error {}

interface State {
  error: string | undefined;
  strict: Set<string>;
  /** The path of JSON names without indices, as in Go's error messages. */
  stack: string[];
  /** The path with indices and map keys, as in strict errors. */
  path: string;
  struct: string;
}

const words: Readonly<Record<JsonNode['kind'], string>> = {
  object: 'object',
  array: 'array',
  string: 'string',
  number: 'number',
  bool: 'bool',
  null: 'null',
};

function wrongType(state: State, value: string, go: string): void {
  const where = state.struct ? `struct field ${state.struct}.${state.stack.join('.')}` : 'value';
  state.error ??= `json: cannot unmarshal ${value} into Go ${where} of type ${go}`;
}

function strictError(state: State, kind: 'unknown' | 'duplicate', key: string): void {
  if (state.strict.size < maxStrictErrors) state.strict.add(`${kind} field ${JSON.stringify(state.path ? `${state.path}.${key}` : key)}`);
}

function fits(text: string, bits: 32 | 64): boolean {
  return text.length <= 20 && /^-?\d+$/.test(text) && BigInt.asIntN(bits, BigInt(text)) === BigInt(text);
}

function integer(state: State, node: JsonNode, go: string, bits: 32 | 64): void {
  if (node.kind !== 'number') wrongType(state, words[node.kind], go);
  else if (!fits(node.text, bits)) wrongType(state, `number ${node.text}`, go);
}

const expected: Readonly<Partial<Record<Type['of'], JsonNode['kind']>>> = { double: 'number', boolean: 'bool' };

/** Reads a scalar. */
function scalar(state: State, type: Type, node: JsonNode, go: string): void {
  if (type.of === 'int32' || type.of === 'int64') integer(state, node, go, type.of === 'int32' ? 32 : 64);
  else if (node.kind !== (expected[type.of] ?? 'string')) wrongType(state, words[node.kind], go);
  else if (type.of === 'double' && node.kind === 'number' && !Number.isFinite(Number(node.text)))
    wrongType(state, `number ${node.text}`, go);
  else if (type.of === 'bytes' && node.kind === 'string') {
    const bad = base64ErrorAt(node.value);
    if (bad !== undefined) state.error ??= `illegal base64 data at input byte ${bad}`;
  }
}

/** The offset Go's base64 decoder names; undefined when the text decodes. */
function base64ErrorAt(text: string): number | undefined {
  const clean = text.replaceAll(/[\r\n]/g, '');
  if (clean.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(clean)) return undefined;
  const bad = /[^A-Za-z0-9+/]/.exec(clean)?.index ?? -1;
  if (bad < 0) return clean.length - (clean.length % 4);
  return clean[bad] === '=' && bad % 4 >= 2 ? Math.min(bad + 1, clean.length) : bad;
}

/** Types with their own UnmarshalJSON. */
function own(type: Type['of'], node: JsonNode): void {
  switch (type) {
    case 'quantity': {
      const text = node.kind === 'string' ? node.value.trim() : node.kind === 'number' ? node.text : words[node.kind];
      try {
        quantityText(text);
        return;
      } catch (error) {
        throw new Refused(error instanceof Error ? error.message : 'quantity');
      }
    }
    case 'time':
    case 'microTime': {
      if (node.kind !== 'string') throw new Refused(`json: cannot unmarshal ${words[node.kind]} into Go value of type string`);
      const canonical = type === 'time' ? canonicalTime(node.value) : canonicalMicroTime(node.value);
      if (canonical === undefined) throw new Refused(timeError(node.value, type === 'microTime'));
      return;
    }
    case 'intOrString': {
      if (node.kind === 'string') return;
      const inner: State = { error: undefined, strict: new Set(), stack: [], path: '', struct: '' };
      integer(inner, node, 'int32', 32);
      if (inner.error) throw new Refused(inner.error);
      return;
    }
    case 'schemaOrArray':
    case 'schemaOrBool':
    case 'schemaOrStrings':
      if (node.kind === 'string' || node.kind === 'number') {
        throw new Refused(`json: cannot unmarshal ${words[node.kind]} into Go value of type v1.JSONSchemaProps`);
      }
  }
}

function within(state: State, path: string, read: () => void): void {
  const outer = state.path;
  state.path = path;
  read();
  state.path = outer;
}

const joined = (path: string, key: string): string => (path ? `${path}.${key}` : key);

function struct(state: State, definition: Definition, node: JsonNode, go: string): void {
  if (node.kind !== 'object') {
    wrongType(state, words[node.kind], go);
    return;
  }
  const outer = state.struct;
  const seen = new Set<string>();
  for (const [key, value] of node.entries) {
    const field = definition.byName.get(key);
    if (!field) {
      strictError(state, 'unknown', key);
      continue;
    }
    if (seen.has(key)) strictError(state, 'duplicate', key);
    seen.add(key);
    state.struct = definition.name;
    state.stack.push(key);
    within(state, joined(state.path, key), () => typed(state, field.type, value, field));
    state.stack.pop();
  }
  state.struct = outer;
}

type Names = Pick<Field, 'go' | 'goElement'>;

/** The element of a list or map, which is not itself a list or map, except of strings. */
const elementOf = (names: Names): Names => ({ go: names.goElement, goElement: 'string' });

function list(state: State, items: Type, node: JsonNode & { kind: 'array' }, names: Names): void {
  const base = state.path;
  for (const [i, item] of node.items.entries()) within(state, `${base}[${i}]`, () => typed(state, items, item, elementOf(names)));
}

function map(state: State, values: Type, node: JsonNode & { kind: 'object' }, names: Names): void {
  const base = state.path;
  const seen = new Set<string>();
  for (const [key, value] of node.entries) {
    if (seen.has(key)) strictError(state, 'duplicate', key);
    seen.add(key);
    within(state, joined(base, key), () => typed(state, values, value, elementOf(names)));
  }
}

const scalars: ReadonlySet<string> = new Set(['string', 'bytes', 'int32', 'int64', 'double', 'boolean']);

function typed(state: State, type: Type, node: JsonNode, names: Names): void {
  if (node.kind === 'null') return;
  if (type.of === 'struct') struct(state, type.definition, node, names.go);
  else if (type.of === 'list') {
    if (node.kind === 'array') list(state, type.items, node, names);
    else wrongType(state, words[node.kind], names.go);
  } else if (type.of === 'map') {
    if (node.kind === 'object') map(state, type.values, node, names);
    else wrongType(state, words[node.kind], names.go);
  } else if (scalars.has(type.of)) scalar(state, type, node, names.go);
  else own(type.of, node);
}

/** Finds the errors of a body for a definition. */
export function explain(definition: Definition, node: JsonNode): Explanation {
  const state: State = { error: undefined, strict: new Set(), stack: [], path: '', struct: '' };
  try {
    if (node.kind !== 'null') struct(state, definition, node, `${definition.package.split('.').at(-1)}.${definition.name}`);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { error: error.message, strict: [...state.strict] };
  }
  return { error: state.error, strict: [...state.strict] };
}
