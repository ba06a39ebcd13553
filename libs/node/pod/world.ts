import type { corev1 } from '#api';
import type { TimingProfile } from '#controller-runtime';
import type { PodMemory } from './memory.js';

/** The environment of a pod on its node, as planPod() sees it. */
export interface PodWorld {
  /** IP addresses of the node; the first is the pods' hostIP. */
  hostIPs: readonly string[];
  /** The address reserved for this pod; unset if the node has none left. */
  podIP: string | undefined;
  profile: TimingProfile;
  memory: PodMemory;
  /** Whether an image, by its full reference, is on the node. */
  hasImage(reference: string): boolean;
  configMap(name: string): corev1.ConfigMap | undefined;
  secret(name: string): corev1.Secret | undefined;
}

/** An event about a pod or one of its containers. */
export interface PodEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  /** `spec.containers{web}`; unset for the pod itself. */
  fieldPath?: string;
}

/** What to do about a pod now. */
export interface PodPlan {
  /** The new status; unset if it is unchanged. */
  status?: corev1.PodStatus;
  events: readonly PodEvent[];
  memory: PodMemory;
  /** Images that were pulled to the node. */
  pulled: readonly string[];
  /** It has stopped and is to be removed from the API. */
  remove: boolean;
  /** When to plan it again. */
  at?: number;
}
