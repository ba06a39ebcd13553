import type { appsv1 } from '#api';
import { scaledValue } from '#apimachinery';

/** How far a roll-out may stray from the number of pods asked for, in pods. */
export interface Fenceposts {
  maxSurge: number;
  maxUnavailable: number;
}

/** Whether pods are replaced bit by bit. */
export function isRollingUpdate({ spec }: appsv1.Deployment): boolean {
  return spec.strategy?.type === 'RollingUpdate';
}

/** Number of pods asked for. */
export function desiredReplicas({ spec }: appsv1.Deployment): number {
  return spec.replicas ?? 1;
}

/**
 * Works out percentages; where both come to nothing one pod may be unavailable, or the roll-out could not go on
 * (deployment_util.go ResolveFenceposts, MaxSurge, MaxUnavailable).
 */
export function fenceposts(deployment: appsv1.Deployment): Fenceposts {
  if (!isRollingUpdate(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const desired = desiredReplicas(deployment);
  const { maxSurge = 0, maxUnavailable = 0 } = deployment.spec.strategy?.rollingUpdate ?? {};
  const surge = scaledValue(maxSurge, desired, true);
  const unavailable = scaledValue(maxUnavailable, desired, false);
  const allowed = surge === 0 && unavailable === 0 ? 1 : unavailable;
  return { maxSurge: surge, maxUnavailable: desired === 0 ? 0 : Math.min(allowed, desired) };
}
