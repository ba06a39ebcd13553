import { CSINode, type corev1, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass, type storagev1, VolumeAttachment } from '#api';
import type { Informers } from '#client';
import { claimNameOf, podClaimNames, storageClassOf } from '#component-helpers';
import { type Plugin, unresolvable, unschedulable } from '../framework.js';
import { hint } from '../hints.js';
import { nodeAdded, onNodes } from '../plugin-hints.js';

const NAME = 'NodeVolumeLimits';
const EXCEEDED = 'node(s) exceed max volume count';
const BY_NODE = 'attachments-by-node';

const usesClaims = (pod: corev1.Pod): boolean => podClaimNames(pod).length > 0;

const limitsOf = (node: storagev1.CSINode | undefined): ReadonlyMap<string, number> =>
  new Map(
    (node?.spec.drivers ?? []).flatMap(({ name, allocatable }) => (allocatable?.count === undefined ? [] : [[name, allocatable.count]])),
  );

/** Whether a node may have more volumes of a driver than before. */
function raisesLimit(node: storagev1.CSINode, old: storagev1.CSINode | undefined): boolean {
  const before = limitsOf(old);
  return old === undefined || [...limitsOf(node)].some(([driver, limit]) => limit > (before.get(driver) ?? 0));
}

/** The driver of a claim's volume and a name of the volume among those of the driver; undefined if no driver attaches it. */
function attachableOf(claim: corev1.PersistentVolumeClaim, informers: Informers): { driver: string; volume: string } | undefined {
  const bound = claim.spec.volumeName ? informers.of(PersistentVolume).get(claim.spec.volumeName) : undefined;
  if (bound) return bound.spec.csi && { driver: bound.spec.csi.driver, volume: bound.spec.csi.volumeHandle };
  const found = informers.of(StorageClass).get(storageClassOf(claim));
  return found && { driver: found.provisioner, volume: `${claim.metadata.namespace}/${claim.metadata.name}` };
}

/** The volumes that a pod has attached: a unique name of each, with its driver. A text names a claim that is missing. */
function attachedBy(pod: corev1.Pod, informers: Informers, isNew: boolean): Map<string, string> | string {
  const volumes = new Map<string, string>();
  for (const volume of pod.spec.volumes ?? []) {
    const name = claimNameOf(pod, volume);
    if (name === undefined) continue;
    const { namespace } = pod.metadata;
    const claim = informers.of(PersistentVolumeClaim).get(name, namespace);
    if (!claim && isNew) return `looking up PVC ${namespace}/${name}: persistentvolumeclaim "${name}" not found`;
    const attached = claim && attachableOf(claim, informers);
    if (attached) volumes.set(`${attached.driver}/${attached.volume}`, attached.driver);
  }
  return volumes;
}

/** The volumes attached to a node for which there is a VolumeAttachment, also for pods that are gone. */
function attachments(node: string, informers: Informers): Map<string, string> {
  const found = new Map<string, string>();
  for (const { spec } of informers.of(VolumeAttachment).byIndex(BY_NODE, node)) {
    const csi = informers.of(PersistentVolume).get(spec.source.persistentVolumeName ?? '')?.spec.csi;
    if (csi) found.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
  }
  return found;
}

const countByDriver = (volumes: ReadonlyMap<string, string>): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const driver of volumes.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1);
  return counts;
};

/** No node has more volumes of a CSI driver than the driver says in the node's CSINode. */
export const nodeVolumeLimits: Plugin = {
  name: NAME,
  hints: [
    hint(CSINode, { when: ({ object, old, deleted }) => !deleted && raisesLimit(object, old), may: usesClaims }),
    hint(Pod, { when: ({ object, deleted }) => deleted && usesClaims(object), may: usesClaims }),
    hint(PersistentVolumeClaim, {
      when: ({ old, deleted }) => !old && !deleted,
      may: (pod, { object }) => pod.metadata.namespace === object.metadata.namespace && podClaimNames(pod).includes(object.metadata.name),
    }),
    hint(VolumeAttachment, { when: ({ deleted }) => deleted, may: usesClaims }),
    onNodes([nodeAdded]),
  ],
  preFilter(pod, { informers }) {
    if (!usesClaims(pod)) return { skip: true };
    informers.of(VolumeAttachment).addIndex(BY_NODE, ({ spec }) => [spec.nodeName]);
    return undefined;
  },
  filter(pod, node, _state, { informers }) {
    const wanted = attachedBy(pod, informers, true);
    if (typeof wanted === 'string') return unresolvable(wanted);
    if (wanted.size === 0) return undefined;
    const limits = limitsOf(informers.of(CSINode).get(node.name));
    if (limits.size === 0) return undefined;
    const attached = attachments(node.name, informers);
    for (const other of node.pods.values()) {
      const theirs = attachedBy(other, informers, false);
      if (typeof theirs === 'string') continue;
      for (const [volume, driver] of theirs) {
        attached.set(volume, driver);
        // What several pods use counts once.
        wanted.delete(volume);
      }
    }
    const present = countByDriver(attached);
    for (const [driver, count] of countByDriver(wanted)) {
      const limit = limits.get(driver);
      if (limit !== undefined && (present.get(driver) ?? 0) + count > limit) return unschedulable(EXCEEDED);
    }
    return undefined;
  },
};
