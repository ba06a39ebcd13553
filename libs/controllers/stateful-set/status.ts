import type { appsv1, corev1 } from '#api';
import type { Instant } from '#apimachinery';
import { isPodReady } from '#component-helpers';
import { isAvailable } from '../availability.js';
import { revisionOf } from './identity.js';

type Status = appsv1.StatefulSetStatus;

/** Whether a pod runs and is ready. */
export function isRunningAndReady(pod: corev1.Pod): boolean {
  return pod.status?.phase === 'Running' && isPodReady(pod);
}

/** What the status is computed from. */
export interface StatusInput {
  set: appsv1.StatefulSet;
  pods: readonly corev1.Pod[];
  /** The names of the revisions. */
  current: string;
  update: string;
  collisionCount: number;
  now: Instant;
}

/** Counts that Go omits when they are zero are omitted here. */
function count(name: string, value: number): Record<string, number> {
  return value === 0 ? {} : { [name]: value };
}

/** The next status of a StatefulSet (stateful_set_control.go updateStatus and completeRollingUpdate). */
export function nextStatus({ set, pods, current, update, collisionCount, now }: StatusInput): Status {
  const alive = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const ready = pods.filter(isRunningAndReady);
  const available = ready.filter((pod) => isAvailable(pod, set.spec.minReadySeconds ?? 0, now)).length;
  const updated = alive.filter((pod) => revisionOf(pod) === update).length;
  const wanted = set.spec.replicas ?? 1;
  const rolling = set.spec.updateStrategy?.type === 'RollingUpdate';
  const complete = rolling && updated === wanted && ready.length === wanted && pods.length === wanted;
  const ofCurrent = complete ? updated : alive.filter((pod) => revisionOf(pod) === current).length;
  return {
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    replicas: pods.length,
    ...count('readyReplicas', ready.length),
    ...count('currentReplicas', ofCurrent),
    ...count('updatedReplicas', updated),
    currentRevision: complete ? update : current,
    updateRevision: update,
    collisionCount,
    availableReplicas: available,
  };
}

const COMPARED = [
  'replicas',
  'currentReplicas',
  'readyReplicas',
  'updatedReplicas',
  'currentRevision',
  'availableReplicas',
  'updateRevision',
] as const;

/** Whether a status is to be written: other fields than these change together with them (inconsistentStatus). */
export function isStatusStale(present: Status | undefined, next: Status): boolean {
  if ((next.observedGeneration ?? 0) > (present?.observedGeneration ?? 0)) return true;
  return COMPARED.some((field) => (present?.[field] || undefined) !== (next[field] || undefined));
}
