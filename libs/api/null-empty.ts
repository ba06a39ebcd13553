import type { Definition } from './definition.js';

/**
 * Upstream stores objects as protobuf, which does not distinguish a missing list from an empty one: an empty list without omitempty is read
 * back as null (`"endpoints": null`). Decoding results in `[]`, which is easier to work with; this is the last step before an object is
 * stored. Compiled: most kinds have no such list and cost one lookup.
 */
type Step = (object: Record<string, unknown>) => void;

const compiled = new Map<Definition, Step | null>();

const isEmpty = (value: object): boolean => {
  for (const _ in value) return false;
  return true;
};

function below(definition: Definition, name: string, many: boolean): Step | undefined {
  const step = stepOf(definition);
  if (!step) return undefined;
  return (object) => {
    const value = object[name];
    if (typeof value !== 'object' || value === null) return;
    if (!many) step(value as Record<string, unknown>);
    else
      for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) step(member as Record<string, unknown>);
  };
}

function stepOf(definition: Definition): Step | undefined {
  const known = compiled.get(definition);
  if (known !== undefined) return known ?? undefined;
  compiled.set(definition, null);
  const steps: Step[] = [];
  for (const { name, type, keepZero } of definition.fields) {
    const element = type.of === 'list' ? type.items : type.of === 'map' ? type.values : type;
    const inner = element.of === 'struct' ? below(element.definition, name, element !== type) : undefined;
    if (inner) steps.push(inner);
    if (!keepZero || (type.of !== 'list' && type.of !== 'map')) continue;
    steps.push((object) => {
      const value = object[name];
      if (typeof value === 'object' && value !== null && isEmpty(value)) object[name] = null;
    });
  }
  const step: Step | null = steps.length
    ? (object) => {
        for (const one of steps) one(object);
      }
    : null;
  compiled.set(definition, step);
  return step ?? undefined;
}

/**
 * Replaces empty lists and maps that Go encodes without omitempty by null, in place. Not for lists of objects (`items`), which are never
 * stored.
 */
export function nullEmptyListsOf(definition: Definition, object: object): void {
  stepOf(definition)?.(object as Record<string, unknown>);
}
