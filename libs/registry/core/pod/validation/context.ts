import type { corev1 } from '#api';

/** What the rules for parts of a pod need to know about the whole. */
export interface PodContext {
  /** The valid volumes, by name: those that may be mounted. */
  volumes: ReadonlyMap<string, corev1.Volume>;
  /** Names in spec.resourceClaims. */
  claims: ReadonlySet<string>;
  gracePeriod: number | undefined;
  restartPolicy: string;
  /** False: the pod has its own user namespace. */
  hostUsers: boolean;
  /** spec.os.name */
  os: string | undefined;
  /** A pod, not a template: some rules are stricter. */
  isPod: boolean;
}
