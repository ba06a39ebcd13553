import type { corev1 } from '#api';
import { bytesOf, type DirectoryNode, directory, type Node } from '../files/nodes.js';
import { findImage } from '../images/catalogue.js';
import { parseImage } from '../images/reference.js';
import type { Body } from '../shell/kernel.js';
import { atomicDirectory, type Entry, replaceEntries } from './atomic-files.js';
import { fieldValue } from './environment.js';
import { isReadOnly } from './mount-table.js';
import { resourceValue } from './resource-fields.js';
import { imageDirectory } from './root-files.js';
import { boundVolume, keptDirectory, volumeKey } from './volume-files.js';
import type { MachineWorld } from './world.js';

/** The content of a pod's volumes. Directories of one volume are shared by all containers that mount it. */

type Source = { configMap?: { name?: string; items?: corev1.KeyToPath[]; defaultMode?: number } } & {
  secret?: { name?: string; items?: corev1.KeyToPath[]; defaultMode?: number };
};

type VolumeWorld = Pick<MachineWorld, 'clock' | 'objects' | 'issueToken' | 'volumeFiles'>;

async function dataOf(world: VolumeWorld, namespace: string, { configMap, secret }: Source): Promise<Entry[]> {
  const source = configMap ?? secret;
  const object = await world.objects.get<corev1.ConfigMap & corev1.Secret & { metadata: { name: string } }>(
    '',
    configMap ? 'configmaps' : 'secrets',
    namespace,
    source?.name ?? '',
  );
  const decoded = (text: string): string => Buffer.from(text, 'base64').toString('latin1');
  const data = new Map<string, string>([
    ...Object.entries(object?.data ?? {}).map(([key, value]): [string, string] => [key, configMap ? bytesOf(value) : decoded(value)]),
    ...Object.entries(object?.binaryData ?? {}).map(([key, value]): [string, string] => [key, decoded(value)]),
  ]);
  if (!source?.items) return [...data];
  return source.items.flatMap(({ key, path, mode }): Entry[] => (data.has(key) ? [[path, data.get(key) ?? '', mode]] : []));
}

async function downward(world: VolumeWorld, pod: corev1.Pod, items: readonly corev1.DownwardAPIVolumeFile[] = []): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const { path, fieldRef, resourceFieldRef, mode } of items) {
    const value = fieldRef
      ? fieldValue(pod, fieldRef.fieldPath)
      : resourceFieldRef && (await resourceValue(world.objects, { pod }, resourceFieldRef));
    entries.push([path, bytesOf(value ?? ''), mode]);
  }
  return entries;
}

async function projected(world: VolumeWorld, pod: corev1.Pod, source: corev1.VolumeProjection): Promise<Entry[]> {
  const { namespace = '', name, uid = '' } = pod.metadata;
  if (source.downwardAPI) return downward(world, pod, source.downwardAPI.items);
  if (source.configMap || source.secret) return dataOf(world, namespace, source);
  const { serviceAccountToken: asked } = source;
  if (!asked || !world.issueToken) return [];
  const { path, audience, expirationSeconds = 3600 } = asked;
  const account = pod.spec?.serviceAccountName || 'default';
  const token = await world.issueToken({
    namespace,
    account,
    pod: name,
    podUid: uid,
    expirationSeconds,
    ...(audience ? { audience } : {}),
  });
  const { fsGroup } = pod.spec.securityContext ?? {};
  const owner = tokenOwner(pod);
  return [[path, token, owner === undefined && fsGroup === undefined ? undefined : 0o600, owner]];
}

/** The user that all containers of a pod run as, to whom its tokens belong (volume/util FsUserFrom); undefined if there are several. */
function tokenOwner({ spec }: corev1.Pod): number | undefined {
  const all = [...(spec.initContainers ?? []), ...spec.containers, ...((spec.ephemeralContainers ?? []) as corev1.Container[])];
  const users = new Set(all.map(({ securityContext }) => securityContext?.runAsUser ?? spec.securityContext?.runAsUser));
  return users.size === 1 ? [...users][0] : undefined;
}

/** Whether a kubelet updates the files of a volume. */
export const isUpdated = ({ configMap, secret, downwardAPI, projected: sources }: corev1.Volume): boolean =>
  (configMap ?? secret ?? downwardAPI ?? sources) !== undefined;

/** Gives what is in a volume to the fsGroup of its pod (volume/volume_linux.go): it may read, and write where anybody may. */
function owned(root: DirectoryNode, gid: number): DirectoryNode {
  const [files, directories] = root.readOnly ? [0o440, 0o2550] : [0o660, 0o2770];
  const own = (node: Node): void => {
    if (node.kind === 'link') return;
    node.gid = gid;
    node.mode |= node.kind === 'dir' ? directories : files;
    if (node.kind === 'dir') for (const entry of node.entries.values()) own(entry);
  };
  own(root);
  return root;
}

/** The directory of a volume with the group that its pod asks for. */
export async function volumeDirectory(world: VolumeWorld, pod: corev1.Pod, volume: corev1.Volume): Promise<DirectoryNode> {
  const root = await contentOf(world, pod, volume);
  // The files of images belong to whom they belong there.
  if (volume.image) return root;
  // What is on a node belongs to root there, whatever the pod asks for.
  if (volume.hostPath) return { ...root, mode: 0o755 };
  const { fsGroup } = pod.spec?.securityContext ?? {};
  return fsGroup === undefined ? root : owned(root, fsGroup);
}

/** The files of an image, which nobody can change. */
function imageContent({ reference = '' }: corev1.ImageVolumeSource, now: number): DirectoryNode {
  const parsed = parseImage(reference);
  const found = parsed && findImage(parsed);
  return { ...(found ? imageDirectory(found.definition, reference, now) : directory(now)), readOnly: true };
}

/** The directory of a volume. Volumes without content of their own begin empty, or with what earlier pods have left in them. */
async function contentOf(world: VolumeWorld, pod: corev1.Pod, volume: corev1.Volume): Promise<DirectoryNode> {
  const now = world.clock.now();
  const { namespace = '' } = pod.metadata;
  const { configMap, secret, downwardAPI, projected: sources } = volume;
  if (configMap)
    return atomicDirectory(await dataOf(world, namespace, { configMap }), { now, defaultMode: configMap.defaultMode, inMemory: false });
  if (secret)
    return atomicDirectory(await dataOf(world, namespace, { secret: { ...secret, name: secret.secretName } }), {
      now,
      defaultMode: secret.defaultMode,
    });
  if (downwardAPI) return atomicDirectory(await downward(world, pod, downwardAPI.items), { now, defaultMode: downwardAPI.defaultMode });
  if (volume.image) return imageContent(volume.image, now);
  if (!sources) {
    const key = world.volumeFiles && (await volumeKey(pod, volume, world.objects));
    const kept = key === undefined ? undefined : await world.volumeFiles?.(key);
    const root = keptDirectory(kept, now);
    return isReadOnly({ volume, bound: await boundVolume(pod, volume, world.objects) }) ? { ...root, readOnly: true } : root;
  }
  const entries: Entry[] = [];
  for (const source of sources.sources ?? []) entries.push(...(await projected(world, pod, source)));
  return atomicDirectory(entries, { now, defaultMode: sources.defaultMode });
}

/** The directories of some of a pod's volumes at an instant, by name. */
export async function volumesAt(
  world: VolumeWorld,
  pod: corev1.Pod,
  { at, objects, volumes }: { at: number; objects: MachineWorld['objects']; volumes: readonly corev1.Volume[] },
): Promise<Map<string, DirectoryNode>> {
  const then = { ...world, clock: { now: () => at }, objects };
  const directories = new Map<string, DirectoryNode>();
  for (const volume of volumes) directories.set(volume.name, await volumeDirectory(then, pod, volume));
  return directories;
}

/** What a kubelet writes into volumes at an instant. */
export interface VolumeUpdate {
  readonly at: number;
  readonly volumes: ReadonlyMap<string, DirectoryNode>;
}

/** Writes the updates, each at its time. */
export function* updating(volumes: ReadonlyMap<string, DirectoryNode>, updates: readonly VolumeUpdate[]): Body {
  for (const update of updates) {
    yield { until: update.at };
    for (const [name, { entries }] of update.volumes) {
      const there = volumes.get(name);
      if (there) replaceEntries(there, { entries });
    }
  }
  return 0;
}
