import { createHash } from 'node:crypto';
import type { corev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import { FileSystem } from '../files/file-system.js';
import { type DirectoryNode, directory, type Node } from '../files/nodes.js';
import { type KeptChange, keptChange, makeAgain } from './kept-files.js';
import { KEPT_BYTES, WRITABLE_BYTES } from './limits.js';
import type { MachineWorld } from './world.js';

/**
 * The files of volumes that outlive their pods: those of persistent volumes, and directories of a node. They are kept when a pod ends, by what the
 * volume is, so that the next pod finds them.
 */

/** What is kept of a volume: each file, directory and link in it. */
export interface VolumeFiles extends KubeObject {
  files: readonly KeptChange[];
}

/** Where a volume is: the same for all volumes whose files are the same. */
function placeOf(source: Partial<corev1.PersistentVolumeSpec>, node: string): string {
  const { hostPath, local, nfs } = source;
  if (hostPath) return `node ${node} ${hostPath.path}`;
  if (local) return `node ${node} ${local.path}`;
  return nfs ? `nfs ${nfs.server} ${nfs.path}` : '';
}

type Objects = MachineWorld['objects'];

/** The persistent volume that a pod's volume stands for; undefined if it stands for none. */
export async function boundVolume(pod: corev1.Pod, volume: corev1.Volume, objects: Objects): Promise<corev1.PersistentVolume | undefined> {
  const { persistentVolumeClaim, ephemeral } = volume;
  const claimName = persistentVolumeClaim?.claimName ?? (ephemeral && `${pod.metadata.name}-${volume.name}`);
  if (claimName === undefined) return undefined;
  const claim = await objects.get<corev1.PersistentVolumeClaim>('', 'persistentvolumeclaims', pod.metadata.namespace ?? '', claimName);
  const { volumeName } = claim?.spec ?? {};
  return volumeName ? objects.get<corev1.PersistentVolume>('', 'persistentvolumes', '', volumeName) : undefined;
}

/** The place of a pod's volume; undefined if its files end with the pod, or cannot be told. */
async function volumePlace(pod: corev1.Pod, volume: corev1.Volume, objects: Objects): Promise<string | undefined> {
  const node = pod.spec?.nodeName ?? '';
  const { hostPath, nfs } = volume;
  if (hostPath || nfs) return placeOf({ ...(hostPath && { hostPath }), ...(nfs && { nfs }) }, node);
  const bound = await boundVolume(pod, volume, objects);
  return bound ? placeOf(bound.spec, node) || `volume ${bound.metadata.uid}` : undefined;
}

/** The key under which a volume's files are kept; undefined if they are not. */
export async function volumeKey(pod: corev1.Pod, volume: corev1.Volume, objects: Objects): Promise<string | undefined> {
  const place = await volumePlace(pod, volume, objects);
  return place === undefined ? undefined : `volumes/${createHash('sha256').update(place).digest('hex').slice(0, 40)}`;
}

/** Whether a pod may have volumes whose files outlive it. */
export const mayKeepFiles = ({ spec }: corev1.Pod): boolean =>
  (spec?.volumes ?? []).some(
    ({ hostPath, nfs, persistentVolumeClaim, ephemeral }) => (hostPath ?? nfs ?? persistentVolumeClaim ?? ephemeral) !== undefined,
  );

/** A directory with the files that were kept. */
export function keptDirectory(kept: VolumeFiles | undefined, now: number): DirectoryNode {
  const root = directory(now, 0o777);
  const fs = new FileSystem(root, { now: () => now, limit: WRITABLE_BYTES });
  for (const change of kept?.files ?? []) makeAgain(fs, change);
  return root;
}

/** All that is in a directory, directories before what is in them, as far as it is kept. */
export function filesIn(root: DirectoryNode, now: number): KeptChange[] {
  const files: KeptChange[] = [];
  let bytes = 0;
  const visit = (path: string, node: Node): void => {
    const size = path.length + (node.kind === 'file' ? node.content.length : 0);
    if (bytes + size > KEPT_BYTES) return;
    bytes += size;
    files.push(keptChange(path, node, now));
    if (node.kind === 'dir') for (const [name, entry] of node.entries) visit(`${path}/${name}`, entry);
  };
  for (const [name, node] of root.entries) visit(`/${name}`, node);
  return files;
}
