import { isJsonObject } from '#apimachinery';
import { pruneNulls } from './defaults.js';
import { UNKNOWN_FIELDS } from './limits.js';
import type { SchemaNode } from './schema-node.js';
import { isMetaField, type Place, placeText } from './values.js';

interface PruneOptions {
  /** The fields of every object are kept, as in an embedded resource. */
  root: boolean;
  /** Whether the paths of what is removed are asked for. */
  tracks: boolean;
  /** Also removes nulls that are neither allowed nor replaced by a default (defaulting/prunenulls.go), in the same pass. */
  nulls?: boolean;
}

/** Removes what a schema does not specify (apiextensions-apiserver/pkg/apiserver/schema/pruning). */
class Pruner {
  private readonly unknown: string[] = [];

  constructor(private readonly options: PruneOptions) {}

  get paths(): string[] {
    return this.unknown.sort();
  }

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
      const property = node?.property(name);
      if (embedded && isMetaField(name)) this.meta(value, name, property ?? node?.additional);
      else if (property !== undefined || node?.hasAdditional) this.member(value, name, property ?? node?.additional, at);
      else {
        if (node === undefined || !isMetaField(name) || at !== undefined) this.record({ above: at, step: name });
        delete value[name];
      }
    }
  }

  /** A member that is specified. */
  private member(value: Record<string, unknown>, name: string, node: SchemaNode | undefined, at: Place | undefined): void {
    const member = value[name];
    if (typeof member !== 'object') return;
    if (member !== null) this.prune(member, node, { above: at, step: name });
    else if (this.options.nulls && node !== undefined && !node.nullable && node.default === undefined) delete value[name];
  }

  /** A member that every object has: nothing in it is unknown. */
  private meta(value: Record<string, unknown>, name: string, node: SchemaNode | undefined): void {
    if (!this.options.nulls || node === undefined) return;
    if (value[name] === null) this.member(value, name, node, undefined);
    else pruneNulls(value[name], node);
  }

  /** Unknown fields are kept, but what is specified is pruned below. */
  private keep(value: object, node: SchemaNode, at: Place | undefined, root: boolean): void {
    if (Array.isArray(value)) {
      const { items } = node;
      if (items === undefined) return;
      for (const [index, item] of value.entries())
        if (typeof item === 'object' && item !== null) this.keep(item, items, { above: at, step: index }, false);
      return;
    }
    if (!node.hasProperties && !node.hasAdditional) return;
    const object = value as Record<string, unknown>;
    const embedded = root || node.embedded;
    for (const name of Object.keys(object)) {
      const property = node.property(name);
      if (embedded && isMetaField(name)) this.meta(object, name, property ?? node.additional);
      else if (property !== undefined || node.hasAdditional) this.member(object, name, property ?? node.additional, at);
    }
  }

  private record(at: Place): void {
    if (this.options.tracks && this.unknown.length < UNKNOWN_FIELDS) this.unknown.push(placeText(at));
  }
}

/** Prunes an object in place; returns the paths of what was removed, sorted, if they are to be tracked. */
export function pruneUnknown(object: object, node: SchemaNode, options: PruneOptions): string[] {
  const pruner = new Pruner(options);
  pruner.prune(object, node, undefined, options.root);
  return pruner.paths;
}
