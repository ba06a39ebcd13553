import type { corev1 } from '#api';
import { normalized } from '../files/nodes.js';

/** A line of /proc/mounts. */
export interface MountLine {
  readonly device: string;
  readonly path: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** A volume of a pod, and the persistent one that it stands for. */
export interface PodVolume {
  readonly volume: corev1.Volume;
  readonly bound?: corev1.PersistentVolume | undefined;
}

/** The disk of every node; the disks of drivers are not told apart. */
const DISK = '/dev/sda1';
const MOUNT_OPTIONS = 'volume.beta.kubernetes.io/mount-options';

/** The options that a persistent volume is to be mounted with; an annotation goes before its spec (volume/util MountOptionFromSpec). */
function givenOptions({ metadata, spec }: corev1.PersistentVolume): readonly string[] {
  const annotated = metadata.annotations?.[MOUNT_OPTIONS];
  const given = annotated === undefined ? (spec.mountOptions ?? []) : annotated.split(',');
  return given.flatMap((option) => option.split(',')).filter((option) => option !== '');
}

/** Whether nobody can write to a volume, however it is mounted into a container. */
export function isReadOnly({ volume, bound }: PodVolume): boolean {
  const { configMap, secret, downwardAPI, projected, image, persistentVolumeClaim } = volume;
  if ((configMap ?? secret ?? downwardAPI ?? projected ?? image) !== undefined) return true;
  if (persistentVolumeClaim?.readOnly || sourcesOf({ volume, bound }).some((source) => source?.readOnly)) return true;
  return bound !== undefined && givenOptions(bound).includes('ro');
}

function sourcesOf({ volume, bound }: PodVolume): Array<{ readOnly?: boolean; fsType?: string } | undefined> {
  const { nfs, csi, iscsi, fc } = bound?.spec ?? volume;
  return [nfs, csi, iscsi, fc];
}

/** Options of which the last one of a group counts: what they are without any. */
const ATIME = ['relatime', 'noatime', 'strictatime', 'nodiratime'];
/** Options that are no property of what is mounted, or are what is so by itself (mount(8)). */
const UNSEEN = new Set([
  'defaults',
  'rw',
  'ro',
  'bind',
  'auto',
  'noauto',
  'user',
  'nouser',
  '_netdev',
  'nofail',
  'async',
  'suid',
  'dev',
  'exec',
  'atime',
]);
const isOfNFS = (option: string): boolean => !ATIME.includes(option) && !['nosuid', 'nodev', 'noexec', 'sync'].includes(option);

/** The options that every file system has, in the kernel's order: `noexec,relatime`. */
function commonOptions(given: readonly string[]): string[] {
  const flags = ['sync', 'nosuid', 'nodev', 'noexec'].filter((option) => given.includes(option));
  return [...flags, ATIME.find((option) => option !== 'relatime' && given.includes(option)) ?? 'relatime'];
}

/** What the kernel shows of NFS without any options, in its order (nfs(5)). */
const NFS: ReadonlyArray<readonly [name: string, value: string | undefined]> = [
  ['vers', '4.2'],
  ['rsize', '1048576'],
  ['wsize', '1048576'],
  ['namlen', '255'],
  ['hard', undefined],
  ['proto', 'tcp'],
  ['timeo', '600'],
  ['retrans', '2'],
  ['sec', 'sys'],
];
/** Names of the same option. */
const NFS_NAMES: Readonly<Record<string, string>> = { nfsvers: 'vers', soft: 'hard', softerr: 'hard', tcp: 'proto', udp: 'proto' };

function nfsOptions(given: readonly string[]): string[] {
  const options = new Map<string, string>(NFS.map(([name, value]) => [name, value === undefined ? name : `${name}=${value}`]));
  for (const option of given.filter(isOfNFS)) {
    const [word = '', value] = option.split('=', 2);
    const name = NFS_NAMES[word] ?? word;
    options.set(name, value !== undefined ? `${name}=${value}` : name === 'proto' ? `proto=${word}` : word);
  }
  return [...options.values()];
}

/** What is mounted for a volume. */
function mounted(of: PodVolume): Omit<MountLine, 'path'> {
  const { volume, bound } = of;
  const { nfs } = bound?.spec ?? volume;
  const given = (bound ? givenOptions(bound) : []).filter((option) => !UNSEEN.has(option));
  if (nfs) {
    const options = [...commonOptions(given), ...nfsOptions(given)];
    return { device: `${nfs.server}:${nfs.path}`, type: options.includes('vers=3') ? 'nfs' : 'nfs4', options };
  }
  const { image, emptyDir, secret, downwardAPI, projected, csi } = volume;
  if (image) return { device: 'overlay', type: 'overlay', options: ['relatime'] };
  if (emptyDir?.medium === 'Memory' || (secret ?? downwardAPI ?? projected) !== undefined)
    return { device: 'tmpfs', type: 'tmpfs', options: ['relatime'] };
  const type = sourcesOf(of).find((source) => source?.fsType)?.fsType ?? csi?.fsType ?? 'ext4';
  const own = given.filter((option) => isOfNFS(option));
  return { device: DISK, type, options: [...commonOptions(given), ...own] };
}

/** What is mounted in a container, in the order in which it is. Pure. */
export function mountTable(container: corev1.Container, volumes: ReadonlyMap<string, PodVolume>): readonly MountLine[] {
  const root = container.securityContext?.readOnlyRootFilesystem ? 'ro' : 'rw';
  const own = (container.volumeMounts ?? []).flatMap(({ name, mountPath, readOnly }): MountLine[] => {
    const of = volumes.get(name);
    if (of === undefined) return [];
    const { options, ...source } = mounted(of);
    return [{ ...source, path: normalized(mountPath), options: [readOnly || isReadOnly(of) ? 'ro' : 'rw', ...options] }];
  });
  return [
    { device: 'overlay', path: '/', type: 'overlay', options: [root, 'relatime'] },
    { device: 'proc', path: '/proc', type: 'proc', options: ['rw', 'nosuid', 'nodev', 'noexec', 'relatime'] },
    { device: 'tmpfs', path: '/dev', type: 'tmpfs', options: ['rw', 'nosuid', 'size=65536k', 'mode=755'] },
    ...own,
  ];
}

/** The text of /proc/mounts. */
export const mountsText = (lines: readonly MountLine[]): string =>
  lines.map(({ device, path, type, options }) => `${device} ${path.replaceAll(' ', '\\040')} ${type} ${options.join(',')} 0 0\n`).join('');
