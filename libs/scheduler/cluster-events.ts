import {
  type corev1,
  Namespace,
  Node,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
  ReplicationController,
  type Resource,
  Service,
  StatefulSet,
} from '#api';
import { formatKey, type KubeObject, keyOf } from '#apimachinery';
import { isPodTerminal, podPriority } from '#component-helpers';
import type { Change, Informers } from '#controller-runtime';
import { eventLabel } from './event-label.js';
import type { Happening } from './hints.js';
import type { Nominator } from './nominator.js';
import { plugins } from './plugins/index.js';
import type { Profiles } from './profiles.js';
import type { SchedulingQueue } from './queue.js';
import type { Snapshot } from './snapshot.js';
import type { WaitingPods } from './waiting-pods.js';

/** Whether a pod has yet to get a node, from whatever scheduler. */
export function waitsForNode(pod: corev1.Pod): boolean {
  return !pod.spec.nodeName && !pod.metadata.deletionTimestamp && !isPodTerminal(pod);
}

const claimsMadeFor = ({ status }: corev1.Pod): number => status?.resourceClaimStatuses?.length ?? 0;

/**
 * Whether a change of a pending pod may make it schedulable. Of its status only the claims that were made for it count
 * (UpdatePodGeneratedResourceClaim), and its annotations do not.
 */
function mayFitNow(pod: corev1.Pod, old: corev1.Pod | undefined): boolean {
  if (!old || !waitsForNode(old)) return true;
  if (claimsMadeFor(old) !== claimsMadeFor(pod)) return true;
  if (old.metadata.generation === pod.metadata.generation && old.metadata.labels === pod.metadata.labels) return false;
  return JSON.stringify([old.spec, old.metadata.labels]) !== JSON.stringify([pod.spec, pod.metadata.labels]);
}

/** The resources other than pods, nodes and namespaces whose changes may make pods schedulable. */
export const hintedResources: readonly Resource[] = [
  ...new Map(
    plugins
      .flatMap(({ plugin }) => plugin.hints ?? [])
      .filter(({ on }) => !['Pod', 'Node', 'Namespace'].includes(on.kind))
      .map(({ on }) => [`${on.group}/${on.resource}`, on]),
  ).values(),
];

/** Receives the events. */
export interface Scheduled {
  informers: Informers;
  queue: SchedulingQueue;
  snapshot: Snapshot;
  nominator: Nominator;
  waiting: WaitingPods;
  /** As of now: the configuration may change. */
  profiles(): Profiles;
  /** A pod that waited to be bound is gone. */
  abandoned(pod: corev1.Pod): void;
  /** A pod can be scheduled. */
  wake(): void;
}

/** Updates the queue and the snapshot from events in the cluster (pkg/scheduler/eventhandlers.go). */
export class ClusterEvents {
  private last = 0;

  constructor(private readonly to: Scheduled) {}

  /** The revision of the last event, which all decisions from now on are made over; 0 if there was none since the scheduler was started. */
  get seen(): number {
    return this.last;
  }

  follow(): void {
    this.on(Namespace, (change) => this.namespaceChanged(change));
    for (const resource of [PodDisruptionBudget, Service, ReplicationController, ReplicaSet, StatefulSet])
      this.on(resource as Resource, () => undefined);
    this.on(Node, (change) => this.nodeChanged(change));
    this.on(Pod, (change) => this.podChanged(change));
    for (const resource of hintedResources) this.on(resource, (change) => this.happened(resource, change));
  }

  private on<T extends KubeObject>(resource: Resource<T>, handler: (change: Change<T>) => void): void {
    this.to.informers.of(resource).on((change) => {
      if (change.revision > this.last) this.last = change.revision;
      handler(change);
    });
  }

  private podChanged(change: Change<corev1.Pod>): void {
    const { object: pod, old, deleted, revision } = change;
    const { snapshot, queue } = this.to;
    if (deleted) {
      this.to.abandoned(pod);
      snapshot.removePod(pod);
    } else if (pod.spec.nodeName) snapshot.setPod(pod);
    this.happened(Pod, change);
    this.nominationChanged(change);
    const key = formatKey(keyOf(pod));
    if (deleted || !waitsForNode(pod) || !this.to.profiles().of(pod)) queue.remove(key);
    else if (mayFitNow(pod, old)) {
      queue.add(key, pod, revision);
      this.to.wake();
    } else queue.renew(key, pod);
  }

  /** A pod that loses its nomination releases the resources reserved for it, for pods of the same or a lower priority. */
  private nominationChanged({ object: pod, old, deleted, revision }: Change<corev1.Pod>): void {
    if (deleted || pod.spec.nodeName) this.to.nominator.remove(pod);
    else this.to.nominator.update(old, pod);
    const before = old?.status?.nominatedNodeName;
    const lost = deleted || before !== pod.status?.nominatedNodeName;
    if (!before || !lost || pod.spec.nodeName) return;
    this.to.queue.moveAll(
      revision,
      () => (other) => podPriority(other) <= podPriority(pod),
      () => 'AssignedPodDelete',
    );
    if (this.to.queue.ready) this.to.wake();
  }

  private namespaceChanged(change: Change): void {
    const { old, object, deleted } = change;
    if (!deleted && old && JSON.stringify(old.metadata.labels) === JSON.stringify(object.metadata.labels)) return;
    this.to.snapshot.namespacesChanged();
    this.happened(Namespace, change);
  }

  private nodeChanged(change: Change<corev1.Node>): void {
    if (change.deleted) this.to.snapshot.removeNode(change.object.metadata.name);
    else this.to.snapshot.setNode(change.object);
    this.happened(Node, change);
  }

  /** A pod is not bound to its node after all, which is as if it had been deleted there (handleBindingCycleError). */
  released(pod: corev1.Pod, nodeName: string): void {
    const object = { ...pod, spec: { ...pod.spec, nodeName } };
    this.happened(Pod, { object, old: object, deleted: true, revision: this.last });
  }

  /** Moves the pods that a change may help. */
  private happened(on: Resource, { object, old, deleted, revision }: Change<KubeObject>): void {
    const { queue, waiting, informers } = this.to;
    if (!queue.waiting && waiting.size === 0) return;
    const happening: Happening = { on, change: { object, deleted, ...(old && { old }) }, informers };
    const profiles = this.to.profiles();
    queue.moveAll(
      revision,
      (rejected) => profiles.help(rejected, happening),
      () => eventLabel(happening),
    );
    if (waiting.happened(happening) || queue.ready) this.to.wake();
  }
}
