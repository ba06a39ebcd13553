import { type corev1, PersistentVolumeClaim, StorageClass, type storagev1 } from '#api';
import { type ObjectKey, parseQuantity } from '#apimachinery';
import { DRIVER_TOPOLOGY_KEY } from '#component-helpers';
import type { Informers } from '#controller-runtime';
import { volumesOfDriver } from '../attach-detach/indexes.js';
import type { RunningProgram } from './programs.js';

/** The claims that are bound to volumes of these drivers. */
export function claimsOfDrivers(informers: Informers, drivers: readonly string[]): ObjectKey[] {
  const volumes = drivers.flatMap((name) => volumesOfDriver(informers, name));
  return volumes.flatMap(({ spec: { claimRef } }) => (claimRef?.name ? [{ namespace: claimRef.namespace, name: claimRef.name }] : []));
}

/** The node whose storage a volume is in; '' if it is not in that of one node. */
function nodeOf({ spec }: corev1.PersistentVolume): string {
  const expressions = (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).flatMap(({ matchExpressions = [] }) => matchExpressions);
  return expressions.find(({ key }) => key === DRIVER_TOPOLOGY_KEY)?.values?.[0] ?? '';
}

/** Bytes that volumes have of the storage that a class takes its volumes from (its parameter `kind`), by the node of that storage. */
export function usedByNode({ provisioner, parameters }: storagev1.StorageClass, informers: Informers): Map<string, number> {
  const kindOf = (className: string | undefined) => informers.of(StorageClass).get(className ?? '')?.parameters?.kind ?? '';
  const kind = parameters?.kind ?? '';
  const used = new Map<string, number>();
  for (const volume of volumesOfDriver(informers, provisioner)) {
    if (kindOf(volume.spec.storageClassName) !== kind) continue;
    const node = nodeOf(volume);
    used.set(node, (used.get(node) ?? 0) + parseQuantity(volume.spec.capacity?.storage ?? '0').toNumber());
  }
  return used;
}

/**
 * Patches the status of a claim, as the sidecars may do, which may not update it; null removes a field. Throws a conflict if the claim was
 * changed meanwhile.
 */
export function writeClaim(
  { metadata: { name, namespace, resourceVersion } }: corev1.PersistentVolumeClaim,
  { status, annotations }: { status: Record<string, unknown>; annotations?: Record<string, string | null> },
  { client }: RunningProgram,
): Promise<corev1.PersistentVolumeClaim> {
  const patch = { metadata: { resourceVersion, ...(annotations ? { annotations } : {}) }, status };
  return client.patch(PersistentVolumeClaim, name, namespace, 'merge', patch, { subresource: 'status' });
}
