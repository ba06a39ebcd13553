import type { appsv1, corev1 } from '#api';
import { type Instant, type IntOrString, scaledValue } from '#apimachinery';
import { isAvailable } from '../availability.js';
import type { Sync } from './manage.js';
import type { NodePods } from './nodes.js';
import { isUpdated } from './placement.js';

type Daemon = appsv1.DaemonSet;

function scaled(daemon: Daemon, value: IntOrString | undefined, total: number): number {
  const rolls = daemon.spec.updateStrategy?.type === 'RollingUpdate';
  return rolls && value !== undefined ? scaledValue(value, total, true) : 0;
}

/** Whether a node may have more than one pod of the DaemonSet (AllowsSurge). */
export function allowsSurge(daemon: Daemon): boolean {
  return scaled(daemon, daemon.spec.updateStrategy?.rollingUpdate?.maxSurge, 1) > 0;
}

/** How far an update may go at once; with neither, one pod may be unavailable, or it could not proceed (updatedDesiredNodeCounts). */
function bounds(daemon: Daemon, desired: number): { maxSurge: number; maxUnavailable: number } {
  const { maxSurge, maxUnavailable } = daemon.spec.updateStrategy?.rollingUpdate ?? {};
  const surge = scaled(daemon, maxSurge, desired);
  const unavailable = scaled(daemon, maxUnavailable, desired);
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 && desired > 0 ? 1 : unavailable };
}

/** What the update is planned from. */
export interface UpdateInput {
  daemon: Daemon;
  nodes: readonly NodePods[];
  hash: string;
  now: Instant;
}

/** The pods of a node by template; undefined if it has several of one: those go first. */
function generationsOn({ daemon, hash }: UpdateInput, pods: readonly corev1.Pod[]): { fresh?: corev1.Pod; old?: corev1.Pod } | undefined {
  const alive = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const fresh = alive.filter((pod) => isUpdated(pod, daemon, hash));
  const old = alive.filter((pod) => !isUpdated(pod, daemon, hash));
  if (fresh.length > 1 || old.length > 1) return undefined;
  return { ...(fresh[0] ? { fresh: fresh[0] } : {}), ...(old[0] ? { old: old[0] } : {}) };
}

/** What takes an update of the template a step further (update.go rollingUpdate). */
export function planUpdate(input: UpdateInput): Sync {
  // Nodes that neither have a pod nor are to have one do not count.
  const nodes = input.nodes.filter(({ run, pods }) => run || pods.length > 0);
  const desired = nodes.filter(({ run }) => run).length;
  const { maxSurge, maxUnavailable } = bounds(input.daemon, desired);
  return maxSurge === 0 ? replace(input, nodes, maxUnavailable) : surge(input, nodes, { maxSurge, desired });
}

/** Without surge: old pods go first, unavailable ones regardless of the bound. */
function replace(input: UpdateInput, nodes: readonly NodePods[], maxUnavailable: number): Sync {
  const available = (pod: corev1.Pod): boolean => isAvailable(pod, input.daemon.spec.minReadySeconds ?? 0, input.now);
  const allowed: corev1.Pod[] = [];
  const candidates: corev1.Pod[] = [];
  let unavailable = 0;
  for (const { pods } of nodes) {
    const { fresh, old } = generationsOn(input, pods) ?? {};
    if (old === undefined || fresh !== undefined) {
      if (fresh === undefined || old !== undefined || !available(fresh)) unavailable += 1;
    } else if (!available(old)) {
      allowed.push(old);
      unavailable += 1;
    } else candidates.push(old);
  }
  return { create: [], delete: [...allowed, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))] };
}

/** With surge: a new pod comes beside the old one, which goes when the new one is available. */
function surge(input: UpdateInput, nodes: readonly NodePods[], { maxSurge, desired }: { maxSurge: number; desired: number }): Sync {
  const available = (pod: corev1.Pod): boolean => isAvailable(pod, input.daemon.spec.minReadySeconds ?? 0, input.now);
  const remove: corev1.Pod[] = [];
  const removable: corev1.Pod[] = [];
  const allowed: string[] = [];
  const candidates: string[] = [];
  let surging = 0;
  let numAvailable = 0;
  for (const { name, run, pods } of nodes) {
    const found = generationsOn(input, pods);
    if (found === undefined) {
      surging += 1;
      continue;
    }
    const { fresh, old } = found;
    const counted = old ?? fresh;
    if (counted !== undefined && available(counted)) numAvailable += 1;
    if (old === undefined) continue;
    if (fresh !== undefined) {
      if (available(fresh)) remove.push(old);
      else surging += 1;
    } else if (!run) (available(old) ? removable : remove).push(old);
    else (available(old) ? candidates : allowed).push(name);
  }
  return {
    create: [...allowed, ...candidates.slice(0, Math.max(0, maxSurge - surging))],
    delete: [...remove, ...removable.slice(0, Math.max(0, numAvailable - desired))],
  };
}
