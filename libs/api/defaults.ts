import type { Definition, Field, Type } from './definition.js';
import { roundedToMilli } from './quantity-text.js';
import { type GroupVersionKind, scheme } from './scheme.js';

/**
 * Defaults that depend on nothing but the field itself, compiled from the schema: one function a definition, none where nothing below
 * has a default. Those that look at other fields are the strategies' (`setDefaults`).
 */
type Fill = (object: Record<string, unknown>) => void;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value that Go would take for one that was not set. */
function unset(value: unknown, field: Field): boolean {
  if (value === undefined || value === null) return true;
  if (field.pointer) return false;
  return value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0);
}

/** Sets a default; one that is an object is merged into what is there, key by key. */
function setDefault(object: Record<string, unknown>, field: Field, value: unknown): void {
  const there = object[field.name];
  if (isObject(value) && isObject(there)) {
    for (const [key, member] of Object.entries(value))
      if (there[key] === undefined || there[key] === null) there[key] = structuredClone(member);
  } else if (unset(there, field)) object[field.name] = typeof value === 'object' ? structuredClone(value) : value;
}

/** A list or map whose members need something done. */
function each(type: Type, fills: (definition: Definition) => Fill | undefined): ((value: unknown) => void) | undefined {
  switch (type.of) {
    case 'struct': {
      const fill = fills(type.definition);
      return fill && ((value) => isObject(value) && fill(value));
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
  if (!isObject(value)) return;
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
  // A definition that contains itself (JSONSchemaProps) has no defaults below.
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
 * Sets the schema's defaults in an object, in place, all the way down. Idempotent. The object must not be shared; its kind must be in
 * the schema, otherwise nothing happens. Runs before the strategy's `setDefaults`.
 */
export function applyDefaults(gvk: GroupVersionKind, object: object): void {
  const definition = scheme.definitionFor(gvk);
  if (definition) applyDefaultsOf(definition, object);
}

/** The same for an object of any definition, e.g. a `rollingUpdate` that a strategy has just made. */
export function applyDefaultsOf(definition: Definition, object: object): void {
  fillOf(definition)?.(object as Record<string, unknown>);
}
