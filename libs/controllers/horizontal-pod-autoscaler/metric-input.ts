import { type autoscalingv2, type corev1, Pod } from '#api';
import type { LabelSelector } from '#apimachinery';
import type { ReconcileContext } from '#controller-runtime';

type Autoscaler = autoscalingv2.HorizontalPodAutoscaler;

/** A metric that could be had: the replicas it asks for, and what the status shows of it. */
export interface Computed {
  replicas: number;
  name: string;
  status: autoscalingv2.MetricStatus;
}

/** A metric that could not be had. */
export interface Uncomputed {
  /** Of the condition ScalingActive and of the event. */
  reason: string;
  /** The reason's own message. */
  message: string;
  /** What the event about all metrics says. */
  failure: string;
}

/** What metrics are computed for. */
export interface MetricInput {
  autoscaler: Autoscaler;
  /** The replicas in the target's spec. */
  current: number;
  /** The replicas in its status. */
  statusReplicas: number;
  selector: LabelSelector;
}

/** A metric that could not be had, with one message for the condition and the events. */
export const failed = (reason: string, message: string, what: string): Uncomputed => ({
  reason,
  message,
  failure: `failed to get ${what}: ${message}`,
});

/** The condition has the bare error, the event about all metrics what was said of it on the way. */
export const failedAs = (reason: string, message: string, wrapped: string, what: string): Uncomputed => ({
  reason,
  message,
  failure: `failed to get ${what}: ${wrapped}`,
});

/** The pods of a selector, in the order of their names. */
export function selectedPods(selector: LabelSelector, namespace: string | undefined, { informers }: ReconcileContext): corev1.Pod[] {
  const pods = informers.of(Pod).list(namespace);
  return pods.filter(({ metadata }) => selector.matches(metadata.labels)).sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}
