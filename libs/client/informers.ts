import type { Resource, ResourceInfo } from '#api';
import type { KubeObject } from '#apimachinery';
import type { Client } from './client.js';
import { Indexer, type Informer } from './informer.js';

/** Told of the resources that a cluster serves, as they come and go. */
export interface ResourceListener {
  added(resource: ResourceInfo): void;
  /** Its informer has ended; should the resource come back, there is another. */
  removed(resource: ResourceInfo): void;
}

/** The informers of one cluster in this process, one a resource, shared by whoever asks. */
export interface Informers {
  /** The same informer at every call. It is filled by the next `synced()`; ask for it in a component's open(). */
  of<T extends KubeObject>(resource: Resource<T>): Informer<T>;
  /** What the cluster served at the last `synced()`, each resource in its preferred version; the same array until that changes. */
  served(): readonly ResourceInfo[];
  /** Tells a listener of all that is served, and at each `synced()` of what has come and gone. */
  onServed(listener: ResourceListener): void;
}

/** Informers with the life cycle that their host turns. */
export interface InformerSet extends Informers {
  /**
   * Resolves when every informer asked for so far is filled and follows its watch; lists again those whose watch has ended.
   * Throws the StatusError of the first list that failed: call it before each turn, and the next turn tries again.
   */
  synced(): Promise<void>;
  /** Ends all watches. The contents stay readable, and no longer change. */
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

  /** Lists and starts to watch unless that has been done; concurrent calls share one attempt. */
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
    const listed = await this.client.list(this.resource);
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
            // Whatever ended it, the next synced() lists again: the list says what was missed.
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

const idOf = ({ group, version, resource }: Resource): string => `${group}/${version}/${resource}`;

/** What is in one list and not in another. A resource with another kind or scope is another resource. */
function missing(list: readonly ResourceInfo[], other: readonly ResourceInfo[]): ResourceInfo[] {
  const told = (info: ResourceInfo): string => `${idOf(info)} ${info.kind} ${info.namespaced}`;
  const known = new Set(other.map(told));
  return list.filter((info) => !known.has(told(info)));
}

/** Informers over any client. In process, events come synchronously with the write that made them. */
export function createInformers(client: Client): InformerSet {
  const reflectors = new Map<string, Reflector<KubeObject>>();
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
      for (const listener of listeners) listener.removed(resource);
    }
    for (const resource of added) for (const listener of listeners) listener.added(resource);
  }

  return {
    of<T extends KubeObject>(resource: Resource<T>): Informer<T> {
      const name = idOf(resource);
      let reflector = reflectors.get(name);
      if (reflector === undefined) {
        reflector = new Reflector<KubeObject>(client, resource);
        reflectors.set(name, reflector);
      }
      // The resource's type is the objects' type: the map only forgets it.
      return reflector.index as unknown as Informer<T>;
    },
    served: () => served,
    onServed(listener) {
      listeners.push(listener);
      for (const resource of served) listener.added(resource);
    },
    async synced() {
      follow(await client.resources());
      const waiting = [...reflectors.values()].map((reflector) => reflector.ensure());
      // All attempts are awaited before the first failure is told, so that none is left running unwatched.
      for (const result of await Promise.allSettled(waiting)) if (result.status === 'rejected') throw result.reason;
    },
    close() {
      for (const reflector of reflectors.values()) reflector.close();
    },
  };
}
