import type { corev1 } from '#api';
import type { Outcome } from '../pod/memory.js';

/** Pods that are to be evicted, from the watch over a node to the workers of the pods. */
export class Evictions {
  private readonly outcomes = new Map<string, Outcome>();
  private listener: ((pod: corev1.Pod) => void) | undefined;

  onEviction(listener: (pod: corev1.Pod) => void): void {
    this.listener = listener;
  }

  evict(pod: corev1.Pod, outcome: Outcome): void {
    this.outcomes.set(pod.metadata.uid ?? '', outcome);
    this.listener?.(pod);
  }

  has(uid: string): boolean {
    return this.outcomes.has(uid);
  }

  /** How a pod ends that is to be evicted; undefined: it is not. */
  of(uid: string): Outcome | undefined {
    return this.outcomes.get(uid);
  }

  /** The pod is gone. */
  forget(uid: string): void {
    this.outcomes.delete(uid);
  }
}
