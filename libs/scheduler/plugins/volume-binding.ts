import { type corev1, PersistentVolume, PersistentVolumeClaim, StorageClass } from '#api';
import { parseQuantity } from '#apimachinery';
import { nodeSelectorMatcher } from '#component-helpers';
import { type Plugin, type StateData, unresolvable, type World } from '../framework.js';
import { hint } from '../hints.js';
import type { NodeInfo } from '../node-info.js';
import { nodeAdded, nodeRelabelled, onNodes } from '../plugin-hints.js';

const NO_VOLUMES = "node(s) didn't find available persistent volumes to bind";
const NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity";
const UNBOUND = 'pod has unbound immediate PersistentVolumeClaims';
const key = 'VolumeBinding';

interface Claims extends StateData {
  /** Volumes to which claims are bound. */
  bound: corev1.PersistentVolume[];
  /** For each unbound claim that cannot be provisioned: the volumes to which it could be bound. */
  waiting: corev1.PersistentVolume[][];
}

function claimNames(pod: corev1.Pod): string[] {
  return (pod.spec.volumes ?? []).flatMap((volume) =>
    volume.persistentVolumeClaim
      ? [volume.persistentVolumeClaim.claimName]
      : volume.ephemeral
        ? [`${pod.metadata.name}-${volume.name}`]
        : [],
  );
}

function waits(claim: corev1.PersistentVolumeClaim, world: World): boolean {
  const name = claim.spec.storageClassName;
  return name !== undefined && name !== '' && world.informers.of(StorageClass).get(name)?.volumeBindingMode === 'WaitForFirstConsumer';
}

/** Whether the claim could be bound to the volume. */
function suits(claim: corev1.PersistentVolumeClaim, volume: corev1.PersistentVolume): boolean {
  const { spec, metadata } = volume;
  const owner = spec.claimRef;
  if (owner && (owner.name !== claim.metadata.name || owner.namespace !== claim.metadata.namespace)) return false;
  if (metadata.deletionTimestamp || (volume.status?.phase !== undefined && volume.status.phase !== 'Available' && !owner)) return false;
  if ((spec.storageClassName ?? '') !== (claim.spec.storageClassName ?? '')) return false;
  if ((spec.volumeMode ?? 'Filesystem') !== (claim.spec.volumeMode ?? 'Filesystem')) return false;
  if (!(claim.spec.accessModes ?? []).every((mode) => spec.accessModes?.includes(mode))) return false;
  return parseQuantity(spec.capacity?.storage ?? '0').compare(parseQuantity(claim.spec.resources?.requests?.storage ?? '0')) >= 0;
}

const reaches = (volume: corev1.PersistentVolume, node: NodeInfo): boolean => {
  const required = volume.spec.nodeAffinity?.required;
  return !required || nodeSelectorMatcher(required)(node.node);
};

/** Whether the class provisions volumes. */
function provisions(claim: corev1.PersistentVolumeClaim, world: World): boolean {
  const provisioner = world.informers.of(StorageClass).get(claim.spec.storageClassName ?? '')?.provisioner;
  return provisioner !== undefined && provisioner !== 'kubernetes.io/no-provisioner';
}

/** Volumes for a claim; one that is accessible from every node is sufficient. */
function candidatesOf(claim: corev1.PersistentVolumeClaim, { informers }: World): corev1.PersistentVolume[] {
  const volumes = informers.of(PersistentVolume).list();
  const suitable = volumes.filter((volume) => suits(claim, volume));
  const anywhere = suitable.find(({ spec }) => !spec.nodeAffinity?.required);
  return anywhere ? [anywhere] : suitable;
}

/** A pod's claims must be bound to volumes that are accessible from the node, or be bindable or provisionable. */
export const volumeBinding: Plugin = {
  name: 'VolumeBinding',
  hints: [hint(PersistentVolumeClaim), hint(PersistentVolume), hint(StorageClass), onNodes([nodeAdded, nodeRelabelled])],
  preFilter(pod, world, state) {
    const names = claimNames(pod);
    if (names.length === 0) return { skip: true };
    const claims: Claims = { bound: [], waiting: [] };
    for (const name of names) {
      const claim = world.informers.of(PersistentVolumeClaim).get(name, pod.metadata.namespace);
      if (!claim) return { rejection: unresolvable(`persistentvolumeclaim "${name}" not found`) };
      if (claim.metadata.deletionTimestamp) return { rejection: unresolvable(`persistentvolumeclaim "${name}" is being deleted`) };
      const volume = claim.spec.volumeName ? world.informers.of(PersistentVolume).get(claim.spec.volumeName) : undefined;
      if (volume) claims.bound.push(volume);
      else if (!waits(claim, world)) return { rejection: unresolvable(UNBOUND) };
      else if (!provisions(claim, world)) claims.waiting.push(candidatesOf(claim, world));
    }
    state.write(key, claims);
    return undefined;
  },
  filter(_pod, node, state) {
    const { bound, waiting } = state.read<Claims>(key);
    if (bound.some((volume) => !reaches(volume, node))) return unresolvable(NODE_CONFLICT);
    const found = waiting.every((volumes) => volumes.some((volume) => reaches(volume, node)));
    return found ? undefined : unresolvable(NO_VOLUMES);
  },
};
