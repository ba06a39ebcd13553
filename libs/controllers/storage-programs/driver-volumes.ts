import { type corev1, PersistentVolumeClaim, StorageClass } from '#api';
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

/** Whether a volume is in the storage of the driver on a node. */
function isOn({ spec }: corev1.PersistentVolume, node: string): boolean {
  const expressions = (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).flatMap(({ matchExpressions = [] }) => matchExpressions);
  return expressions.some(({ key, values }) => key === DRIVER_TOPOLOGY_KEY && values?.includes(node));
}

/** Bytes that volumes have of a driver's storage of a kind; with topology, of the storage on its own node. */
export function usedSpace({ name, driver, pod }: RunningProgram, kind: string, informers: Informers): number {
  const kindOf = (className: string | undefined) => informers.of(StorageClass).get(className ?? '')?.parameters?.kind ?? '';
  return volumesOfDriver(informers, name)
    .filter((volume) => kindOf(volume.spec.storageClassName) === kind && (!driver?.topology || isOn(volume, pod.spec.nodeName ?? '')))
    .reduce((sum, { spec }) => sum + parseQuantity(spec.capacity?.storage ?? '0').toNumber(), 0);
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
