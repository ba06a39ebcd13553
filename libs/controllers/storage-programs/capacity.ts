import { CSIStorageCapacity, type corev1, PersistentVolume, Pod, StorageClass, type storagev1 } from '#api';
import { controllerOf, isNotFound, type OwnerReference, parseQuantity, Quantity } from '#apimachinery';
import { DRIVER_TOPOLOGY_KEY, type DriverFlags } from '#component-helpers';
import { type Change, defineController, type Informers, type ReconcileContext, watching } from '#controller-runtime';
import { indexVolumesByDriver } from '../attach-detach/indexes.js';
import { usedSpace } from './driver-volumes.js';
import { concernsPrograms, indexPrograms, type RunningProgram, runningPrograms, startedPrograms } from './programs.js';

type Capacity = storagev1.CSIStorageCapacity;

const DRIVER_LABEL = 'csi.storage.k8s.io/drivername';
const MANAGED_BY = 'csi.storage.k8s.io/managed-by';
const BY_CLASS = 'classes-by-provisioner';
const CAPACITIES = 'capacities-by-class';

const classesOf = (informers: Informers, driver: string) =>
  informers
    .of(StorageClass)
    .byIndex(BY_CLASS, driver)
    .map(({ metadata: { name } }) => ({ name }));

/** Whether a change of a volume changes what is left of its driver's storage. */
function changesSpace({ object, old, deleted }: Change<corev1.PersistentVolume>): boolean {
  return deleted || old === undefined || old.spec.capacity?.storage !== object.spec.capacity?.storage;
}

/**
 * Publishes how much storage CSI drivers have left, as csi-provisioner with --enable-capacity does beside a driver (external-provisioner).
 * Upstream asks the driver once a minute; here it is known when a volume comes or goes.
 */
export const capacityPublisher = defineController({
  name: 'external-capacity',
  for: StorageClass,
  watches: [
    watching(Pod, (change, informers) => startedPrograms(change, 'publish-capacity').flatMap((driver) => classesOf(informers, driver))),
    watching(PersistentVolume, (change, informers) => {
      const driver = change.object.spec.csi?.driver;
      return driver !== undefined && changesSpace(change) ? classesOf(informers, driver) : [];
    }),
  ],
  interests(change) {
    if (change.resource === 'pods') return concernsPrograms(change);
    return change.resource !== 'persistentvolumes' || (change.object() as corev1.PersistentVolume).spec.csi !== undefined;
  },
  index(informers) {
    indexPrograms(informers);
    indexVolumesByDriver(informers);
    informers.of(StorageClass).addIndex(BY_CLASS, ({ provisioner }) => [provisioner]);
    informers.of(CSIStorageCapacity).addIndex(CAPACITIES, ({ storageClassName }) => [storageClassName]);
  },
  async reconcile(found, ctx) {
    for (const program of runningPrograms({ task: 'publish-capacity', name: found.provisioner }, ctx)) await publish(found, program, ctx);
    return undefined;
  },
  async gone({ name }, ctx) {
    for (const { metadata, storageClassName } of ctx.informers.of(CSIStorageCapacity).byIndex(CAPACITIES, name)) {
      const driver = metadata.labels?.[DRIVER_LABEL] ?? '';
      for (const program of runningPrograms({ task: 'publish-capacity', name: driver }, ctx).slice(0, 1))
        if (storageClassName === name) await removeCapacity(metadata, program);
    }
  },
});

async function removeCapacity({ name, namespace }: Capacity['metadata'], { client }: RunningProgram): Promise<void> {
  await client.delete(CSIStorageCapacity, name, namespace).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}

/** What is left, and how large a volume may be (csi-driver-host-path GetCapacity). Pure. */
export function spaceLeft(driver: DriverFlags, kind: string, used: number): { capacity: string; maximumVolumeSize: string } {
  const isLimited = driver.capacities.size > 0;
  const total = isLimited ? parseQuantity(driver.capacities.get(kind) ?? '0').toNumber() : driver.largestVolume;
  const left = Math.max(0, total - (isLimited ? used : 0));
  const text = (bytes: number) => Quantity.of(bytes, 'BinarySI').toString();
  return { capacity: text(left), maximumVolumeSize: text(Math.min(left, driver.largestVolume)) };
}

function ownerOf(pod: corev1.Pod): OwnerReference {
  const { name, uid = '' } = pod.metadata;
  return controllerOf(pod) ?? { apiVersion: 'v1', kind: 'Pod', name, uid, controller: true };
}

async function publish(found: storagev1.StorageClass, program: RunningProgram, { informers }: ReconcileContext): Promise<void> {
  const { driver, pod, name, client, perNode } = program;
  if (driver === undefined) return;
  const { nodeName = '' } = pod.spec;
  const kind = found.parameters?.kind ?? '';
  const space = spaceLeft(driver, kind, usedSpace(program, kind, informers));
  const matchLabels: Record<string, string> = driver.topology ? { [DRIVER_TOPOLOGY_KEY]: nodeName } : {};
  const standing = informers
    .of(CSIStorageCapacity)
    .byIndex(CAPACITIES, found.metadata.name)
    .find(({ metadata, nodeTopology }) => {
      return (
        metadata.labels?.[DRIVER_LABEL] === name && nodeTopology?.matchLabels?.[DRIVER_TOPOLOGY_KEY] === matchLabels[DRIVER_TOPOLOGY_KEY]
      );
    });
  if (standing) {
    if (standing.capacity === space.capacity && standing.maximumVolumeSize === space.maximumVolumeSize) return;
    await client.update(CSIStorageCapacity, { ...standing, ...space });
    return;
  }
  const labels = { [DRIVER_LABEL]: name, [MANAGED_BY]: perNode ? `external-provisioner-${nodeName}` : 'external-provisioner' };
  await client.create(CSIStorageCapacity, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIStorageCapacity',
    metadata: { name: '', generateName: 'csisc-', namespace: pod.metadata.namespace, labels, ownerReferences: [ownerOf(pod)] },
    nodeTopology: { matchLabels },
    storageClassName: found.metadata.name,
    ...space,
  });
}
