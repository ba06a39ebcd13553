import {
  type corev1,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  type Resource,
  StorageClass,
} from '#api';
import { formatKey, keyOf } from '#apimachinery';
import { isPodTerminal, podPriority } from '#component-helpers';
import type { Change, Informers } from '#controller-runtime';
import type { Nominator } from './nominator.js';
import type { SchedulingQueue } from './queue.js';
import type { Snapshot } from './snapshot.js';

/** The scheduler's name in `spec.schedulerName` and in events. */
export const PROFILE = 'default-scheduler';

const isOurs = (pod: corev1.Pod): boolean => (pod.spec.schedulerName ?? PROFILE) === PROFILE;

/** Whether this scheduler has to assign a node to the pod. */
export function waitsForNode(pod: corev1.Pod): boolean {
  if (pod.spec.nodeName || !isOurs(pod) || pod.metadata.deletionTimestamp) return false;
  return (pod.spec.schedulingGates ?? []).length === 0 && !isPodTerminal(pod);
}

/** Whether a change of a node may make pods schedulable: its allocatable resources, labels, taints. */
function offersMore(node: corev1.Node, old: corev1.Node | undefined): boolean {
  if (!old) return true;
  const offer = ({ metadata, spec, status }: corev1.Node): string =>
    JSON.stringify([metadata.labels, spec.taints, spec.unschedulable, status?.allocatable]);
  return offer(node) !== offer(old);
}

/** Whether a change of a pending pod may make it schedulable. Changes of its status and annotations do not count. */
function mayFitNow(pod: corev1.Pod, old: corev1.Pod | undefined): boolean {
  if (!old || !waitsForNode(old)) return true;
  if (old.metadata.generation === pod.metadata.generation && old.metadata.labels === pod.metadata.labels) return false;
  return JSON.stringify([old.spec, old.metadata.labels]) !== JSON.stringify([pod.spec, pod.metadata.labels]);
}

const usesVolumes = (pod: corev1.Pod): boolean =>
  (pod.spec.volumes ?? []).some((volume) => volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined);

/** Receives the events. */
export interface Scheduled {
  queue: SchedulingQueue;
  snapshot: Snapshot;
  nominator: Nominator;
  /** A pod can be scheduled. */
  wake(): void;
}

/** Updates the queue and the snapshot from events in the cluster (pkg/scheduler/eventhandlers.go). */
export class ClusterEvents {
  constructor(private readonly to: Scheduled) {}

  follow(informers: Informers): void {
    informers.of(Namespace);
    informers.of(PodDisruptionBudget);
    informers.of(Node).on((change) => this.nodeChanged(change));
    informers.of(Pod).on((change) => this.podChanged(change));
    const volumes: readonly Resource[] = [PersistentVolumeClaim, PersistentVolume, StorageClass];
    for (const resource of volumes) informers.of(resource).on(({ revision }) => this.moved(revision, usesVolumes));
  }

  private podChanged(change: Change<corev1.Pod>): void {
    const { object: pod, old, deleted, revision } = change;
    const { snapshot, queue } = this.to;
    const wasPlaced = Boolean(old?.spec.nodeName ?? (deleted ? pod.spec.nodeName : undefined));
    if (deleted) snapshot.removePod(pod);
    else if (pod.spec.nodeName) snapshot.setPod(pod);
    if (wasPlaced && (deleted || isPodTerminal(pod))) this.moved(revision);
    this.nominationChanged(change);
    const key = formatKey(keyOf(pod));
    if (deleted || !waitsForNode(pod)) queue.remove(key);
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
    if (before && lost && !pod.spec.nodeName) this.moved(revision, (other) => podPriority(other) <= podPriority(pod));
  }

  private nodeChanged({ object: node, old, deleted, revision }: Change<corev1.Node>): void {
    if (deleted) {
      this.to.snapshot.removeNode(node.metadata.name);
      return;
    }
    this.to.snapshot.setNode(node);
    if (offersMore(node, old)) this.moved(revision);
  }

  private moved(revision: number, may?: (pod: corev1.Pod) => boolean): void {
    this.to.queue.moveAll(revision, may);
    if (this.to.queue.ready) this.to.wake();
  }
}
