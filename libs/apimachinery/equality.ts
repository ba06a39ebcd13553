import { getOwn } from './own-key.js';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Absent, null and an empty list are equal (as a nil slice and an empty one). */
const isAbsent = (value: unknown): boolean => value === undefined || value === null || (Array.isArray(value) && value.length === 0);

function equalLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!deepEqual(a[i], b[i])) return false;
  return true;
}

function equalObjects(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  for (const key in a) if (!deepEqual(a[key], getOwn(b, key))) return false;
  for (const key in b) if (!Object.hasOwn(a, key) && !isAbsent(b[key])) return false;
  return true;
}

/**
 * Semantic equality of JSON values (apiequality.Semantic.DeepEqual): absent, null and empty lists are equal; quantities must be canonical.
 */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isAbsent(a)) return isAbsent(b);
  if (isAbsent(b)) return false;
  if (Array.isArray(a)) return Array.isArray(b) && equalLists(a, b);
  if (isObject(a)) return isObject(b) && !Array.isArray(b) && equalObjects(a, b);
  return Number.isNaN(a) && Number.isNaN(b);
}

/** Deep-freezes a value, for shared objects. Returns it. */
export function deepFreeze<T>(value: T): T {
  if (!isObject(value) || Object.isFrozen(value)) return value;
  for (const key in value) deepFreeze(value[key]);
  return Object.freeze(value);
}
