import { CSIStorageCapacity, type corev1, PersistentVolume, Pod, StorageClass, type storagev1 } from '#api';
import { controllerOf, ignoreNotFound, type OwnerReference, parseQuantity, Quantity } from '#apimachinery';
import { DRIVER_TOPOLOGY_KEY, type DriverFlags } from '#component-helpers';
import { type Change, defineController, type Informers, watching } from '#controller-runtime';
import { indexVolumesByDriver } from '../attach-detach/indexes.js';
import { usedByNode } from './driver-volumes.js';
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
    const programs = runningPrograms({ task: 'publish-capacity', name: found.provisioner }, ctx);
    if (programs.length === 0) return undefined;
    const published = publishedOf(found, ctx.informers);
    const used = usedByNode(found, ctx.informers);
    for (const program of programs) await publish(found, { program, published, used });
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
  await client.delete(CSIStorageCapacity, name, namespace).catch(ignoreNotFound);
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

/** What is published about a class, by the node of the storage; '' is all storage that is not of one node. */
function publishedOf({ metadata, provisioner }: storagev1.StorageClass, informers: Informers): Map<string, Capacity> {
  const standing = informers.of(CSIStorageCapacity).byIndex(CAPACITIES, metadata.name);
  return new Map(
    standing
      .filter((capacity) => capacity.metadata.labels?.[DRIVER_LABEL] === provisioner)
      .map((capacity) => [capacity.nodeTopology?.matchLabels?.[DRIVER_TOPOLOGY_KEY] ?? '', capacity]),
  );
}

interface Publishing {
  program: RunningProgram;
  published: ReadonlyMap<string, Capacity>;
  used: ReadonlyMap<string, number>;
}

async function publish(found: storagev1.StorageClass, { program, published, used }: Publishing): Promise<void> {
  const { driver, pod, name, client, perNode } = program;
  if (driver === undefined) return;
  const node = driver.topology ? (pod.spec.nodeName ?? '') : '';
  const space = spaceLeft(driver, found.parameters?.kind ?? '', used.get(node) ?? 0);
  const standing = published.get(node);
  if (standing) {
    if (standing.capacity === space.capacity && standing.maximumVolumeSize === space.maximumVolumeSize) return;
    await client.update(CSIStorageCapacity, { ...standing, ...space });
    return;
  }
  const labels = { [DRIVER_LABEL]: name, [MANAGED_BY]: perNode ? `external-provisioner-${pod.spec.nodeName}` : 'external-provisioner' };
  await client.create(CSIStorageCapacity, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIStorageCapacity',
    metadata: { name: '', generateName: 'csisc-', namespace: pod.metadata.namespace, labels, ownerReferences: [ownerOf(pod)] },
    nodeTopology: { matchLabels: driver.topology ? { [DRIVER_TOPOLOGY_KEY]: node } : {} },
    storageClassName: found.metadata.name,
    ...space,
  });
}
