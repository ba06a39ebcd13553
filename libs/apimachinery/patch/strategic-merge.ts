import { goQuote, goTypeOf, goValue, jsonKind } from '../go-format.js';
import { isJsonObject } from '../json-object.js';
import { getOwn, setOwn } from '../own-key.js';
import type { SchemaField, SchemaStruct, SchemaType } from '../schema.js';
import { badRequest } from '../status-errors.js';
import { badFormat, badPatchType, noMergeKey, plainError } from './strategic-errors.js';
import { elementKind, followsOrder, type Item, ordered, placesIn } from './strategic-lists.js';

/** Strategic merge patch (util/strategicpatch/patch.go), driven by the schema's patch markers. Arguments are not modified. */

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_LIST = '$deleteFromPrimitiveList';
const ELEMENT_ORDER = '$setElementOrder';

/** How a field's value is merged: its struct is known, or it is a map or list. */
interface Looked {
  type: SchemaType;
  /** merge, replace or empty. */
  strategy: string;
  mergeKey: string;
}

const KIND_NAMES: Readonly<Record<string, string>> = { list: 'slice', map: 'map', boolean: 'bool', double: 'float64', bytes: 'slice' };

function fieldOf(definition: SchemaStruct, name: string): SchemaField | undefined {
  const exact = definition.byName.get(name);
  if (exact) return exact;
  const folded = name.toLowerCase();
  for (const [key, field] of definition.byName) if (key.toLowerCase() === folded) return field;
  return undefined;
}

/** LookupPatchMetadataForStruct. */
function lookUp(type: SchemaType, key: string): Looked {
  if (type.of !== 'struct') {
    const kind = KIND_NAMES[type.of] ?? type.of;
    throw plainError(`merging an object in json but data type is not struct, instead is: ${kind}`);
  }
  const field = fieldOf(type.definition, key);
  if (!field) throw plainError(`unable to find api field in struct ${type.definition.name} for the json field ${goQuote(key)}`);
  const strategy = (field.patchStrategy ?? '').split(',').find((name) => name !== 'retainKeys') ?? '';
  return { type: field.type, strategy, mergeKey: field.patchMergeKey ?? '' };
}

/** The same for a list: the type is that of its elements. */
function lookUpList(type: SchemaType, key: string): Looked {
  const found = lookUp(type, key);
  if (found.type.of !== 'list') throw plainError(`expected slice or array type, but got: ${KIND_NAMES[type.of] ?? type.of}`);
  return { ...found, type: found.type.items };
}

function keyAfter(directive: string, prefix: string): string {
  const slash = directive.indexOf('/');
  if (slash < 0 || directive.slice(0, slash) !== prefix)
    throw badFormat(prefix === DELETE_LIST ? 'primitive list' : 'setElementOrder list');
  return directive.slice(slash + 1);
}

/** A value that is new to the object, without nulls and directives; undefined if a directive excludes it. */
function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned).filter((item) => item !== undefined);
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, DIRECTIVE)) return undefined;
  const kept: Item = {};
  for (const key of Object.keys(value)) {
    const item = value[key] === null ? undefined : cleaned(value[key]);
    if (item !== undefined) setOwn(kept, key, item);
  }
  return kept;
}

function retainKeys(result: Item, patch: Item): void {
  if (!Object.hasOwn(patch, RETAIN_KEYS)) return;
  const keys = patch[RETAIN_KEYS];
  delete patch[RETAIN_KEYS];
  if (!Array.isArray(keys)) throw badFormat('retainKeys');
  const retained = new Set<unknown>(keys);
  for (const key of Object.keys(patch)) {
    if (patch[key] === null || key.startsWith(DELETE_LIST) || key.startsWith(ELEMENT_ORDER)) continue;
    if (!retained.has(key)) throw badFormat('retainKeys');
  }
  for (const key of Object.keys(result)) if (!retained.has(key)) delete result[key];
}

function asList(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw plainError(`expected a []interface {}, but received a ${goTypeOf(value)}`);
  return value;
}

/** One $setElementOrder/FIELD: merges the field and sorts it in the declared order. */
function orderField(result: Item, patch: Item, directive: string, type: SchemaType): void {
  const order = asList(patch[directive]);
  delete patch[directive];
  const key = keyAfter(directive, ELEMENT_ORDER);
  const original = Object.hasOwn(result, key) ? asList(result[key]) : undefined;
  const patched = Object.hasOwn(patch, key) ? asList(patch[key]) : undefined;
  const found = lookUpList(type, key);
  if (!followsOrder(patched ?? [], order, found.mergeKey)) {
    const text = `The order in patch list:\n${goValue(patched)}\n doesn't match ${ELEMENT_ORDER} list:\n${goValue(order)}\n`;
    throw plainError(text);
  }
  if (!original && !patched) return;
  const merged = original && patched ? mergeList(original, patched, found, false) : (original ?? (cleaned(patched) as unknown[]));
  if (elementKind(original ?? [], patched ?? []) === undefined) throw plainError('no elements in any of the given slices');
  result[key] = ordered(merged, { patchOrder: order, serverOrder: original ?? [], mergeKey: found.mergeKey });
  delete patch[key];
}

function withoutMatching(list: readonly unknown[], mergeKey: string, values: ReadonlySet<unknown>): unknown[] {
  return list.filter((item, i) => {
    if (!isJsonObject(item)) throw plainError(`value for key ${i} is not a map`);
    return !values.has(getOwn(item, mergeKey));
  });
}

/** Removes the elements with $patch from the patch and applies them to the original. */
function applyElementDirectives(original: unknown[], patch: readonly Item[], mergeKey: string): { original: unknown[]; patch: Item[] } {
  const plain: Item[] = [];
  const deleted = new Set<unknown>();
  let replace = false;
  for (const item of patch) {
    const directive = item[DIRECTIVE];
    if (!Object.hasOwn(item, DIRECTIVE)) plain.push(item);
    else if (directive === 'delete') {
      if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
      deleted.add(item[mergeKey]);
    } else if (directive === 'replace') replace = true;
    else if (directive === 'merge') throw plainError('merging lists cannot yet be specified in the patch');
    else throw badPatchType(directive, item);
  }
  if (replace) return { original: plain, patch: [] };
  return { original: deleted.size > 0 ? withoutMatching(original, mergeKey, deleted) : original, patch: plain };
}

function mergeMaps(original: unknown[], patch: readonly Item[], { type, mergeKey }: Looked): unknown[] {
  if (mergeKey === '') throw plainError(`cannot merge lists without merge key for ${type.of}`);
  const start = applyElementDirectives(original, patch, mergeKey);
  const merged = [...start.original];
  const places = placesIn(merged, mergeKey);
  for (const item of start.patch) {
    if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
    const at = places.get(item[mergeKey]);
    if (at === undefined) {
      places.set(item[mergeKey], merged.length);
      merged.push(item);
    } else merged[at] = mergeMap(merged[at] as Item, item, type);
  }
  return ordered(merged, { patchOrder: start.patch, serverOrder: start.original, mergeKey });
}

function mergeList(original: unknown[], patch: unknown[], found: Looked, deletes: boolean): unknown[] {
  if (found.strategy !== 'merge' && !deletes) return patch;
  if (original.length === 0 && patch.length === 0) return original;
  if (elementKind(original, patch) === 'map') return mergeMaps(original, patch as Item[], found);
  if (deletes) {
    const deleted = new Set(patch);
    return original.filter((item) => !deleted.has(item));
  }
  return ordered([...new Set([...original, ...patch])], { patchOrder: patch, serverOrder: original, mergeKey: '' });
}

const sameType = (a: unknown, b: unknown): boolean =>
  typeof a === typeof b && Array.isArray(a) === Array.isArray(b) && (a === null) === (b === null);

function mergeField(result: Item, name: string, value: unknown, type: SchemaType): void {
  const deletes = name.startsWith(DELETE_LIST);
  const key = deletes ? keyAfter(name, DELETE_LIST) : name;
  if (value === null) {
    delete result[key];
    return;
  }
  const current = getOwn(result, key);
  if (!Object.hasOwn(result, key) || !sameType(current, value)) {
    if (deletes) return;
    const added = cleaned(value);
    if (added === undefined) delete result[key];
    else setOwn(result, key, added);
  } else if (isJsonObject(current) && isJsonObject(value)) {
    const found = lookUp(type, key);
    setOwn(result, key, found.strategy === 'replace' ? value : mergeMap(current, value, found.type));
  } else if (Array.isArray(current) && Array.isArray(value)) {
    setOwn(result, key, mergeList(current, value, lookUpList(type, key), deletes));
  } else setOwn(result, key, value);
}

function mergeMap(original: Item, given: Item, type: SchemaType): Item {
  const patch = { ...given };
  if (Object.hasOwn(patch, DIRECTIVE)) {
    const directive = patch[DIRECTIVE];
    if (directive === 'delete') return {};
    if (directive !== 'replace') throw badPatchType(directive, patch);
    delete patch[DIRECTIVE];
    return patch;
  }
  const result = { ...original };
  retainKeys(result, patch);
  for (const key of Object.keys(patch)) if (key.startsWith(ELEMENT_ORDER)) orderField(result, patch, key, type);
  for (const key of Object.keys(patch)) mergeField(result, key, patch[key], type);
  return result;
}

/** The body of a strategic merge patch, which must be an object. Throws upstream's 400. */
export function decodeStrategicPatch(body: unknown): Item {
  if (body === null) return {};
  if (isJsonObject(body)) return body;
  throw badRequest(`json: cannot unmarshal ${jsonKind(body)} into Go value of type map[string]interface {}`);
}

/** Applies a strategic merge patch to an object of the struct and returns the new one. Throws StatusErrors with upstream's messages. */
export function applyStrategicPatch<T extends object>(document: T, patch: Item, schema: SchemaStruct): T {
  return mergeMap(document as Item, patch, { of: 'struct', definition: schema }) as T;
}
