import { CSIDriver, CSINode, type corev1, PersistentVolume, PersistentVolumeClaim, type storagev1 } from '#api';
import {
  attachesVolumes,
  type BoundVolume,
  boundVolumes,
  podClaimNames,
  uniqueVolumeName,
  usesVolumes,
  volumeReachesNode,
} from '#component-helpers';
import type { Informers } from '#controller-runtime';
import { hasSandbox } from '../pod/assemble.js';

/** What keeps volumes from being mounted that are claims or of CSI drivers. */
export interface VolumeTroubles {
  /** Some are not attached to the node yet: the kubelet waits for them, and says nothing. */
  readonly waits: boolean;
  /** Messages of FailedMount events. */
  readonly errors: readonly string[];
}

const NONE: VolumeTroubles = { waits: false, errors: [] };
const PREFIX = 'kubernetes.io/csi:';

/** Where a kubelet looks up claims, volumes and drivers. */
export const volumeObjects = (informers: Informers) => ({
  claim: (name: string, namespace: string | undefined) => informers.of(PersistentVolumeClaim).get(name, namespace),
  volume: (name: string) => informers.of(PersistentVolume).get(name),
  driver: (name: string) => informers.of(CSIDriver).get(name),
});

/** Where a pod is, and what there is. */
interface Place {
  pod: corev1.Pod;
  node: corev1.Node;
  informers: Informers;
  /** The pods of the node. */
  neighbours(): readonly corev1.Pod[];
}

const notRegistered = (driver: string): string => `driver name ${driver} not found in the list of registered CSI drivers`;

const isRegistered = (driver: string, { node, informers }: Place): boolean =>
  informers
    .of(CSINode)
    .get(node.metadata.name)
    ?.spec.drivers?.some(({ name }) => name === driver) === true;

/** Whether another pod of the node has the claim's volume, which is for one pod. */
function isTaken(claim: corev1.PersistentVolumeClaim, volume: corev1.PersistentVolume, { pod, neighbours }: Place): boolean {
  const { accessModes = [] } = volume.spec;
  if (accessModes.length !== 1 || accessModes[0] !== 'ReadWriteOncePod') return false;
  return neighbours().some((other) => {
    const same = other.metadata.namespace === pod.metadata.namespace && podClaimNames(other).includes(claim.metadata.name);
    return same && other.metadata.uid !== pod.metadata.uid && hasSandbox(other);
  });
}

/**
 * A CSI volume is mounted when the node's status says that it is attached, which it does once the kubelet has said that it needs it
 * (operation_generator.go GenerateVerifyControllerAttachedVolumeFunc).
 */
function isAttached({ spec: { csi } }: corev1.PersistentVolume, { node, informers }: Place): boolean {
  if (csi === undefined || !attachesVolumes(informers.of(CSIDriver).get(csi.driver))) return true;
  const { volumesAttached = [], volumesInUse = [] } = node.status ?? {};
  const uniqueName = uniqueVolumeName(csi);
  return volumesInUse.includes(uniqueName) && volumesAttached.some(({ name }) => name === uniqueName);
}

/** Whether a directory of the node is to be mounted with options: its plugin takes none (host_path.go SupportsMountOption). */
function refusesMountOptions({ metadata, spec }: corev1.PersistentVolume): boolean {
  if (spec.hostPath === undefined) return false;
  const annotation = metadata.annotations?.['volume.beta.kubernetes.io/mount-options'];
  return Boolean(annotation) || (spec.mountOptions ?? []).length > 0;
}

/** Why a bound volume that is attached cannot be mounted (GenerateMountVolumeFunc, csi_attacher.go MountDevice). */
function mountError({ claim, volume }: BoundVolume, place: Place): string | undefined {
  const named = `for volume "${volume.metadata.name}" :`;
  if (!volumeReachesNode(volume, place.node)) return `MountVolume.NodeAffinity check failed ${named} no matching NodeSelectorTerms`;
  if (refusesMountOptions(volume))
    return `MountVolume.MountOptionSupport check failed ${named} mount options are not supported for this volume type`;
  if (claim && isTaken(claim, volume, place))
    return `MountVolume.SetUp failed ${named} volume uses the ReadWriteOncePod access mode and is already in use by another pod`;
  const driver = volume.spec.csi?.driver;
  if (driver === undefined || isRegistered(driver, place)) return undefined;
  return `MountVolume.MountDevice failed ${named} ${PREFIX} attacher.MountDevice failed to create newCsiDriverClient: ${notRegistered(driver)}`;
}

/** Why a driver makes no volume for one pod (csi_mounter.go supportsVolumeLifecycleMode). */
function lifecycleError(driver: string, found: storagev1.CSIDriver | undefined): string | undefined {
  const refused = `volume mode "Ephemeral" not supported by driver ${driver}`;
  if (found === undefined) return `${refused} (no CSIDriver object)`;
  const modes = found.spec.volumeLifecycleModes ?? [];
  return modes.includes('Ephemeral') ? undefined : `${refused} (only supports [${modes.map((mode) => `"${mode}"`).join(' ')}])`;
}

/** Why a volume that a driver makes for the pod alone cannot be mounted. */
function inlineError({ name, csi }: corev1.Volume, place: Place): string | undefined {
  if (csi === undefined) return undefined;
  const { driver } = csi;
  const failed = `MountVolume.SetUp failed for volume "${name}" : ${PREFIX}`;
  if (!isRegistered(driver, place)) return `${failed} mounter.SetUpAt failed to get CSI client: ${notRegistered(driver)}`;
  const refusal = lifecycleError(driver, place.informers.of(CSIDriver).get(driver));
  return refusal && `${failed} mounter.SetupAt failed to check volume lifecycle mode: ${refusal}`;
}

/** What keeps a pod's volumes from being mounted on its node. */
export function volumeTroubles(place: Place): VolumeTroubles {
  const { pod, informers } = place;
  const own = (pod.spec.volumes ?? []).filter(({ csi }) => csi !== undefined);
  if (own.length === 0 && !usesVolumes(pod)) return NONE;
  const bound = boundVolumes(pod, volumeObjects(informers));
  const attached = bound.filter(({ volume }) => isAttached(volume, place));
  const errors = [...attached.map((one) => mountError(one, place)), ...own.map((volume) => inlineError(volume, place))].filter(
    (error) => error !== undefined,
  );
  return { waits: attached.length < bound.length, errors };
}
