import type { Resource, ResourceInfo } from '#api';
import type { KubeObject } from '#apimachinery';
import type { ResourceListener } from '#client';
import type { Change, Informer, Informers } from './component.js';

type Handler = (change: Change) => void;

function kindOf({ apiVersion, kind }: KubeObject): string {
  const slash = apiVersion.indexOf('/');
  return `${slash < 0 ? '' : apiVersion.slice(0, slash)}/${kind}`;
}

/**
 * The informers as a component's controllers see them. Writes from before the end of the component's last turn are delivered with revision
 * 0: they must be processed, because nothing is remembered, but they are not the cause of later writes. Deletions can be delivered
 * afterwards.
 */
export class ReplayedInformers implements Informers {
  private readonly handlers = new Map<string, Handler[]>();
  /** By the informer that each of them stands for. */
  private readonly replayed = new WeakMap<object, object>();

  constructor(
    private readonly informers: Informers,
    private readonly resumeAfter: number,
  ) {}

  of<T extends KubeObject>(resource: Resource<T>): Informer<T> {
    const informer = this.informers.of(resource);
    const known = this.replayed.get(informer);
    // The resource's type determines the objects' type, which the map cannot express.
    if (known !== undefined) return known as Informer<T>;
    const made = this.replay(resource, informer);
    this.replayed.set(informer, made);
    return made;
  }

  private replay<T extends KubeObject>(resource: Resource<T>, informer: Informer<T>): Informer<T> {
    return {
      get: (name, namespace) => informer.get(name, namespace),
      list: (namespace) => informer.list(namespace),
      byUid: (uid) => informer.byUid(uid),
      controlledBy: (uid) => informer.controlledBy(uid),
      byIndex: (index, value) => informer.byIndex(index, value),
      addIndex: (index, values) => informer.addIndex(index, values),
      on: (handler) => {
        const kind = `${resource.group}/${resource.kind}`;
        this.handlers.set(kind, [...(this.handlers.get(kind) ?? []), handler as unknown as Handler]);
        informer.on((change) => handler(change.revision <= this.resumeAfter ? { ...change, revision: 0 } : change));
      },
    };
  }

  served(): readonly ResourceInfo[] {
    return this.informers.served();
  }

  onServed(listener: ResourceListener): void {
    this.informers.onServed({
      added: (resource) => listener.added(resource),
      removed: (resource) => {
        this.handlers.delete(`${resource.group}/${resource.kind}`);
        listener.removed(resource);
      },
    });
  }

  replayDeletions(deletions: readonly Change[]): void {
    for (const change of deletions) for (const handler of this.handlers.get(kindOf(change.object)) ?? []) handler(change);
  }
}
