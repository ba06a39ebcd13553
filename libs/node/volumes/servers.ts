import type { corev1 } from '#api';
import { claimNameOf } from '#component-helpers';
import type { PodWorld } from '../pod/world.js';

/** Volumes of servers outside of Kubernetes: what the tools of a node say when there is no such server. */

/**
 * What is at the address of a server: something that serves the protocol, nothing that listens, nobody; or the name is unknown to the node, which
 * does not ask the cluster's DNS.
 */
export type ServerState = 'serves' | 'refuses' | 'silent' | 'unknown';

/** A mount that fails, and how long the tool tries, in milliseconds. */
export interface MountFailure {
  readonly message: string;
  readonly took: number;
}

type World = Pick<PodWorld, 'claim' | 'persistentVolume' | 'server'>;

interface Mounted {
  /** Of the pod's volume, or of the persistent one. */
  name: string;
  nfs?: corev1.NFSVolumeSource | undefined;
  iscsi?: Pick<corev1.ISCSIVolumeSource, 'targetPortal' | 'portals'> | undefined;
  fc?: corev1.FCVolumeSource | undefined;
  options: readonly string[];
}

export const NFS_PORT = 2049;
const ISCSI_PORT = 3260;
/** mount.nfs tries for two minutes (nfs(5), retry). */
const NFS_TRIES = 120_000;
/** iscsiadm tries six times, 15 s each (discovery.sendtargets.reopen_max, timeo.login_timeout). */
const LOGIN = { tries: 6, timeout: 15_000, refused: 1_000 };

/** The volumes of a pod that are of servers. */
function mountedBy(pod: corev1.Pod, world: World): Mounted[] {
  return (pod.spec.volumes ?? []).flatMap((volume): Mounted[] => {
    const { name, nfs, iscsi, fc } = volume;
    if (nfs ?? iscsi ?? fc) return [{ name, nfs, iscsi, fc, options: nfs?.readOnly ? ['ro'] : [] }];
    const claim = claimNameOf(pod, volume);
    const { volumeName } = (claim && world.claim(claim)?.spec) || {};
    const spec = volumeName ? world.persistentVolume(volumeName)?.spec : undefined;
    if (!volumeName || !(spec?.nfs ?? spec?.iscsi ?? spec?.fc)) return [];
    const readOnly = volume.persistentVolumeClaim?.readOnly || spec?.nfs?.readOnly;
    const options = [...(spec?.mountOptions ?? []), ...(readOnly ? ['ro'] : [])];
    return [{ name: volumeName, nfs: spec?.nfs, iscsi: spec?.iscsi, fc: spec?.fc, options: [...new Set(options)] }];
  });
}

/** nfs.go SetUpAt, mount-utils doMount, mount.nfs(8). */
function nfsFailure(pod: corev1.Pod, { name, options }: Mounted, { server, path }: corev1.NFSVolumeSource, state: ServerState) {
  const host = server.includes(':') ? `[${server}]` : server;
  const directory = `/var/lib/kubelet/pods/${pod.metadata.uid}/volumes/kubernetes.io~nfs/${name}`;
  const given = options.length > 0 ? `-o ${[...options].sort().join(',')} ` : '';
  const said = {
    refuses: 'Connection refused',
    silent: 'Connection timed out',
    unknown: `Failed to resolve server ${server}: Name or service not known`,
  };
  if (state === 'serves') return undefined;
  const output = `mount.nfs: ${said[state]}\n`;
  const message = `MountVolume.SetUp failed for volume "${name}" : mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t nfs ${given}${host}:${path} ${directory}\nOutput: ${output}`;
  return { message, took: state === 'unknown' ? 0 : NFS_TRIES };
}

/** Splits `address`, `address:port` and `[address]:port`. */
function portalOf(written: string): { host: string; portal: string } {
  const [, v6, rest = ''] = /^\[([^\]]*)\](.*)$/.exec(written) ?? [];
  if (v6 !== undefined) return { host: v6, portal: rest === '' ? `${written}:${ISCSI_PORT}` : written };
  const [host = ''] = written.split(':', 1);
  return { host, portal: written.includes(':') ? written : `${written}:${ISCSI_PORT}` };
}

/** iscsi_util.go AttachDisk, iscsiadm(8). No pod serves iSCSI. */
function iscsiFailure(
  { name }: Mounted,
  { targetPortal, portals = [] }: Pick<corev1.ISCSIVolumeSource, 'targetPortal' | 'portals'>,
  world: World,
): MountFailure {
  let [took, last] = [0, ''];
  for (const written of [targetPortal, ...portals]) {
    const { host, portal } = portalOf(written);
    const state = world.server(host, ISCSI_PORT);
    const line =
      state === 'unknown'
        ? `iscsiadm: cannot resolve host name ${host}`
        : state === 'silent'
          ? `iscsiadm: connect to ${host} timed out`
          : `iscsiadm: cannot make connection to ${host}: Connection refused`;
    const tries = state === 'unknown' ? 1 : LOGIN.tries;
    took += state === 'unknown' ? 0 : tries * (state === 'silent' ? LOGIN.timeout : LOGIN.refused);
    const exceeded = state === 'unknown' ? '' : `iscsiadm: connection login retries (reopen_max) ${LOGIN.tries - 1} exceeded\n`;
    const output = `${`${line}\n`.repeat(tries)}${exceeded}iscsiadm: Could not perform SendTargets discovery: encountered connection failure\n`;
    last = `iscsi: failed to sendtargets to portal ${portal} output: ${output}, err exit status 4`;
  }
  return {
    message: `MountVolume.WaitForAttach failed for volume "${name}" : failed to get any path for iscsi disk, last err seen:\n${last}`,
    took,
  };
}

/** The mounts of a pod that fail because there is no server, or no disk. */
export function serverFailures(pod: corev1.Pod, world: World): MountFailure[] {
  return mountedBy(pod, world).flatMap((mounted): MountFailure[] => {
    const { name, nfs, iscsi, fc } = mounted;
    const failure = nfs && nfsFailure(pod, mounted, nfs, world.server(nfs.server, NFS_PORT));
    if (failure) return [failure];
    if (iscsi) return [iscsiFailure(mounted, iscsi, world)];
    // fc_util.go searchDisk: no node has such a disk.
    return fc ? [{ message: `MountVolume.WaitForAttach failed for volume "${name}" : no fc disk found`, took: 0 }] : [];
  });
}
