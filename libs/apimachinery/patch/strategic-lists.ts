import { noMergeKey, plainError } from './strategic-errors.js';

export type Item = Record<string, unknown>;

export const isMap = (value: unknown): value is Item => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The place of an item in a list: by merge key for maps, by value for scalars; -1 when it is not there. */
function indexIn(list: readonly unknown[], item: unknown, mergeKey: string): number {
  if (mergeKey === '') return list.indexOf(item);
  const value = isMap(item) ? item[mergeKey] : undefined;
  return list.findIndex((candidate) => isMap(candidate) && candidate[mergeKey] === value);
}

function sortedBy(order: readonly unknown[], items: readonly unknown[], mergeKey: string): unknown[] {
  const place = new Map(items.map((item) => [item, indexIn(order, item, mergeKey)]));
  return [...items].sort((a, b) => {
    const left = place.get(a) ?? -1;
    const right = place.get(b) ?? -1;
    return left >= 0 && right >= 0 ? left - right : 0;
  });
}

/** Items of the patch in the patch's order, items of the server in the server's, the patch's first where nothing relates them. */
function interleave(
  serverOnly: readonly unknown[],
  patched: readonly unknown[],
  serverOrder: readonly unknown[],
  mergeKey: string,
): unknown[] {
  const merged: unknown[] = [];
  let i = 0;
  let j = 0;
  while (i < serverOnly.length && j < patched.length) {
    const left = indexIn(serverOrder, serverOnly[i], mergeKey);
    const right = indexIn(serverOrder, patched[j], mergeKey);
    if (left >= 0 && right >= 0 && left < right) merged.push(serverOnly[i++]);
    else merged.push(patched[j++]);
  }
  return [...merged, ...serverOnly.slice(i), ...patched.slice(j)];
}

function checkMergeKeys(items: readonly unknown[], mergeKey: string): void {
  if (mergeKey === '') return;
  for (const item of items) {
    if (!isMap(item)) throw plainError(`expected a map[string]interface {}, but received a ${typeof item}`);
    if (!(mergeKey in item)) throw noMergeKey(item, mergeKey);
  }
}

/** Puts a merged list into order (normalizeElementOrder): `patchOrder` says where the patch's items stand to each other. */
export function ordered(
  merged: readonly unknown[],
  { patchOrder, serverOrder, mergeKey }: { patchOrder: readonly unknown[]; serverOrder: readonly unknown[]; mergeKey: string },
): unknown[] {
  checkMergeKeys(merged, mergeKey);
  checkMergeKeys(patchOrder, mergeKey);
  const inPatch = (item: unknown): boolean => indexIn(patchOrder, item, mergeKey) >= 0;
  const patched = sortedBy(patchOrder, merged.filter(inPatch), mergeKey);
  const serverOnly = sortedBy(
    serverOrder,
    merged.filter((item) => !inPatch(item)),
    mergeKey,
  );
  return interleave(serverOnly, patched, serverOrder, mergeKey);
}

/** The one JSON type of all elements; undefined for no elements. Lists of lists and mixtures are refused. */
export function elementKind(...lists: ReadonlyArray<readonly unknown[]>): string | undefined {
  const kindOf = (value: unknown): string =>
    Array.isArray(value) ? 'slice' : isMap(value) ? 'map' : value === null ? 'null' : typeof value;
  const kinds = new Set(lists.flat().map(kindOf));
  if (kinds.has('slice')) throw plainError('lists of lists are not supported');
  if (kinds.size > 1) throw plainError(`list element types are not identical: ${lists.length}`);
  return [...kinds][0];
}

/** Whether the patch's items stand in the order that $setElementOrder declares (validatePatchWithSetOrderList). */
export function followsOrder(patch: readonly unknown[], order: readonly unknown[], mergeKey: string): boolean {
  if (order.length === 0 || patch.length === 0) return true;
  const items = patch.filter((item) => !(isMap(item) && '$patch' in item));
  checkMergeKeys(order, mergeKey);
  checkMergeKeys(items, mergeKey);
  let position = 0;
  for (const item of items) {
    const found = indexIn(order.slice(position), item, mergeKey);
    if (found < 0) return false;
    position += found + 1;
  }
  return true;
}
