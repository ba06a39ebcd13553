import type { appsv1, corev1 } from '#api';
import type { Instant } from '#apimachinery';
import { isPodReady } from '#component-helpers';
import { isAvailable } from '../availability.js';
import type { NodePods } from './nodes.js';
import { HASH_LABEL } from './placement.js';
import { allowsSurge } from './rolling-update.js';

type Daemon = appsv1.DaemonSet;

/** Which nodes get a pod, and which pods go. */
export interface Sync {
  create: string[];
  delete: corev1.Pod[];
}

/** The same, and what else follows from the pods that have ended. */
export interface Managed extends Sync {
  ended: Array<{ pod: corev1.Pod; node: string; phase: 'Failed' | 'Succeeded' }>;
  /** Milliseconds until a failed pod may be deleted. */
  requeueAfter?: number;
}

/** What the plan is made from. */
export interface ManageInput {
  daemon: Daemon;
  nodes: readonly NodePods[];
  /** The hash of the current template. */
  hash: string;
  now: Instant;
  /** How long a failed pod of a node stays; 0: it goes now. */
  backOff(node: string): number;
}

const isTerminating = ({ metadata }: corev1.Pod): boolean => metadata.deletionTimestamp !== undefined;

/** What keeps one pod on each node that is to have one (daemon_controller.go manage). */
export function manage(input: ManageInput): Managed {
  const result: Managed = { create: [], delete: [], ended: [] };
  for (const node of input.nodes) {
    if (!node.exists) result.delete.push(...node.pods.filter(({ spec }) => !spec.nodeName));
    else if (node.run && node.pods.length === 0) result.create.push(node.name);
    else if (node.stay) keepOne(input, node, result);
    else result.delete.push(...node.pods.filter((pod) => !isTerminating(pod)));
  }
  return result;
}

/** Replaces pods that have ended, and removes surplus ones (podsShouldBeOnNode). */
function keepOne(input: ManageInput, node: NodePods, result: Managed): void {
  const alive = node.pods.filter((pod) => !isTerminating(pod));
  const running = alive.filter((pod) => !hasEnded(input, { node, pod }, result));
  if (!allowsSurge(input.daemon)) {
    result.delete.push(...running.slice(1));
    return;
  }
  if (running.length > 1) surplusInSurge(input, running, result);
  else if (running.length === 0 && node.run) result.create.push(node.name);
}

function hasEnded({ backOff }: ManageInput, { node, pod }: { node: NodePods; pod: corev1.Pod }, result: Managed): boolean {
  const phase = pod.status?.phase;
  if (phase !== 'Failed' && phase !== 'Succeeded') return false;
  const wait = phase === 'Failed' ? backOff(node.name) : 0;
  if (wait > 0) result.requeueAfter = Math.min(wait, result.requeueAfter ?? wait);
  else {
    result.ended.push({ pod, node: node.name, phase });
    result.delete.push(pod);
  }
  return true;
}

/** During an update with surge a node may have one pod of each template; the old one goes when it fails or the new one is available. */
function surplusInSurge({ daemon, hash, now }: ManageInput, running: readonly corev1.Pod[], result: Managed): void {
  const isNew = ({ metadata }: corev1.Pod): boolean => metadata.labels?.[HASH_LABEL] === hash;
  const newest = running.find(isNew);
  const oldest = running.find((pod) => !isNew(pod));
  result.delete.push(...running.filter((pod) => pod !== newest && pod !== oldest));
  if (newest === undefined || oldest === undefined) return;
  if (!isPodReady(oldest) || isAvailable(newest, daemon.spec.minReadySeconds ?? 0, now)) result.delete.push(oldest);
}
