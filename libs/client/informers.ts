import type { Resource, ResourceInfo } from '#api';
import { type KubeObject, memoized } from '#apimachinery';
import type { Client } from './client.js';
import { Indexer, type Informer } from './informer.js';

/** Called for the resources that a cluster serves when they are added or removed. */
export interface ResourceListener {
  added(resource: ResourceInfo): void;
  /** Its informer has ended; if the resource is added again, it gets a new one. */
  removed(resource: ResourceInfo): void;
}

/** The informers of one cluster in this process, one per resource, shared by all users. */
export interface Informers {
  /** The cluster's informers, where these show them to one component. */
  readonly origin?: Informers;
  /** Returns the same informer at every call. It is filled by the next `synced()`; call this in a component's open(). */
  of<T extends KubeObject>(resource: Resource<T>): Informer<T>;
  /** The resources that the cluster served at the last `synced()`, each in its preferred version; the same array until they change. */
  served(): readonly ResourceInfo[];
  /** Calls a listener for all served resources, and at each `synced()` for those added and removed. */
  onServed(listener: ResourceListener): void;
}

/** Informers, with the methods that their host calls. */
export interface InformerSet extends Informers {
  /**
   * Resolves when every requested informer is filled, at least with what the server's watch cache has, and its watch is running; lists again
   * if a watch has ended. Throws the StatusError of the first list that failed. To be called before each turn, so that the next turn retries.
   */
  synced(): Promise<void>;
  /** Ends all watches. The contents stay readable and no longer change. */
  close(): void;
}

/** One resource's list and watch (client-go tools/cache reflector.go), without timers: it is driven by `synced()`. */
class Reflector<T extends KubeObject> {
  readonly index = new Indexer<T>();
  private following = false;
  private starting: Promise<void> | undefined;
  private stop: (() => void) | undefined;
  private closed = false;

  constructor(
    private readonly client: Client,
    private readonly resource: Resource<T>,
  ) {}

  /** Whether it has nothing to catch up with: it is filled and its watch is running, or it is closed. */
  get settled(): boolean {
    return this.closed || (this.following && this.starting === undefined);
  }

  /** Lists and starts the watch unless that has been done; concurrent calls share one attempt. */
  async ensure(): Promise<void> {
    while (!this.following && !this.closed) {
      this.starting ??= this.start().finally(() => {
        this.starting = undefined;
      });
      await this.starting;
    }
  }

  close(): void {
    this.closed = true;
    this.following = false;
    this.stop?.();
  }

  private async start(): Promise<void> {
    // From the watch cache, as client-go lists first: what it lacks, the watch delivers.
    const listed = await this.client.list(this.resource, { resourceVersion: '0' });
    if (this.closed) return;
    this.index.replaceAll(listed.items, Number(listed.resourceVersion));
    this.following = true;
    let current = true;
    const stop = await this.client
      .watch(
        this.resource,
        { resourceVersion: listed.resourceVersion },
        {
          event: (event) => {
            if (!current || this.closed) return;
            if (event.type === 'DELETED') this.index.remove(event.object, event.revision);
            else this.index.put(event.object, event.revision);
          },
          end: () => {
            // Whatever ended the watch, the next synced() lists again and finds what was missed.
            current = false;
            this.following = false;
          },
        },
      )
      .catch((error: unknown) => {
        this.following = false;
        throw error;
      });
    if (this.closed) stop();
    else this.stop = stop;
  }
}

/** One text for each resource, whatever the number of clusters. */
const idOf = memoized(({ group, version, resource }: Resource) => `${group}/${version}/${resource}`);

/** Resources that are in one list but not in the other. A resource whose kind or scope changed counts as another resource. */
function missing(list: readonly ResourceInfo[], other: readonly ResourceInfo[]): ResourceInfo[] {
  const told = (info: ResourceInfo): string => `${idOf(info)} ${info.kind} ${info.namespaced}`;
  const known = new Set(other.map(told));
  return list.filter((info) => !known.has(told(info)));
}

/**
 * Informers over any client. In process, events are delivered synchronously with the write that caused them. `resources`: what the cluster
 * serves, where that is known without asking the client.
 */
export function createInformers(client: Client, resources = () => client.resources()): InformerSet {
  const reflectors = new Map<string, Reflector<KubeObject>>();
  /** By the resources that they were asked for with: every reconcile asks. */
  let known = new WeakMap<object, Reflector<KubeObject>>();
  const listeners: ResourceListener[] = [];
  let served: readonly ResourceInfo[] = [];

  function follow(next: readonly ResourceInfo[]): void {
    if (next === served) return;
    const removed = missing(served, next);
    const added = missing(next, served);
    served = next;
    for (const resource of removed) {
      reflectors.get(idOf(resource))?.close();
      reflectors.delete(idOf(resource));
      known = new WeakMap();
      for (const listener of listeners) listener.removed(resource);
    }
    for (const resource of added) for (const listener of listeners) listener.added(resource);
  }

  return {
    of<T extends KubeObject>(resource: Resource<T>): Informer<T> {
      let reflector = known.get(resource);
      if (reflector === undefined) {
        const name = idOf(resource);
        reflector = reflectors.get(name) ?? new Reflector<KubeObject>(client, resource);
        reflectors.set(name, reflector);
        known.set(resource, reflector);
      }
      // The resource's type determines the objects' type, which the map cannot express.
      return reflector.index as unknown as Informer<T>;
    },
    served: () => served,
    onServed(listener) {
      listeners.push(listener);
      for (const resource of served) listener.added(resource);
    },
    async synced() {
      follow(await resources());
      const waiting: Promise<void>[] = [];
      for (const reflector of reflectors.values()) if (!reflector.settled) waiting.push(reflector.ensure());
      if (waiting.length === 0) return;
      // All attempts are awaited before the first error is thrown, so that none is left running.
      for (const result of await Promise.allSettled(waiting)) if (result.status === 'rejected') throw result.reason;
    },
    close() {
      for (const reflector of reflectors.values()) reflector.close();
    },
  };
}
