import type { appsv1, corev1 } from '#api';
import { formatTime, type Instant, type LabelSelector } from '#apimachinery';
import { conditionOf, isPodReady, setCondition, withoutCondition } from '#component-helpers';
import { isAvailable } from '../availability.js';

/** What the next status is computed from. */
export interface StatusInput {
  /** The current status. */
  status: appsv1.ReplicaSetStatus | undefined;
  generation: number | undefined;
  replicas: number;
  minReadySeconds: number;
  /** Matches pods that have all labels of the template. */
  templateLabels: LabelSelector;
  activePods: readonly corev1.Pod[];
  /** Pods being deleted; undefined if the kind does not report them (ReplicationController). */
  terminating: number | undefined;
  /** The error message of creating or deleting pods. */
  failure: string | undefined;
  now: Instant;
}

const FAILURE = 'ReplicaFailure';

function nextConditions({ status, failure, activePods, replicas, now }: StatusInput): appsv1.ReplicaSetCondition[] {
  const conditions = status?.conditions ?? [];
  if (failure === undefined) return withoutCondition(conditions, FAILURE);
  if (conditionOf(conditions, FAILURE)) return conditions;
  const reason = activePods.length < replicas ? 'FailedCreate' : 'FailedDelete';
  return setCondition(conditions, { type: FAILURE, status: 'True', reason, message: failure }, formatTime(now));
}

/** Zero and absent are the same: counts that Go omits when they are zero are omitted here. */
function count(name: string, value: number): Record<string, number> {
  return value === 0 ? {} : { [name]: value };
}

/** The next status of a ReplicaSet or ReplicationController (replica_set_utils.go calculateStatus). */
export function nextStatus(input: StatusInput): appsv1.ReplicaSetStatus {
  const { activePods, templateLabels, minReadySeconds, now, generation, terminating } = input;
  const labelled = activePods.filter(({ metadata }) => templateLabels.matches(metadata.labels)).length;
  const ready = activePods.filter(isPodReady);
  const available = minReadySeconds === 0 ? ready.length : ready.filter((pod) => isAvailable(pod, minReadySeconds, now)).length;
  const conditions = nextConditions(input);
  return {
    replicas: activePods.length,
    ...count('fullyLabeledReplicas', labelled),
    ...count('readyReplicas', ready.length),
    ...count('availableReplicas', available),
    ...(terminating === undefined ? {} : { terminatingReplicas: terminating }),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}
