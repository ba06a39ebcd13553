import { isSharedFields } from './managed/shared-sets.js';
import { setOwn } from './own-key.js';

/** A deep copy of plain JSON without undefined members; sets of managed fields are shared. Several times faster than structuredClone. */
export function plainCopy<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const list = new Array<unknown>(value.length);
    for (let i = 0; i < value.length; i++) list[i] = copy(value[i]);
    return list;
  }
  const source = value as Record<string, unknown>;
  const object: Record<string, unknown> = {};
  for (const key in source) {
    const member = source[key];
    if (member !== undefined) setOwn(object, key, typeof member !== 'object' || isSharedFields(key, member) ? member : copy(member));
  }
  return object;
}
