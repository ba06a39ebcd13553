import type { corev1 } from '#api';
import type { FieldPath } from '#apimachinery';

/** A container of any kind. An ephemeral one has all fields of the others, though most must be empty. */
export type AnyContainer = corev1.Container | corev1.EphemeralContainer;

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** Calls `visit` for every container of a pod: init, regular, ephemeral (pkg/apis/core/pods VisitContainersWithPath). */
export function visitContainers(spec: corev1.PodSpec, path: FieldPath, visit: (container: AnyContainer, path: FieldPath) => void): void {
  for (const list of LISTS) {
    const containers = spec[list];
    if (!containers?.length) continue;
    const at = path.child(list);
    for (let i = 0; i < containers.length; i++) visit(containers[i] as AnyContainer, at.index(i));
  }
}

/** All containers of a pod in the same order, without their paths. */
export function allContainers(spec: corev1.PodSpec): AnyContainer[] {
  return LISTS.flatMap((list): readonly AnyContainer[] => spec[list] ?? []);
}

/** An init container that keeps running: a sidecar. */
export const isSidecar = (container: AnyContainer): boolean => (container as corev1.Container).restartPolicy === 'Always';
