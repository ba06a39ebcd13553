import type { corev1 } from '#api';

/** What the rules of a pod's parts must know of the whole. */
export interface PodContext {
  /** The volumes without errors, by name: what may be mounted. */
  volumes: ReadonlyMap<string, corev1.Volume>;
  /** Names of spec.resourceClaims. */
  claims: ReadonlySet<string>;
  gracePeriod: number | undefined;
  restartPolicy: string;
  /** False: the pod has a user namespace of its own. */
  hostUsers: boolean;
  /** spec.os.name */
  os: string | undefined;
  /** A pod itself, not a template of one: some rules are stricter. */
  isPod: boolean;
}
