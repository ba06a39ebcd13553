import { goTypeOf, goValue } from '#apimachinery';

/** Values at the paths of the scale subresource (apimachinery/pkg/apis/meta/v1/unstructured helpers.go). */

/** `.spec.replicas` as its names. */
export const namesOf = (path: string): string[] => (path.startsWith('.') ? path.slice(1) : path).split('.');

type Nested<T> = { value: T | undefined; error?: undefined } | { error: string; value?: undefined };

const describe = (value: unknown): string => `${goValue(value)} is of the type ${goTypeOf(value)}`;

function nested(object: object, names: readonly string[]): Nested<unknown> {
  let value: unknown = object;
  for (const [index, name] of names.entries()) {
    if (value === null) return { value: undefined };
    if (typeof value !== 'object' || Array.isArray(value)) {
      const path = `.${names.slice(0, index + 1).join('.')}`;
      return { error: `${path} accessor error: ${describe(value)}, expected map[string]interface{}` };
    }
    if (!Object.hasOwn(value, name)) return { value: undefined };
    value = (value as Record<string, unknown>)[name];
  }
  return { value };
}

/** The integer at a path; undefined if there is nothing. */
export function nestedInteger(object: object, names: readonly string[]): Nested<number> {
  const { value, error } = nested(object, names);
  if (error !== undefined) return { error };
  if (value === undefined) return { value: undefined };
  if (typeof value === 'number' && Number.isInteger(value)) return { value };
  return { error: `.${names.join('.')} accessor error: ${describe(value)}, expected int64` };
}

/** The string at a path; undefined if there is nothing. */
export function nestedString(object: object, names: readonly string[]): Nested<string> {
  const { value, error } = nested(object, names);
  if (error !== undefined) return { error };
  if (value === undefined || typeof value === 'string') return { value };
  return { error: `.${names.join('.')} accessor error: ${describe(value)}, expected string` };
}

/** Sets a value at a path, making the objects above it. */
export function setNested(object: object, names: readonly string[], value: unknown): void {
  const last = names[names.length - 1] ?? '';
  let target = object as Record<string, unknown>;
  for (const name of names.slice(0, -1)) {
    const next = Object.hasOwn(target, name) ? target[name] : undefined;
    const below = typeof next === 'object' && next !== null ? next : {};
    target[name] = below;
    target = below as Record<string, unknown>;
  }
  target[last] = value;
}
