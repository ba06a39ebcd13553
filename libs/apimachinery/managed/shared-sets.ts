import type { FieldSet } from './fieldset.js';

/**
 * The set as a part of an object: frozen, by which it is known that later versions of the object may share it, so that it is neither copied
 * nor looked into when they are written.
 */
export function sharedSet(set: FieldSet): FieldSet {
  return Object.freeze(set);
}

/** Whether a member of any object is such a set. */
export function isSharedFields(name: string, value: unknown): value is object {
  return name === 'fieldsV1' && typeof value === 'object' && value !== null && Object.isFrozen(value);
}
