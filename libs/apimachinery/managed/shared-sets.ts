import { deepFreeze } from '../equality.js';
import { Memo } from '../memo.js';
import type { FieldSet } from './fieldset.js';

/**
 * Sets that many objects have: those of the pods of a ReplicaSet are alike. Each is in memory once, frozen, so that it is neither copied nor
 * looked into when an object that has it is written.
 */
const sets = new Memo<FieldSet>({ bytes: 4 * 1024 * 1024, longest: 8 * 1024 });
const shared = new WeakSet<object>();

/** Whether a value is a set that sharedSet() has returned. */
export function isShared(value: object): boolean {
  return shared.has(value);
}

/** The same for a member of any object. */
export function isSharedFields(name: string, value: unknown): value is object {
  return name === 'fieldsV1' && typeof value === 'object' && value !== null && shared.has(value);
}

/** The shared set with the same text; a very large set is returned as it is. */
export function sharedSet(set: FieldSet): FieldSet {
  if (shared.has(set)) return set;
  return sets.of(JSON.stringify(set), (text) => share(JSON.parse(text) as FieldSet));
}

function share(set: FieldSet): FieldSet {
  shared.add(set);
  return deepFreeze(set);
}
