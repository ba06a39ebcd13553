import type { Resource, ResourceInfo } from '#api';
import { type Clock, formatKey, isNotFound, type KubeObject, keyOf, type ObjectKey, parseKey, type RandomSource } from '#apimachinery';
import type { CausalClient } from '#client';
import type { MetricRegistry } from '#component-base';
import type { Change, ClusterContext, ComponentChange, Informers, ManagerSettings, SigningKeys, TimingProfile } from './component.js';
import type { Faults } from './faults.js';
import type { EventRecorder } from './recorder.js';
import type { WorkQueue } from './work-queue.js';

/** The result of a reconcile. */
export interface Reconciled {
  /** Reconcile this object again after the given milliseconds of cluster time, unless it is woken earlier. */
  requeueAfter?: number;
}

/** What a reconcile works with. */
export interface ReconcileContext {
  readonly cluster: string;
  /** Its writes have this controller as their cause, woken by the event that queued the key. */
  readonly client: CausalClient;
  readonly informers: Informers;
  readonly clock: Clock;
  /** What the machine shows that it runs on. Timers do not depend on it. */
  readonly wall: Clock;
  readonly random: RandomSource;
  readonly profile: TimingProfile;
  readonly rootCA: string;
  readonly keys: SigningKeys;
  readonly faults: Faults;
  /** What the flags of its component decide. */
  readonly settings: ManagerSettings;
  readonly recorder: EventRecorder;
  /** What its component counts. */
  readonly metrics: MetricRegistry;
}

/** Other resources whose changes wake objects of a controller. Created by watching() and watchingServed(). */
export interface Watch {
  /** Whether a change is one of such a resource. */
  concerns(change: Pick<ComponentChange, 'group' | 'resource'>): boolean;
  attach(informers: Informers, enqueue: (key: ObjectKey, revision: number) => void): void;
}

/** The definition of a controller. */
export interface ControllerDefinition<T extends KubeObject> {
  /** The component name of its writes and events, e.g. `replicaset-controller`. */
  name: string;
  /** Its name in --controllers; default its name. '': no flag stops it. */
  flag?: string;
  /** The name of its work queue in the metrics; unset: upstream has no such queue. */
  queue?: string;
  /** The source of its events, if it is not its name. */
  eventSource?: string;
  /** How its events are written (recorder.ts); default `counted`. */
  eventStyle?: 'series';
  for: Resource<T>;
  /** Changes of these wake their controlling owner (ownerReferences[controller=true]). */
  owns?: readonly Resource[];
  /** Which changes of those do; default all. */
  ownedFilter?(change: Change): boolean;
  watches?: readonly Watch[];
  /** Resources that it only reads. */
  reads?: readonly Resource[];
  /** Maximum concurrent reconciles (of different keys); default 64. */
  concurrency?: number;
  /** Its objects are looked at again when its component has been started with other flags. */
  followsFlags?: boolean;
  /** What is to be looked at after each change of the cluster's faults. */
  afterFaults?(informers: Informers): readonly ObjectKey[];
  /** Which changes of `for` wake it; default all. */
  filter?(change: Change<T>): boolean;
  /** Further restricts which changes wake the component: false if a change cannot concern this controller. */
  interests?(change: ComponentChange): boolean;
  /** Adds the indexes that it uses. */
  index?(informers: Informers): void;
  /** Reconciles one object. If it throws, it is retried after a back-off. */
  reconcile(object: T, ctx: ReconcileContext): Promise<Reconciled | undefined>;
  /** The object of a queued key does not exist (any more). */
  gone?(key: ObjectKey, ctx: ReconcileContext): Promise<void>;
}

/** A controller as run by its component. */
export interface Controller {
  readonly name: string;
  /** Its name in --controllers; default its name. */
  readonly flag?: string;
  /** The name of its work queue in the metrics; unset: it is not told of. */
  readonly queue?: string;
  /** The source of its events; default its name. */
  readonly eventSource?: string;
  /** How its events are written; default `counted`. */
  readonly eventStyle?: 'series';
  /** Whether a change wakes its component. Asked about changes of resources that concern it. */
  interests(change: ComponentChange): boolean;
  /** False if no change of a resource concerns it; default true. Depends on the group and the resource alone. */
  concerns?(change: Pick<ComponentChange, 'group' | 'resource'>): boolean;
  /** Subscribes to informers and queues the existing objects. */
  open(context: ClusterContext, queue: WorkQueue): OpenController;
}

/** A controller opened on one cluster. */
export interface OpenController {
  readonly concurrency: number;
  /** Its component has been started with other flags. */
  restarted?(): void;
  close?(): void;
  reconcile(key: string, ctx: ReconcileContext): Promise<Reconciled | undefined>;
}

type GroupedResource = Pick<Resource, 'group' | 'resource'>;

const isOf = ({ group, resource }: GroupedResource, change: GroupedResource): boolean =>
  change.resource === resource && change.group === group;

/** Queues the keys that `map` returns for each change of a resource. */
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

/** The same for every resource that the cluster serves and `wanted` selects, when they are added and removed. */
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

/** Queues the controlling owner of a changed object; if the owner changed, the former one too. */
function watchingOwned(resource: Resource, owner: Resource, filter?: (change: Change) => boolean): Watch {
  return watching(resource, (change) => {
    if (filter?.(change) === false) return [];
    const { object, old } = change;
    const now = controllerName(object, owner.kind, owner.group);
    const before = old === undefined ? undefined : controllerName(old, owner.kind, owner.group);
    const names = now === before ? [now] : [now, before];
    return names.flatMap((name) => (name === undefined ? [] : [{ namespace: object.metadata.namespace, name }]));
  });
}

/** Builds a controller from its definition: which events queue which keys, and what is done for each. */
export function defineController<T extends KubeObject>(definition: ControllerDefinition<T>): Controller {
  const owned = (definition.owns ?? []).map((resource) => watchingOwned(resource, definition.for, definition.ownedFilter));
  const watches = [...owned, ...(definition.watches ?? [])];
  const concerns = (change: GroupedResource) => isOf(definition.for, change) || watches.some((watch) => watch.concerns(change));
  return {
    name: definition.name,
    ...(definition.flag === undefined ? {} : { flag: definition.flag }),
    ...(definition.queue === undefined ? {} : { queue: definition.queue }),
    ...(definition.eventSource === undefined ? {} : { eventSource: definition.eventSource }),
    ...(definition.eventStyle === undefined ? {} : { eventStyle: definition.eventStyle }),
    interests: (change) => definition.interests?.(change) ?? true,
    concerns,
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
  const { afterFaults } = definition;
  if (afterFaults)
    context.faults.onChange(() => {
      for (const key of afterFaults(informers)) enqueue(key, 0);
    });
  return {
    concurrency: definition.concurrency ?? 64,
    ...(definition.followsFlags && {
      restarted: () => {
        for (const object of informer.list()) enqueue(keyOf(object), 0);
      },
    }),
    async reconcile(key, ctx) {
      const { namespace, name } = parseKey(key);
      const object = informer.get(name, namespace);
      if (object === undefined) {
        await definition.gone?.({ namespace, name }, ctx);
        return undefined;
      }
      return definition.reconcile(object, ctx).catch((error: unknown) => {
        // The object was deleted during the reconcile: there is nothing to retry, and the deletion has queued the key.
        if (isNotFound(error) && informer.get(name, namespace) === undefined) return undefined;
        throw error;
      });
    },
  };
}
