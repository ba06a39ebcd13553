import type { appsv1 } from '#api';
import { desiredAnnotation, maxAnnotation } from './annotations.js';
import { desiredReplicas, fenceposts, isRollingUpdate } from './fenceposts.js';
import { active, all, byAge, bySizeNewer, bySizeOlder, type Generations, sizeOf, totalAvailable, totalSize } from './replica-sets.js';

/** The new size of a ReplicaSet. */
export interface Scaling {
  set: appsv1.ReplicaSet;
  replicas: number;
}

function changed(scalings: readonly Scaling[]): Scaling[] {
  return scalings.filter(({ set, replicas }) => sizeOf(set) !== replicas);
}

/** Size of the current ReplicaSet: as large as the surge allows (NewRSNewReplicas). `total`: all desired pods. */
export function currentSize(deployment: appsv1.Deployment, size: number, total: number): number {
  const desired = desiredReplicas(deployment);
  if (!isRollingUpdate(deployment)) return desired;
  const most = desired + fenceposts(deployment).maxSurge;
  if (total >= most) return size;
  return size + Math.min(most - total, desired - size);
}

/** Scales the current ReplicaSet during a rolling update (rolling.go reconcileNewReplicaSet). */
export function scaleCurrent(deployment: appsv1.Deployment, sets: Generations): Scaling[] {
  const { current } = sets;
  if (current === undefined) return [];
  const desired = desiredReplicas(deployment);
  const size = sizeOf(current);
  const replicas = size >= desired ? desired : currentSize(deployment, size, totalSize(all(sets)));
  return changed([{ set: current, replicas }]);
}

/** Scales down the old ReplicaSets, oldest first, by at most `limit` pods; `spare` returns how many pods of one may be removed. */
function takeFrom(old: readonly Scaling[], limit: number, spare: (scaling: Scaling) => number): Scaling[] {
  let left = limit;
  return old.map((scaling) => {
    const taken = Math.max(0, Math.min(left, spare(scaling), scaling.replicas));
    left -= taken;
    return { set: scaling.set, replicas: scaling.replicas - taken };
  });
}

/** Scales down old ReplicaSets as far as availability allows: unhealthy pods first (rolling.go reconcileOldReplicaSets). */
export function scaleOld(deployment: appsv1.Deployment, sets: Generations): Scaling[] {
  const old = active(sets.old).sort(byAge);
  const { current } = sets;
  if (old.length === 0 || current === undefined) return [];
  const leastAvailable = desiredReplicas(deployment) - fenceposts(deployment).maxUnavailable;
  const pending = sizeOf(current) - (current.status?.availableReplicas ?? 0);
  const limit = totalSize(all(sets)) - leastAvailable - pending;
  if (limit <= 0) return [];
  const sized = old.map((set) => ({ set, replicas: sizeOf(set) }));
  const healthy = takeFrom(sized, limit, ({ set, replicas }) => replicas - (set.status?.availableReplicas ?? 0));
  const surplus = totalAvailable([...old, current]) - leastAvailable;
  return changed(takeFrom(healthy, surplus, ({ replicas }) => replicas));
}

/** Scales all old ReplicaSets to zero (recreate.go scaleDownOldReplicaSetsForRecreate). */
export function scaleOldAway({ old }: Generations): Scaling[] {
  return active(old).map((set) => ({ set, replicas: 0 }));
}

/** Whether the Deployment's replicas have changed since its ReplicaSets were last scaled (sync.go isScalingEvent). */
export function isScalingEvent(deployment: appsv1.Deployment, sets: Generations): boolean {
  return active(all(sets)).some((set) => {
    const desired = desiredAnnotation(set);
    return desired !== undefined && desired !== desiredReplicas(deployment);
  });
}

function activeOrLatest({ current, old }: Generations): appsv1.ReplicaSet | undefined {
  const running = active(current === undefined ? old : [...old, current]);
  if (running.length > 1) return undefined;
  return running[0] ?? current ?? [...old].sort(byAge).at(-1);
}

function isSaturated(deployment: appsv1.Deployment, set: appsv1.ReplicaSet | undefined): boolean {
  const desired = desiredReplicas(deployment);
  return set !== undefined && sizeOf(set) === desired && desiredAnnotation(set) === desired && set.status?.availableReplicas === desired;
}

/** Go's RoundToInt32: rounds halves away from zero. */
function round(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value);
}

/** A ReplicaSet's share of the pods to add or remove, in proportion to its share of all pods (getReplicaSetFraction). */
function fraction(deployment: appsv1.Deployment, set: appsv1.ReplicaSet): number {
  const desired = desiredReplicas(deployment);
  const size = sizeOf(set);
  if (desired === 0) return -size;
  const before = maxAnnotation(set) || deployment.status?.replicas || 0;
  if (before === 0) return 0;
  return round((size * (desired + fenceposts(deployment).maxSurge)) / before) - size;
}

/** Distributes a change of the Deployment's size over all active ReplicaSets in proportion; the remainder goes to the largest. */
function scaleProportionally(deployment: appsv1.Deployment, sets: Generations): Scaling[] {
  const desired = desiredReplicas(deployment);
  const allowed = desired > 0 ? desired + fenceposts(deployment).maxSurge : 0;
  const running = active(all(sets));
  const toAdd = allowed - totalSize(running);
  running.sort(toAdd > 0 ? bySizeNewer : bySizeOlder);
  let added = 0;
  const scalings = running.map((set) => {
    const rest = toAdd - added;
    const part =
      toAdd === 0 || rest === 0 ? 0 : toAdd > 0 ? Math.min(fraction(deployment, set), rest) : Math.max(fraction(deployment, set), rest);
    added += part;
    return { set, replicas: sizeOf(set) + part };
  });
  const largest = scalings[0];
  if (largest !== undefined) largest.replicas = Math.max(0, largest.replicas + toAdd - added);
  return scalings;
}

/**
 * New sizes after the Deployment was scaled or while it is paused (sync.go scale). ReplicaSets with an unchanged size get new annotations.
 */
export function scaleAll(deployment: appsv1.Deployment, sets: Generations): Scaling[] {
  const only = activeOrLatest(sets);
  if (only !== undefined) return changed([{ set: only, replicas: desiredReplicas(deployment) }]);
  if (isSaturated(deployment, sets.current)) return scaleOldAway(sets);
  return isRollingUpdate(deployment) ? scaleProportionally(deployment, sets) : [];
}
