import type { appsv1 } from '#api';
import { scaledValue } from '#apimachinery';

/** How far a rollout may deviate from the desired number of pods. */
export interface Fenceposts {
  maxSurge: number;
  maxUnavailable: number;
}

/** Whether pods are replaced gradually. */
export function isRollingUpdate({ spec }: appsv1.Deployment): boolean {
  return spec.strategy?.type === 'RollingUpdate';
}

/** The desired number of pods. */
export function desiredReplicas({ spec }: appsv1.Deployment): number {
  return spec.replicas ?? 1;
}

/**
 * Resolves percentages; if both are zero one pod may be unavailable, or the rollout could not proceed (deployment_util.go
 * ResolveFenceposts, MaxSurge, MaxUnavailable).
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
