import type { corev1 } from '#api';
import { getOwn } from '#apimachinery';
import { bytesOf, type DirectoryNode, directory, FileSystem, file } from '../files/file-system.js';
import { fieldValue } from './environment.js';
import { WRITABLE_BYTES } from './limits.js';
import { keptDirectory, volumeKey } from './volume-files.js';
import type { MachineWorld } from './world.js';

/** The content of a pod's volumes. Directories of one volume are shared by all containers that mount it. */

type Source = { configMap?: { name?: string; items?: corev1.KeyToPath[]; defaultMode?: number } } & {
  secret?: { name?: string; items?: corev1.KeyToPath[]; defaultMode?: number };
};

/** A file of a volume: its path in it, and its content as a byte string. */
type Entry = [path: string, content: string];

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
    ...Object.entries(object?.data ?? {}).map(([key, value]): Entry => [key, configMap ? bytesOf(value) : decoded(value)]),
    ...Object.entries(object?.binaryData ?? {}).map(([key, value]): Entry => [key, decoded(value)]),
  ]);
  if (!source?.items) return [...data];
  return source.items.flatMap(({ key, path }): Entry[] => (data.has(key) ? [[path, data.get(key) ?? '']] : []));
}

function downward(pod: corev1.Pod, items: readonly corev1.DownwardAPIVolumeFile[] = []): Entry[] {
  return items.map(({ path, fieldRef, resourceFieldRef }): Entry => {
    if (fieldRef) return [path, bytesOf(fieldValue(pod, fieldRef.fieldPath) ?? '')];
    const container = pod.spec?.containers.find(({ name }) => name === resourceFieldRef?.containerName);
    const [kind, resource = ''] = (resourceFieldRef?.resource ?? '').split(/\.(.*)/s);
    const amounts = kind === 'limits' ? container?.resources?.limits : container?.resources?.requests;
    return [path, String(getOwn(amounts ?? {}, resource) ?? '0')];
  });
}

async function projected(world: VolumeWorld, pod: corev1.Pod, source: corev1.VolumeProjection): Promise<Entry[]> {
  const { namespace = '', name, uid = '' } = pod.metadata;
  if (source.downwardAPI) return downward(pod, source.downwardAPI.items);
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
  return [[path, token]];
}

/** As the kubelet's atomic writer lays files out, without its links to a dated directory. */
function filled(entries: readonly Entry[], now: number): DirectoryNode {
  const root = directory(now);
  const fs = new FileSystem(root, { now: () => now, limit: WRITABLE_BYTES });
  for (const [path, content] of entries) fs.mount(path, file(content, now));
  return { ...root, readOnly: true };
}

/** The directory of a volume. Volumes without content of their own begin empty, or with what earlier pods have left in them. */
export async function volumeDirectory(world: VolumeWorld, pod: corev1.Pod, volume: corev1.Volume): Promise<DirectoryNode> {
  const now = world.clock.now();
  const { namespace = '' } = pod.metadata;
  const { configMap, secret, downwardAPI, projected: sources } = volume;
  if (configMap) return filled(await dataOf(world, namespace, { configMap }), now);
  if (secret) return filled(await dataOf(world, namespace, { secret: { name: secret.secretName, items: secret.items } }), now);
  if (downwardAPI) return filled(downward(pod, downwardAPI.items), now);
  if (!sources) {
    const key = world.volumeFiles && (await volumeKey(pod, volume, world.objects));
    const kept = key === undefined ? undefined : await world.volumeFiles?.(key);
    const root = keptDirectory(kept, now);
    return volume.persistentVolumeClaim?.readOnly ? { ...root, readOnly: true } : root;
  }
  const entries: Entry[] = [];
  for (const source of sources.sources ?? []) entries.push(...(await projected(world, pod, source)));
  return filled(entries, now);
}
