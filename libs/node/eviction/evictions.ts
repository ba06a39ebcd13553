import type { corev1 } from '#api';
import type { Outcome } from '../pod/memory.js';

/** How long a pod has at a hard threshold (immediateEvictionGracePeriodSeconds). */
export const HARD_GRACE = 1_000;

/** Pods that are to be evicted, from the watch over a node to the workers of the pods. */
export class Evictions {
  private readonly outcomes = new Map<string, { outcome: Outcome; grace: number }>();
  private listener: ((pod: corev1.Pod) => void) | undefined;

  onEviction(listener: (pod: corev1.Pod) => void): void {
    this.listener = listener;
  }

  /** `grace`: how long its containers have to stop, in milliseconds. Once it is to be evicted, nothing changes that. */
  evict(pod: corev1.Pod, outcome: Outcome, grace = HARD_GRACE): void {
    const { uid = '' } = pod.metadata;
    if (this.outcomes.has(uid)) return;
    this.outcomes.set(uid, { outcome, grace });
    this.listener?.(pod);
  }

  has(uid: string): boolean {
    return this.outcomes.has(uid);
  }

  /** How a pod ends that is to be evicted; undefined: it is not. */
  of(uid: string): { outcome: Outcome; grace: number } | undefined {
    return this.outcomes.get(uid);
  }

  /** The pod is gone. */
  forget(uid: string): void {
    this.outcomes.delete(uid);
  }
}
