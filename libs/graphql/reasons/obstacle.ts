import type { KubeObject } from '#apimachinery';

/** One thing that keeps a pod from running, a claim from being bound, or a workload from having its pods. */
export interface Obstacle {
  /** One word, as in conditions and events: Insufficient, SchedulingGated, ErrImagePull. */
  reason: string;
  /** What is in the way. */
  message: string;
  /** What helps. */
  help?: string;
  /** The nodes of which it is true, and how many were looked at. */
  nodes?: readonly string[];
  nodesLooked?: number;
  /** What it is about, if that is another object. */
  object?: KubeObject;
}

/** The events about an object that tell what went wrong: the newest of each reason, the newest first. */
export interface Trouble {
  type?: string;
  reason?: string;
  message?: string;
}

const MOST_EVENTS = 3;

/** Events, oldest first, as obstacles: the newest of each reason. `wanted`: which of them. */
export function troubles(events: readonly Trouble[], wanted: (event: Trouble) => boolean): Obstacle[] {
  const newest = new Map<string, Obstacle>();
  for (const event of [...events].reverse()) {
    const { reason = '', message = '' } = event;
    if (wanted(event) && !newest.has(reason)) newest.set(reason, { reason, message });
    if (newest.size === MOST_EVENTS) break;
  }
  return [...newest.values()];
}

/** Whether an event warns. */
export const isWarning = ({ type }: Trouble): boolean => type === 'Warning';
