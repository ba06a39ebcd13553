import { deepEqual, isJsonObject } from '#apimachinery';
import type { SchemaNode } from '../schema-node.js';

/** Values with those before an update that correspond to them (apiserver/pkg/cel/common/equality.go, maplist.go). */

/** The items of a list of type map by their keys; a key that is not there has its default. */
export function itemsByKeys(node: SchemaNode, items: readonly unknown[]): (item: unknown) => unknown {
  const names = node.schema['x-kubernetes-list-map-keys'] ?? [];
  if (node.schema['x-kubernetes-list-type'] !== 'map' || names.length === 0) return () => undefined;
  const keyOf = (item: unknown): string | undefined =>
    isJsonObject(item) ? JSON.stringify(names.map((name) => item[name] ?? node.items?.property(name)?.default ?? null)) : undefined;
  let byKeys: Map<string, unknown> | undefined;
  return (item) => {
    if (!byKeys) {
      byKeys = new Map();
      for (const one of items) {
        const key = keyOf(one);
        if (key !== undefined && !byKeys.has(key)) byKeys.set(key, one);
      }
    }
    const key = keyOf(item);
    return key === undefined ? undefined : byKeys.get(key);
  };
}

/** A value that has a correspondent before the update. */
class Correlated {
  private same: boolean | undefined;
  private find: ((item: unknown) => unknown) | undefined;

  constructor(
    readonly value: unknown,
    private readonly old: unknown,
    private readonly node: SchemaNode,
  ) {}

  key(name: string): Correlated | undefined {
    const { value, old } = this;
    if (!isJsonObject(value) || !isJsonObject(old) || !Object.hasOwn(value, name) || !Object.hasOwn(old, name)) return undefined;
    const node = this.node.field(name);
    return node && new Correlated(value[name], old[name], node);
  }

  index(index: number): Correlated | undefined {
    const { value, old } = this;
    if (!Array.isArray(value) || !Array.isArray(old) || !this.node.items) return undefined;
    this.find ??= itemsByKeys(this.node, old);
    const before = this.find(value[index]);
    return before === undefined ? undefined : new Correlated(value[index], before, this.node.items);
  }

  /** Whether the update leaves the value as it is. The order of a list of type map does not count. */
  unchanged(): boolean {
    this.same ??= this.compare();
    return this.same;
  }

  private compare(): boolean {
    const { value, old, node } = this;
    if (Array.isArray(value) && Array.isArray(old) && node.schema['x-kubernetes-list-type'] === 'map')
      return value.length === old.length && value.every((_, index) => this.index(index)?.unchanged() ?? false);
    if (!isJsonObject(value) || !isJsonObject(old)) return deepEqual(value, old);
    const names = Object.keys(value);
    return (
      names.length === Object.keys(old).length && names.every((name) => this.key(name)?.unchanged() ?? deepEqual(value[name], old[name]))
    );
  }
}

/** What decides whether a broken rule is an error: not if the update left the value, or the next value above that corresponds, as it was. */
export class Ratchet {
  private constructor(
    private readonly current: Correlated | undefined,
    private readonly above: Correlated | undefined,
  ) {}

  static root(value: unknown, old: unknown, node: SchemaNode): Ratchet {
    return new Ratchet(old === undefined ? undefined : new Correlated(value, old, node), undefined);
  }

  /** Errors at the value are dropped. */
  get ratchets(): boolean {
    return (this.current ?? this.above)?.unchanged() ?? false;
  }

  key(name: string): Ratchet {
    if (!this.current) return this;
    if (!this.above && (name === 'apiVersion' || name === 'kind')) return new Ratchet(undefined, undefined);
    return new Ratchet(this.current.key(name), this.current);
  }

  index(index: number): Ratchet {
    return this.current ? new Ratchet(this.current.index(index), this.current) : this;
  }

  /** The rules of allOf are not ratcheted by their own value. */
  withoutOwn(): Ratchet {
    return new Ratchet(undefined, this.above);
  }
}
