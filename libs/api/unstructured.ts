import { type DecodedValue, DecodeError, decodeValue, type FieldValidation } from './decode-value.js';
import type { Definition, Type } from './definition.js';

/**
 * The result of a strategic merge patch is decoded differently from bodies and with other messages: upstream's unstructured converter
 * (apimachinery/pkg/runtime/converter.go) follows the struct's fields and does not name paths.
 */
const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'object' ? 'map' : 'string';
};

const goKinds: Readonly<Partial<Record<Type['of'], string>>> = {
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
  boolean: 'bool',
  string: 'string',
};

/** Whether Go could convert between the kinds, in which case the converter has a different error message. */
function convertible(from: string, to: string): boolean {
  const number = (kind: string): boolean => kind === 'int64' || kind === 'int32' || kind === 'float64';
  return (number(from) && number(to)) || (from === 'int64' && to === 'string');
}

function leafProblem(value: unknown, type: Type, go: string): string | undefined {
  const from = kindOf(value);
  const to = goKinds[type.of];
  if (to === undefined || from === to || (from === 'int64' && to !== 'bool' && to !== 'string')) return undefined;
  return convertible(from, to) ? `cannot convert ${from} to ${go}` : `unrecognized type: ${to}`;
}

function problem(value: unknown, type: Type, go: string, goElement: string): string | undefined {
  if (value === null || value === undefined) return undefined;
  const kind = kindOf(value);
  if (type.of === 'struct') return structProblem(value, type.definition);
  if (type.of === 'list') {
    if (!Array.isArray(value)) return `cannot restore slice from ${kind}`;
    return first(value, (item) => problem(item, type.items, goElement, 'string'));
  }
  if (type.of === 'map') {
    if (kind !== 'map') return `cannot restore map from ${kind}`;
    return first(Object.values(value), (member) => problem(member, type.values, goElement, 'string'));
  }
  if (type.of === 'bytes') return kind === 'string' ? undefined : `cannot restore slice from ${kind}`;
  return leafProblem(value, type, go);
}

function first<T>(items: readonly T[], look: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = look(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function structProblem(value: unknown, definition: Definition): string | undefined {
  const kind = kindOf(value);
  if (kind !== 'map') return `cannot restore struct from: ${kind}`;
  const object = value as Record<string, unknown>;
  return first(definition.fields, ({ name, type, go, goElement }) => problem(object[name], type, go, goElement));
}

/** Decodes a plain value like upstream's unstructured converter: like decodeValue, except for the messages of its DecodeError. */
export function decodeUnstructured(definition: Definition, value: unknown, validation: FieldValidation = 'Warn'): DecodedValue {
  try {
    return decodeValue(definition, value, validation);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new DecodeError(structProblem(value, definition) ?? error.message);
  }
}
