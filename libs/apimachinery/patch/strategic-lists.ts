import { isJsonObject } from '../json-object.js';
import { getOwn } from '../own-key.js';
import { noMergeKey, plainError } from './strategic-errors.js';

export type Item = Record<string, unknown>;

/** Identifies an item of a list: its merge key's value for maps, the item itself for scalars. */
const identity = (item: unknown, mergeKey: string): unknown =>
  mergeKey === '' ? item : isJsonObject(item) ? getOwn(item, mergeKey) : undefined;

/** The index of the first equal item in a list. */
type Places = ReadonlyMap<unknown, number>;

/** The indexes of a list's items, by their identity. */
export function placesIn(list: readonly unknown[], mergeKey: string): Map<unknown, number> {
  const places = new Map<unknown, number>();
  list.forEach((item, i) => {
    if (mergeKey !== '' && !isJsonObject(item)) return;
    const id = identity(item, mergeKey);
    if (!places.has(id)) places.set(id, i);
  });
  return places;
}

/** Items sorted by their indexes; those without one keep their position. */
function sortedBy(places: Places, items: readonly unknown[], mergeKey: string): unknown[] {
  const placed = items.map((item) => ({ item, place: places.get(identity(item, mergeKey)) }));
  placed.sort((a, b) => (a.place !== undefined && b.place !== undefined ? a.place - b.place : 0));
  return placed.map(({ item }) => item);
}

/** Items of the patch in the patch's order, items of the server in the server's; the patch's come first if their order is undefined. */
function interleave(serverOnly: readonly unknown[], patched: readonly unknown[], server: Places, mergeKey: string): unknown[] {
  const merged: unknown[] = [];
  let i = 0;
  let j = 0;
  while (i < serverOnly.length && j < patched.length) {
    const left = server.get(identity(serverOnly[i], mergeKey));
    const right = server.get(identity(patched[j], mergeKey));
    if (left !== undefined && right !== undefined && left < right) merged.push(serverOnly[i++]);
    else merged.push(patched[j++]);
  }
  return [...merged, ...serverOnly.slice(i), ...patched.slice(j)];
}

function checkMergeKeys(items: readonly unknown[], mergeKey: string): void {
  if (mergeKey === '') return;
  for (const item of items) {
    if (!isJsonObject(item)) throw plainError(`expected a map[string]interface {}, but received a ${typeof item}`);
    if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
  }
}

/** Sorts a merged list (normalizeElementOrder): `patchOrder` is the order of the patch's items. */
export function ordered(
  merged: readonly unknown[],
  { patchOrder, serverOrder, mergeKey }: { patchOrder: readonly unknown[]; serverOrder: readonly unknown[]; mergeKey: string },
): unknown[] {
  checkMergeKeys(merged, mergeKey);
  checkMergeKeys(patchOrder, mergeKey);
  const patch = placesIn(patchOrder, mergeKey);
  const server = placesIn(serverOrder, mergeKey);
  const inPatch = (item: unknown): boolean => patch.has(identity(item, mergeKey));
  const patched = sortedBy(patch, merged.filter(inPatch), mergeKey);
  const serverOnly = sortedBy(
    server,
    merged.filter((item) => !inPatch(item)),
    mergeKey,
  );
  return interleave(serverOnly, patched, server, mergeKey);
}

/** The JSON type of all elements; undefined if there are none. Lists of lists and mixed lists are rejected. */
export function elementKind(...lists: ReadonlyArray<readonly unknown[]>): string | undefined {
  const kindOf = (value: unknown): string =>
    Array.isArray(value) ? 'slice' : isJsonObject(value) ? 'map' : value === null ? 'null' : typeof value;
  const kinds = new Set(lists.flat().map(kindOf));
  if (kinds.has('slice')) throw plainError('lists of lists are not supported');
  if (kinds.size > 1) throw plainError(`list element types are not identical: ${lists.length}`);
  return [...kinds][0];
}

/** Whether the patch's items are in the order of $setElementOrder (validatePatchWithSetOrderList). */
export function followsOrder(patch: readonly unknown[], order: readonly unknown[], mergeKey: string): boolean {
  if (order.length === 0 || patch.length === 0) return true;
  const items = patch.filter((item) => !(isJsonObject(item) && Object.hasOwn(item, '$patch')));
  checkMergeKeys(order, mergeKey);
  checkMergeKeys(items, mergeKey);
  let position = 0;
  for (const item of items) {
    const id = identity(item, mergeKey);
    while (position < order.length && identity(order[position], mergeKey) !== id) position++;
    if (position === order.length) return false;
    position++;
  }
  return true;
}
