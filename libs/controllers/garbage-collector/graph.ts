import type { Resource } from '#api';
import type { KubeObject, OwnerReference } from '#apimachinery';
import type { Change } from '#controller-runtime';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

/** The location of an object. */
export interface Node {
  uid: string;
  resource: Resource;
  namespace: string | undefined;
  name: string;
  owners: readonly OwnerReference[];
}

/** Whether the object waits until its dependents are gone (foreground deletion). */
export function isDeletingDependents({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(FOREGROUND) === true;
}

/** Whether the object waits until its dependents are orphaned. */
export function isOrphaning({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(ORPHAN) === true;
}

const NONE: readonly OwnerReference[] = [];

/** Uids that are remembered at most (uid_cache.go; 500 entries). */
export const REMEMBERED = 500;

/** Adds a text to a set of bounded size: the oldest goes. */
export function remember(set: Set<string>, text: string): void {
  set.add(text);
  const [oldest] = set;
  if (set.size > REMEMBERED && oldest !== undefined) set.delete(oldest);
}

/**
 * Dependencies by uid (graph_builder.go). Contains only objects that have owners or wait for their dependents: the informers know whether
 * an owner exists.
 */
export class OwnerGraph {
  private readonly nodes = new Map<string, Node>();
  private readonly dependents = new Map<string, Map<string, Node>>();

  /** Owners that were seen to go. */
  private readonly left = new Set<string>();

  /** Whether an object that had dependents was seen to go, lately. */
  hasLeft(uid: string): boolean {
    return this.left.has(uid);
  }

  node(uid: string): Node | undefined {
    return this.nodes.get(uid);
  }

  /** Objects with this owner, in the order they were added. */
  dependentsOf(uid: string): readonly Node[] {
    return [...(this.dependents.get(uid)?.values() ?? [])];
  }

  /** Applies a change; returns the uids of objects that have to be processed because of it. */
  observe(resource: Resource, change: Change): string[] {
    const { object, deleted } = change;
    const uid = object.metadata.uid ?? '';
    const before = this.nodes.get(uid)?.owners ?? NONE;
    if (deleted) return this.remove(uid, before);
    const owners = object.metadata.ownerReferences ?? NONE;
    const waits = isDeletingDependents(object) || isOrphaning(object);
    if (owners.length === 0 && before.length === 0 && !waits) return [];
    this.put({ uid, resource, namespace: object.metadata.namespace, name: object.metadata.name, owners }, before);
    const woken: string[] = [];
    const changed = owners !== before && !sameOwners(owners, before);
    if (changed && owners.length > 0) woken.push(uid);
    if (changed) for (const owner of before) if (this.nodes.has(owner.uid)) woken.push(owner.uid);
    if (waits) woken.push(uid);
    const started = isDeletingDependents(object) && !(change.old !== undefined && isDeletingDependents(change.old));
    if (started) for (const dependent of this.dependentsOf(uid)) woken.push(dependent.uid);
    return woken;
  }

  /**
   * Drops the objects of a resource that is no longer served. It is not known whether they still exist, so their dependents have not lost
   * an owner; returns their owners, which need not wait for them.
   */
  forget({ group, resource }: Resource): string[] {
    const owners = new Set<string>();
    for (const node of [...this.nodes.values()]) {
      if (node.resource.group !== group || node.resource.resource !== resource) continue;
      this.nodes.delete(node.uid);
      for (const { uid } of node.owners) {
        this.unlink(uid, node.uid);
        owners.add(uid);
      }
    }
    return [...owners].filter((uid) => this.nodes.has(uid));
  }

  /** The dependents of a deleted object have lost an owner, and its owners a dependent that may have blocked them. */
  private remove(uid: string, owners: readonly OwnerReference[]): string[] {
    this.nodes.delete(uid);
    for (const owner of owners) this.unlink(owner.uid, uid);
    const orphans = this.dependentsOf(uid).map((dependent) => dependent.uid);
    if (orphans.length > 0) remember(this.left, uid);
    return [...orphans, ...owners.map((owner) => owner.uid).filter((owner) => this.nodes.has(owner))];
  }

  private put(node: Node, before: readonly OwnerReference[]): void {
    this.nodes.set(node.uid, node);
    const owners = new Set(node.owners.map(({ uid }) => uid));
    for (const { uid } of before) if (!owners.has(uid)) this.unlink(uid, node.uid);
    for (const { uid } of node.owners) {
      const others = this.dependents.get(uid) ?? new Map<string, Node>();
      this.dependents.set(uid, others.set(node.uid, node));
    }
  }

  private unlink(owner: string, dependent: string): void {
    const others = this.dependents.get(owner);
    others?.delete(dependent);
    if (others?.size === 0) this.dependents.delete(owner);
  }
}

function sameOwners(a: readonly OwnerReference[], b: readonly OwnerReference[]): boolean {
  return (
    a.length === b.length &&
    a.every((owner, index) => owner.uid === b[index]?.uid && owner.blockOwnerDeletion === b[index]?.blockOwnerDeletion)
  );
}
