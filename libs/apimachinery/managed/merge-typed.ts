import { isJsonObject } from '../json-object.js';
import { getOwn, setOwn } from '../own-key.js';
import { type FieldTree, treeFor } from './field-tree.js';
import { elementOf, type Item, itemTree, memberTree } from './typed.js';

/** Merges an applied configuration into an object (structured-merge-diff typed/merge.go with ruleKeepRHS). Inputs are not modified. */

interface Indexed {
  elements: string[];
  /** Undefined for an element that several items share: they are not merged. */
  items: Map<string, unknown>;
}

function indexed(tree: FieldTree, list: readonly unknown[]): Indexed {
  const items = new Map<string, unknown>();
  const elements = list.map((item) => {
    const element = elementOf(tree, item);
    items.set(element, items.has(element) ? undefined : item);
    return element;
  });
  return { elements, items };
}

/**
 * Items of the object keep their places, those of both are in the order of the configuration, and new ones of it follow the item that they
 * follow there.
 */
function mergeLists(tree: FieldTree, live: readonly unknown[], config: readonly unknown[]): unknown[] {
  const left = indexed(tree, live);
  const right = indexed(tree, config);
  const shared = right.elements.filter((element) => left.items.has(element));
  const merge = (element: string): unknown => mergeTyped(itemTree(tree), left.items.get(element), right.items.get(element));
  const merged: unknown[] = [];
  const done = new Set<string>();
  let next = 0;
  const take = (element: string): void => {
    done.add(element);
    merged.push(merge(element));
    if (shared[next] === element) next += 1;
  };
  let l = 0;
  let r = 0;
  while (l < left.elements.length || r < right.elements.length) {
    const ours = left.elements[l];
    const theirs = right.elements[r];
    if (ours !== undefined && theirs !== undefined) {
      if (ours === theirs) {
        take(ours);
        l += 1;
        r += 1;
        continue;
      }
      // Shared, but another one comes first in the configuration.
      if (right.items.has(ours) && next < shared.length && shared[next] !== ours) {
        l += 1;
        continue;
      }
    }
    if (ours !== undefined && !right.items.has(ours)) {
      merged.push(live[l]);
      l += 1;
      continue;
    }
    if (ours !== undefined && done.has(ours)) l += 1;
    if (theirs !== undefined) {
      take(theirs);
      r += 1;
    }
  }
  return merged;
}

function mergeMembers(tree: FieldTree, live: Item, config: Item): Item {
  const merged: Item = {};
  for (const name of Object.keys(live)) setOwn(merged, name, mergeTyped(memberTree(tree, name), live[name], getOwn(config, name)));
  for (const name of Object.keys(config)) if (!Object.hasOwn(live, name)) setOwn(merged, name, config[name]);
  return merged;
}

const isEmpty = (value: unknown): boolean => value === null || Object.keys(value as object).length === 0;

/** The value that results; either side may be undefined: not there. */
export function mergeTyped(typed: FieldTree, live: unknown, config: unknown): unknown {
  if (config === undefined) return live;
  const tree = treeFor(typed, live, config);
  if (live === undefined || tree.of === 'leaf') return config;
  if (tree.of === 'struct' || tree.of === 'map') {
    if (!(live === null || isJsonObject(live)) || !(config === null || isJsonObject(config))) return config;
    if (isEmpty(live) && isEmpty(config)) return config;
    return mergeMembers(tree, live ?? {}, config ?? {});
  }
  if (!(live === null || Array.isArray(live)) || !(config === null || Array.isArray(config))) return config;
  if (isEmpty(live) && isEmpty(config)) return config;
  return mergeLists(tree, live ?? [], config ?? []);
}
