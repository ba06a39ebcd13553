import type { Resource, ResourceInfo } from '#api';
import { type KubeObject, memoized } from '#apimachinery';
import type { ResourceListener } from '#client';
import type { Change, Informer, Informers } from './component.js';

type Handler = (change: Change) => void;

function kindOf({ apiVersion, kind }: KubeObject): string {
  const slash = apiVersion.indexOf('/');
  return `${slash < 0 ? '' : apiVersion.slice(0, slash)}/${kind}`;
}

/** One text for each resource, whatever the number of clusters. */
const kindText = memoized(({ group, kind }: Resource) => `${group}/${kind}`);

/** What is called for each change of a kind, and which changes have no cause any more. */
interface Replay {
  /** Unset when nothing is replayed any more. */
  handlers: Map<string, Handler[]> | undefined;
  readonly resumeAfter: number;
}

/** An informer as one component sees it. A class, because every open cluster has hundreds of them. */
class ReplayedInformer<T extends KubeObject> implements Informer<T> {
  constructor(
    private readonly informer: Informer<T>,
    private readonly kind: string,
    private readonly replay: Replay,
  ) {}

  get(name: string, namespace?: string): T | undefined {
    return this.informer.get(name, namespace);
  }

  list(namespace?: string): readonly T[] {
    return this.informer.list(namespace);
  }

  byUid(uid: string): T | undefined {
    return this.informer.byUid(uid);
  }

  controlledBy(uid: string): readonly T[] {
    return this.informer.controlledBy(uid);
  }

  byIndex(index: string, value: string): readonly T[] {
    return this.informer.byIndex(index, value);
  }

  addIndex(index: string, values: (object: T) => readonly string[]): void {
    this.informer.addIndex(index, values);
  }

  on(handler: (change: Change<T>) => void): void {
    const { handlers, resumeAfter } = this.replay;
    // The resource's type determines the objects' type, which the map cannot express.
    handlers?.set(this.kind, [...(handlers.get(this.kind) ?? []), handler as unknown as Handler]);
    this.informer.on(handler, resumeAfter);
  }
}

/**
 * The informers as a component's controllers see them. Writes from before the end of the component's last turn are delivered with revision
 * 0: they must be processed, because nothing is remembered, but they are not the cause of later writes. Deletions can be delivered
 * afterwards.
 */
export class ReplayedInformers implements Informers, Replay {
  handlers: Map<string, Handler[]> | undefined = new Map();
  /** By the informer that each of them stands for. */
  private readonly replayed = new WeakMap<object, object>();

  constructor(
    readonly origin: Informers,
    readonly resumeAfter: number,
  ) {}

  of<T extends KubeObject>(resource: Resource<T>): Informer<T> {
    const informer = this.origin.of(resource);
    const known = this.replayed.get(informer);
    // The resource's type determines the objects' type, which the map cannot express.
    if (known !== undefined) return known as Informer<T>;
    const made = new ReplayedInformer(informer, kindText(resource), this);
    this.replayed.set(informer, made);
    return made;
  }

  served(): readonly ResourceInfo[] {
    return this.origin.served();
  }

  onServed(listener: ResourceListener): void {
    this.origin.onServed({
      added: (resource) => listener.added(resource),
      removed: (resource) => {
        this.handlers?.delete(kindText(resource));
        listener.removed(resource);
      },
    });
  }

  replayDeletions(deletions: readonly Change[]): void {
    for (const change of deletions) for (const handler of this.handlers?.get(kindOf(change.object)) ?? []) handler(change);
  }

  /** The component begins to work: no deletions are delivered afterwards any more. */
  opened(): void {
    this.handlers = undefined;
  }
}
