import { isJsonObject } from '#apimachinery';
import type { Definition, Field, Type } from './definition.js';
import { roundedToMilli } from './quantity-text.js';
import { type GroupVersionKind, scheme } from './scheme.js';

/**
 * Defaults that depend only on the field itself, compiled from the schema: one function per definition, none if there are no defaults below
 * it. Those that depend on other fields are in the strategies (`setDefaults`).
 */
type Fill = (object: Record<string, unknown>) => void;

/** A value that Go regards as not set. */
function unset(value: unknown, field: Field): boolean {
  if (value === undefined || value === null) return true;
  if (field.pointer) return false;
  return value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0);
}

/** Sets a default; an object is merged into the existing one, key by key. */
function setDefault(object: Record<string, unknown>, field: Field, value: unknown): void {
  const there = object[field.name];
  if (isJsonObject(value) && isJsonObject(there)) {
    for (const [key, member] of Object.entries(value))
      if (there[key] === undefined || there[key] === null) there[key] = structuredClone(member);
  } else if (unset(there, field)) object[field.name] = typeof value === 'object' ? structuredClone(value) : value;
}

/** A list or map whose elements have defaults. */
function each(type: Type, fills: (definition: Definition) => Fill | undefined): ((value: unknown) => void) | undefined {
  switch (type.of) {
    case 'struct': {
      const fill = fills(type.definition);
      return fill && ((value) => isJsonObject(value) && fill(value));
    }
    case 'list':
    case 'map': {
      const member = each(type.of === 'list' ? type.items : type.values, fills);
      return member && ((value) => Object.values(value as object).forEach(member));
    }
    default:
      return undefined;
  }
}

/** Rounds every quantity of a resource list up to thousandths (SetDefaults_ResourceList). */
function roundUp(value: unknown): void {
  if (!isJsonObject(value)) return;
  for (const key in value) {
    const quantity = value[key];
    if (typeof quantity === 'string') value[key] = roundedToMilli(quantity);
  }
}

function fillField(field: Field, fills: (definition: Definition) => Fill | undefined): Fill | undefined {
  const { name } = field;
  const value = field.default ?? field.serverDefault;
  const below = field.go === 'v1.ResourceList' ? roundUp : each(field.type, fills);
  if (value === undefined) return below && ((object) => object[name] !== undefined && object[name] !== null && below(object[name]));
  return (object) => {
    setDefault(object, field, value);
    if (below && object[name] !== undefined && object[name] !== null) below(object[name]);
  };
}

const compiled = new Map<Definition, Fill | null>();

function fillOf(definition: Definition): Fill | undefined {
  const known = compiled.get(definition);
  if (known !== undefined) return known ?? undefined;
  // A recursive definition (JSONSchemaProps) has no defaults below.
  compiled.set(definition, null);
  const steps = definition.fields.map((field) => fillField(field, fillOf)).filter((fill) => fill !== undefined);
  const fill: Fill | null = steps.length
    ? (object) => {
        for (const step of steps) step(object);
      }
    : null;
  compiled.set(definition, fill);
  return fill ?? undefined;
}

/**
 * Sets the schema's defaults in an object, in place and recursively. Idempotent. The object must not be shared; does nothing for a kind
 * that is not in the schema. Runs before the strategy's `setDefaults`.
 */
export function applyDefaults(gvk: GroupVersionKind, object: object): void {
  const definition = scheme.definitionFor(gvk);
  if (definition) applyDefaultsOf(definition, object);
}

/** The same for an object of any definition, e.g. a `rollingUpdate` created by a strategy. */
export function applyDefaultsOf(definition: Definition, object: object): void {
  fillOf(definition)?.(object as Record<string, unknown>);
}
