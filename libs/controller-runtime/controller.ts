import type { Resource, ResourceInfo } from '#api';
import { type Clock, formatKey, isNotFound, type KubeObject, keyOf, type ObjectKey, parseKey, type RandomSource } from '#apimachinery';
import type { CausalClient } from '#client';
import type { Change, ClusterContext, ComponentChange, Informers, TimingProfile } from './component.js';
import type { EventRecorder } from './recorder.js';
import type { WorkQueue } from './work-queue.js';

/** What a reconcile may ask for. */
export interface Reconciled {
  /** Look at this object again in so many milliseconds of cluster time, if nothing wakes it before. */
  requeueAfter?: number;
}

/** What one reconcile works with. */
export interface ReconcileContext {
  readonly cluster: string;
  /** Writes through it are caused by this controller, woken by the event that brought the key. */
  readonly client: CausalClient;
  readonly informers: Informers;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly profile: TimingProfile;
  readonly rootCA: string;
  readonly recorder: EventRecorder;
}

/** Other resources whose changes wake objects of a controller. Made by watching() and watchingServed(). */
export interface Watch {
  /** Whether a change is of such a resource. */
  concerns(change: Pick<ComponentChange, 'group' | 'resource'>): boolean;
  attach(informers: Informers, enqueue: (key: ObjectKey, revision: number) => void): void;
}

/** One controller as its author writes it. */
export interface ControllerDefinition<T extends KubeObject> {
  /** The component its writes and events are made by, e.g. `replicaset-controller`. */
  name: string;
  for: Resource<T>;
  /** Changes of these wake the object that controls them (ownerReferences[controller=true]). */
  owns?: readonly Resource[];
  watches?: readonly Watch[];
  /** Resources it only reads. */
  reads?: readonly Resource[];
  /** Reconciles of different keys at the same time; default 64. */
  concurrency?: number;
  /** Which changes of `for` wake it; default all. */
  filter?(change: Change<T>): boolean;
  /** Narrows the component's interest in changes further: false where a change can't be any concern of this controller. */
  interests?(change: ComponentChange): boolean;
  /** Adds the indexes it reads by. */
  index?(informers: Informers): void;
  /** Brings one object nearer to what it asks for. Throws to be tried again after a back-off. */
  reconcile(object: T, ctx: ReconcileContext): Promise<Reconciled | undefined>;
  /** The object of a woken key is not there (any more). */
  gone?(key: ObjectKey, ctx: ReconcileContext): Promise<void>;
}

/** A controller as its component runs it. */
export interface Controller {
  readonly name: string;
  interests(change: ComponentChange): boolean;
  /** Subscribes to informers and queues what is there already. */
  open(context: ClusterContext, queue: WorkQueue): OpenController;
}

/** A controller opened on one cluster. */
export interface OpenController {
  readonly concurrency: number;
  reconcile(key: string, ctx: ReconcileContext): Promise<Reconciled | undefined>;
}

type GroupedResource = Pick<Resource, 'group' | 'resource'>;

const isOf = ({ group, resource }: GroupedResource, change: GroupedResource): boolean =>
  change.resource === resource && change.group === group;

/** Wakes the keys that `map` makes of each change of a resource. */
export function watching<T extends KubeObject>(
  resource: Resource<T>,
  map: (change: Change<T>, informers: Informers) => readonly ObjectKey[],
): Watch {
  return {
    concerns: (change) => isOf(resource, change),
    attach(informers, enqueue) {
      informers.of(resource).on((change) => {
        for (const key of map(change, informers)) enqueue(key, change.revision);
      });
    },
  };
}

/** The same for every resource that the cluster serves and `wanted` picks, as they come and go. */
export function watchingServed(
  wanted: (resource: ResourceInfo) => boolean,
  map: (change: Change, informers: Informers) => readonly ObjectKey[],
): Watch {
  return {
    concerns: () => true,
    attach(informers, enqueue) {
      informers.onServed({
        added(resource) {
          if (wanted(resource)) watching(resource, map).attach(informers, enqueue);
        },
        removed() {},
      });
    },
  };
}

function controllerName(object: KubeObject | undefined, kind: string, group: string): string | undefined {
  const owner = object?.metadata.ownerReferences?.find((reference) => reference.controller === true);
  if (owner?.kind !== kind) return undefined;
  const slash = owner.apiVersion.indexOf('/');
  return (slash < 0 ? '' : owner.apiVersion.slice(0, slash)) === group ? owner.name : undefined;
}

/** Wakes the controller of a changed object; where the object changed hands, the former one too. */
function watchingOwned(resource: Resource, owner: Resource): Watch {
  return watching(resource, ({ object, old }) => {
    const now = controllerName(object, owner.kind, owner.group);
    const before = old === undefined ? undefined : controllerName(old, owner.kind, owner.group);
    const names = now === before ? [now] : [now, before];
    return names.flatMap((name) => (name === undefined ? [] : [{ namespace: object.metadata.namespace, name }]));
  });
}

/** Makes a controller of a definition: which events wake which keys, and what is done for each. */
export function defineController<T extends KubeObject>(definition: ControllerDefinition<T>): Controller {
  const watches = [...(definition.owns ?? []).map((owned) => watchingOwned(owned, definition.for)), ...(definition.watches ?? [])];
  const wakes = (change: ComponentChange) => isOf(definition.for, change) || watches.some((watch) => watch.concerns(change));
  return {
    name: definition.name,
    interests: (change) => wakes(change) && (definition.interests?.(change) ?? true),
    open: (context, queue) => openDefined({ definition, watches, context, queue }),
  };
}

function openDefined<T extends KubeObject>(open: {
  definition: ControllerDefinition<T>;
  watches: readonly Watch[];
  context: ClusterContext;
  queue: WorkQueue;
}): OpenController {
  const { definition, watches, context, queue } = open;
  const { informers } = context;
  const informer = informers.of(definition.for);
  for (const resource of definition.reads ?? []) informers.of(resource);
  definition.index?.(informers);
  const enqueue = (key: ObjectKey, revision: number): void => queue.add(formatKey(key), revision || undefined);
  informer.on((change) => {
    if (definition.filter?.(change) ?? true) enqueue(keyOf(change.object), change.revision);
  });
  for (const watch of watches) watch.attach(informers, enqueue);
  return {
    concurrency: definition.concurrency ?? 64,
    async reconcile(key, ctx) {
      const { namespace, name } = parseKey(key);
      const object = informer.get(name, namespace);
      if (object === undefined) {
        await definition.gone?.({ namespace, name }, ctx);
        return undefined;
      }
      return definition.reconcile(object, ctx).catch((error: unknown) => {
        // It went while it was worked on: there is nothing to try again, and its going has queued the key.
        if (isNotFound(error) && informer.get(name, namespace) === undefined) return undefined;
        throw error;
      });
    },
  };
}
