import type { corev1 } from '#api';
import { claimNameOf, notForPod } from '#component-helpers';
import type { PodWorld } from './world.js';

/** Volumes whose PersistentVolumeClaims cannot be used (volumemanager/populator createVolumeSpec), or that no plugin knows. */

type World = Pick<PodWorld, 'claim' | 'persistentVolume'>;

/** The volume of a claim, or why there is none. */
function boundTo(world: World, name: string): { claim: corev1.PersistentVolumeClaim; mode: string } | string {
  const claim = world.claim(name);
  if (!claim) return `failed to fetch PVC from API server: persistentvolumeclaims ${JSON.stringify(name)} not found`;
  const { deletionTimestamp, finalizers = [] } = claim.metadata;
  if (deletionTimestamp && !finalizers.includes('kubernetes.io/pvc-protection')) return 'PVC is being deleted';
  const { volumeName = '' } = claim.spec ?? {};
  // The claim's phase follows its volume within the same moment.
  if (claim.status?.phase === 'Lost' || volumeName === '') return 'PVC is not bound';
  const volume = world.persistentVolume(volumeName);
  if (!volume) return `failed to fetch PV ${volumeName} from API server: persistentvolumes ${JSON.stringify(volumeName)} not found`;
  const { claimRef, volumeMode = 'Filesystem' } = volume.spec ?? {};
  if (!claimRef) return `found PV object ${volumeName} but it has a nil pv.Spec.ClaimRef indicating it is not yet bound to the claim`;
  const { uid = '' } = claim.metadata;
  if (claimRef.uid !== uid)
    return `found PV object ${volumeName} but its pv.Spec.ClaimRef.UID ${claimRef.uid ?? ''} does not point to claim.UID ${uid}`;
  return { claim, mode: volumeMode };
}

/** Sources that this version of the kubelet has no plugin for (cmd/kubelet/app/plugins.go), or whose plugin is not installed. */
const WITHOUT_PLUGIN = [
  'cephfs',
  'flexVolume',
  'flocker',
  'glusterfs',
  'photonPersistentDisk',
  'quobyte',
  'rbd',
  'scaleIO',
  'storageos',
] as const;

/** Why a volume of a source without a plugin cannot be mounted (desired_state_of_world.go AddPodToVolume). */
function pluginError(name: string, source: corev1.Volume | corev1.PersistentVolumeSpec | undefined): string | undefined {
  if (source === undefined || WITHOUT_PLUGIN.every((plugin) => source[plugin] === undefined)) return undefined;
  return `failed to get Plugin from volumeSpec for volume ${JSON.stringify(name)} err=no volume plugin matched`;
}

function claimError(pod: corev1.Pod, world: World, volume: corev1.Volume): string | undefined {
  const { namespace = '' } = pod.metadata;
  const name = claimNameOf(pod, volume);
  if (name === undefined) return pluginError(volume.name, volume);
  const bound = boundTo(world, name);
  if (typeof bound === 'string') return `error processing PVC ${namespace}/${name}: ${bound}`;
  const stranger = volume.ephemeral && notForPod(pod, bound.claim);
  if (stranger) return stranger;
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  const isMounted = containers.some(({ volumeMounts }) => volumeMounts?.some((mount) => mount.name === volume.name));
  if (isMounted && bound.mode !== 'Filesystem')
    return `volume ${volume.name} has volumeMode ${bound.mode}, but is specified in volumeMounts`;
  const isDevice = containers.some(({ volumeDevices }) => volumeDevices?.some((device) => device.name === volume.name));
  if (isDevice && bound.mode !== 'Block') return `volume ${volume.name} has volumeMode ${bound.mode}, but is specified in volumeDevices`;
  const { volumeName = '' } = bound.claim.spec;
  return pluginError(volumeName, world.persistentVolume(volumeName)?.spec);
}

/** Why volumes of a pod cannot be used, as the message of its event says; undefined if they can. */
export function claimErrors(pod: corev1.Pod, world: World): string | undefined {
  const failed: string[] = [];
  const errors: string[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    const error = claimError(pod, world, volume);
    if (error === undefined) continue;
    failed.push(volume.name);
    errors.push(error);
  }
  if (errors.length === 0) return undefined;
  const names = `[${failed.join(' ')}]`;
  return `Unable to attach or mount volumes: unmounted volumes=${names}, unattached volumes=[], failed to process volumes=${names}: ${errors.join('; ')}`;
}
