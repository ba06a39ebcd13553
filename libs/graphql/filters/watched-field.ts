import { deepEqual, getOwn, isJsonObject } from '#apimachinery';
import { badInput } from '../errors.js';
import type { Shape, Struct } from '../shapes/shape.js';
import { noField } from './field-path.js';
import { keysOf } from './path.js';

/** A field whose changes are told. */
export interface WatchedField {
  /** Whether its value is another one in the object after a change. */
  differs(before: object, after: object): boolean;
}

const isPlace = (key: string): boolean => /^\d+$/.test(key);

/** `type=Ready`: what an item of a list has. */
function choiceIn(key: string): { field: string; value: string } | undefined {
  const at = key.indexOf('=');
  return at > 0 ? { field: key.slice(0, at), value: key.slice(at + 1) } : undefined;
}

/** The keys of a path, which may begin with a dot, as those of changes do. */
function keysOfField(path: string): readonly string[] {
  const keys = keysOf(path.startsWith('.') ? path.slice(1) : path);
  if (keys.length > 0) return keys;
  throw badInput(`${JSON.stringify(path)} names no field: write status.phase, metadata.labels[app]`);
}

/** The keys of a path of a struct, as objects have them. Throws for a field that the struct does not have. */
function checkedKeys(struct: Struct, path: string): readonly string[] {
  const below = (shape: Shape, key: string): [Shape, string] => {
    switch (shape.of) {
      case 'list': {
        if (isPlace(key)) return [shape.items, key];
        const choice = choiceIn(key);
        if (!choice) return below(shape.items, key);
        below(shape.items, choice.field);
        return [shape.items, key];
      }
      case 'struct': {
        const { name, fields } = shape.struct;
        const field = fields.find((one) => one.key === key) ?? fields.find((one) => one.name === key);
        if (!field)
          throw badInput(
            noField(
              path,
              name,
              fields.map((one) => one.key),
              key,
            ),
          );
        return [field.shape, field.key];
      }
      case 'structsByKey':
        return [{ of: 'struct', struct: shape.struct }, key];
      case 'texts':
      case 'bytesByKey':
      case 'amounts':
        return [{ of: 'text' }, key];
      case 'json':
        return [shape, key];
      default:
        throw badInput(`${path}: there is nothing below ${JSON.stringify(key)}`);
    }
  };
  let shape: Shape = { of: 'struct', struct };
  return keysOfField(path).map((given) => {
    const [next, key] = below(shape, given);
    shape = next;
    return key;
  });
}

/** What a key leads to from a value: of a list, the item at a place, the items that have what is chosen, or what each item has. */
function step(value: unknown, key: string): unknown[] {
  if (!Array.isArray(value)) return isJsonObject(value) ? [getOwn(value, key)] : [];
  if (isPlace(key)) return [value[Number(key)]];
  const choice = choiceIn(key);
  if (choice) return value.filter((item) => isJsonObject(item) && String(getOwn(item, choice.field)) === choice.value);
  return value.flatMap((item) => step(item, key));
}

const valuesAt = (object: object, keys: readonly string[]): unknown[] =>
  keys.reduce<unknown[]>((values, key) => values.flatMap((value) => step(value, key)), [object]).filter((value) => value !== undefined);

/**
 * The field at a path of a struct, with what is in it: `status.phase`, `status.conditions[type=Ready].status`, `metadata.labels[app]`,
 * `spec.containers.image` of each container; as the paths of changes are written, too. Throws for other paths. Without a struct it may be any
 * field, by its key in the object.
 */
export function watchedField(path: string, struct?: Struct): WatchedField {
  const keys = struct ? checkedKeys(struct, path) : keysOfField(path);
  return { differs: (before, after) => !deepEqual(valuesAt(before, keys), valuesAt(after, keys)) };
}
