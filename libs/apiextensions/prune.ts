import { isJsonObject } from '#apimachinery';
import { UNKNOWN_FIELDS } from './limits.js';
import type { SchemaNode } from './schema-node.js';
import { isMetaField, type Place, placeText } from './values.js';

/** Removes what a schema does not specify (apiextensions-apiserver/pkg/apiserver/schema/pruning). */
class Pruner {
  private readonly unknown: string[] = [];

  constructor(private readonly tracks: boolean) {}

  get paths(): string[] {
    return this.unknown.sort();
  }

  /** `root`: the fields of every object are kept, as in an embedded resource. */
  prune(value: unknown, node: SchemaNode | undefined, at: Place | undefined, root = false): void {
    if (typeof value !== 'object' || value === null) return;
    if (node?.preserves) this.keep(value, node, at, root);
    else if (Array.isArray(value)) this.items(value, node?.items, at);
    else if (isJsonObject(value)) this.members(value, node, at, root);
  }

  private items(list: readonly unknown[], node: SchemaNode | undefined, above: Place | undefined): void {
    for (let step = 0; step < list.length; step++) {
      const item = list[step];
      if (typeof item === 'object' && item !== null) this.prune(item, node, { above, step });
    }
  }

  private members(value: Record<string, unknown>, node: SchemaNode | undefined, at: Place | undefined, root: boolean): void {
    const embedded = root || node?.embedded === true;
    for (const name of Object.keys(value)) {
      if (embedded && isMetaField(name)) continue;
      const property = node?.property(name);
      if (property !== undefined || node?.hasAdditional) {
        const member = value[name];
        if (typeof member === 'object' && member !== null) this.prune(member, property ?? node?.additional, { above: at, step: name });
      } else {
        if (node === undefined || !isMetaField(name) || at !== undefined) this.record({ above: at, step: name });
        delete value[name];
      }
    }
  }

  /** Unknown fields are kept, but what is specified is pruned below. */
  private keep(value: object, node: SchemaNode, at: Place | undefined, root: boolean): void {
    if (Array.isArray(value)) {
      const { items } = node;
      for (const [index, item] of value.entries())
        if (items && typeof item === 'object' && item !== null) this.keep(item, items, { above: at, step: index }, false);
      return;
    }
    const embedded = root || node.embedded;
    for (const [name, member] of Object.entries(value)) {
      if (embedded && isMetaField(name)) continue;
      const property = node.property(name);
      if (property !== undefined || node.hasAdditional) this.prune(member, property ?? node.additional, { above: at, step: name });
    }
  }

  private record(at: Place): void {
    if (this.tracks && this.unknown.length < UNKNOWN_FIELDS) this.unknown.push(placeText(at));
  }
}

/** Prunes an object in place; returns the paths of what was removed, sorted, if they are to be tracked. */
export function pruneUnknown(object: object, node: SchemaNode, { root, tracks }: { root: boolean; tracks: boolean }): string[] {
  const pruner = new Pruner(tracks);
  pruner.prune(object, node, undefined, root);
  return pruner.paths;
}
