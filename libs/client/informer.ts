import { formatKey, type KubeObject, keyOf } from '#apimachinery';

/** A change as passed to an informer's handlers. `old` is the object before it; for a deletion `object` is the last state. */
export interface InformerChange<T extends KubeObject> {
  object: T;
  old?: T;
  deleted: boolean;
  /** The revision of the event; for objects found by listing, the one of their last write. */
  revision: number;
}

/** A read-only, up-to-date view of one resource, shared by all components of the cluster in this process. */
export interface Informer<T extends KubeObject> {
  get(name: string, namespace?: string): T | undefined;
  list(namespace?: string): readonly T[];
  byUid(uid: string): T | undefined;
  /** Objects whose controller (ownerReferences[controller=true]) has this uid. */
  controlledBy(uid: string): readonly T[];
  /** Objects in an index added with addIndex. */
  byIndex(index: string, value: string): readonly T[];
  /** Adds an index (if it exists, nothing changes). May be called before or after the informer is filled. */
  addIndex(index: string, values: (object: T) => readonly string[]): void;
  /**
   * Called synchronously, in revision order across all informers of the cluster. A handler that is added later is first called for every
   * existing object (client-go AddEventHandler). Writes up to the revision `resumeAfter` are delivered with revision 0: they are to be
   * processed, but are not the cause of what follows.
   */
  on(handler: (change: InformerChange<T>) => void, resumeAfter?: number): void;
}

/** A set of objects that is returned as an array, which is kept until the set changes. */
class Bucket<T> {
  private readonly objects = new Map<string, T>();
  private array: readonly T[] | undefined;

  set(key: string, object: T): void {
    this.objects.set(key, object);
    this.array = undefined;
  }

  delete(key: string): boolean {
    this.objects.delete(key);
    this.array = undefined;
    return this.objects.size === 0;
  }

  values(): readonly T[] {
    this.array ??= [...this.objects.values()];
    return this.array;
  }
}

const NONE: readonly never[] = Object.freeze([]);

/** Objects by value. */
class Buckets<T> {
  /** Made for the first object: most resources of a cluster have none. */
  private buckets: Map<string, Bucket<T>> | undefined;

  values(value: string): readonly T[] {
    return this.buckets?.get(value)?.values() ?? NONE;
  }

  protected drop(value: string, key: string): void {
    if (this.buckets?.get(value)?.delete(key)) this.buckets.delete(value);
  }

  protected put(value: string, key: string, object: T): void {
    this.buckets ??= new Map();
    let bucket = this.buckets.get(value);
    if (bucket === undefined) {
      bucket = new Bucket<T>();
      this.buckets.set(value, bucket);
    }
    bucket.set(key, object);
  }
}

/** An index of objects that have any number of values each. */
class Index<T> extends Buckets<T> {
  constructor(private readonly valuesOf: (object: T) => readonly string[]) {
    super();
  }

  replace(key: string, old: T | undefined, object: T | undefined): void {
    const before = old === undefined ? NONE : this.valuesOf(old);
    const after = object === undefined ? NONE : this.valuesOf(object);
    for (const value of before) if (!after.includes(value)) this.drop(value, key);
    if (object === undefined) return;
    for (const value of after) this.put(value, key, object);
  }
}

/** The same with one value for each object, or none. */
class UniqueIndex<T> extends Buckets<T> {
  constructor(private readonly only: (object: T) => string | undefined) {
    super();
  }

  replace(key: string, old: T | undefined, object: T | undefined): void {
    const before = old && this.only(old);
    const after = object && this.only(object);
    if (before !== undefined && before !== after) this.drop(before, key);
    if (object !== undefined && after !== undefined) this.put(after, key, object);
  }
}

/** The namespace; none if all objects of the resource are listed together. */
const namespaceOf = ({ metadata }: KubeObject): string | undefined => metadata.namespace || undefined;

function controllerUid({ metadata }: KubeObject): string | undefined {
  const { ownerReferences } = metadata;
  if (ownerReferences !== undefined) for (const { controller, uid } of ownerReferences) if (controller === true) return uid;
  return undefined;
}

/** What an informer without objects has, as most of an idle cluster's do. */
const NO_OBJECTS: ReadonlyMap<string, never> = new Map<string, never>();

/** The indexed objects behind an informer (client-go tools/cache thread_safe_store.go). Filled by list and watch; see informers.ts. */
export class Indexer<T extends KubeObject> implements Informer<T> {
  private objects: ReadonlyMap<string, T> = NO_OBJECTS;
  private uids: Map<string, T> | undefined;
  private readonly namespaces = new UniqueIndex<T>(namespaceOf);
  private readonly controllers = new UniqueIndex<T>(controllerUid);
  private indexes: Map<string, Index<T>> | undefined;
  private handlers: ReadonlyArray<(change: InformerChange<T>) => void> = [];
  /** The `resumeAfter` of each handler, and the highest of them. */
  private resumed: readonly number[] = [];
  private resumedUpTo = 0;
  private everything: readonly T[] | undefined;

  get(name: string, namespace?: string): T | undefined {
    return this.objects.get(formatKey({ namespace, name }));
  }

  list(namespace?: string): readonly T[] {
    if (namespace) return this.namespaces.values(namespace);
    this.everything ??= [...this.objects.values()];
    return this.everything;
  }

  byUid(uid: string): T | undefined {
    return this.uids?.get(uid);
  }

  controlledBy(uid: string): readonly T[] {
    return this.controllers.values(uid);
  }

  byIndex(index: string, value: string): readonly T[] {
    const found = this.indexes?.get(index);
    if (found === undefined) throw new Error(`there is no index ${index}`);
    return found.values(value);
  }

  addIndex(index: string, values: (object: T) => readonly string[]): void {
    this.indexes ??= new Map();
    if (this.indexes.has(index)) return;
    const added = new Index<T>(values);
    for (const [key, object] of this.objects) added.replace(key, undefined, object);
    this.indexes.set(index, added);
  }

  on(handler: (change: InformerChange<T>) => void, resumeAfter = 0): void {
    // No larger than it must be: an idle cluster has many.
    this.handlers = [...this.handlers, handler];
    this.resumed = [...this.resumed, resumeAfter];
    this.resumedUpTo = Math.max(this.resumedUpTo, resumeAfter);
    for (const object of this.objects.values()) {
      const revision = revisionOf(object);
      handler({ object, deleted: false, revision: revision <= resumeAfter ? 0 : revision });
    }
  }

  /** Adds or replaces an object and calls the handlers. */
  put(object: T, revision: number): void {
    const key = formatKey(keyOf(object));
    const old = this.objects.get(key);
    this.owned().set(key, object);
    this.reindex(key, old, object);
    this.tell(old === undefined ? { object, deleted: false, revision } : { object, old, deleted: false, revision });
  }

  /** Removes an object and calls the handlers; does nothing if it does not exist. */
  remove(object: T, revision: number): void {
    const key = formatKey(keyOf(object));
    const old = this.objects.get(key);
    if (old === undefined) return;
    this.owned().delete(key);
    this.reindex(key, old, undefined);
    this.tell({ object, old, deleted: true, revision });
  }

  /** Replaces the contents with those of a new list, and calls the handlers for the differences (client-go DeltaFIFO Replace). */
  replaceAll(objects: readonly T[], revision: number): void {
    const present = new Set<string>();
    const changed: T[] = [];
    for (const object of objects) {
      const key = formatKey(keyOf(object));
      present.add(key);
      if (this.objects.get(key)?.metadata.resourceVersion !== object.metadata.resourceVersion) changed.push(object);
    }
    for (const [key, object] of [...this.objects]) if (!present.has(key)) this.remove(object, revision);
    for (const object of changed) this.put(object, revisionOf(object));
  }

  private owned(): Map<string, T> {
    if (this.objects === NO_OBJECTS) this.objects = new Map();
    return this.objects as Map<string, T>;
  }

  private reindex(key: string, old: T | undefined, object: T | undefined): void {
    this.everything = undefined;
    if (old?.metadata.uid !== undefined && old.metadata.uid !== object?.metadata.uid) this.uids?.delete(old.metadata.uid);
    if (object?.metadata.uid !== undefined) {
      this.uids ??= new Map();
      this.uids.set(object.metadata.uid, object);
    }
    this.namespaces.replace(key, old, object);
    this.controllers.replace(key, old, object);
    if (this.indexes !== undefined) for (const index of this.indexes.values()) index.replace(key, old, object);
  }

  private tell(change: InformerChange<T>): void {
    const { handlers, resumed } = this;
    const count = handlers.length;
    if (change.revision > this.resumedUpTo) for (let index = 0; index < count; index++) handlers[index]?.(change);
    else {
      const causeless = { ...change, revision: 0 };
      for (let index = 0; index < count; index++) handlers[index]?.(change.revision <= (resumed[index] ?? 0) ? causeless : change);
    }
  }
}

function revisionOf(object: KubeObject): number {
  return Number(object.metadata.resourceVersion ?? 0);
}
