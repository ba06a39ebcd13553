import type { corev1, storagev1 } from '#api';
import { parseQuantity, Quantity } from '#apimachinery';
import { DRIVER_TOPOLOGY_KEY, type DriverFlags } from '#component-helpers';
import { attributesTrouble, isPopulated, sourceTrouble } from './claim-source.js';
import { diskAnnotations, migratedDisk } from './migrated-disks.js';
import type { RunningProgram } from './programs.js';
import { rpcError } from './rpc-error.js';

/** What a volume is provisioned for. */
export interface Wanted {
  claim: corev1.PersistentVolumeClaim;
  class: storagev1.StorageClass;
  /** The name of the volume to be. */
  volume: string;
  /** The node that the scheduler has chosen, for claims that wait for their first consumer. */
  node: corev1.Node | undefined;
  /** The attributes class that the claim names, if there is one. */
  attributes?: storagev1.VolumeAttributesClass | undefined;
  /** Bytes that volumes have of the storage that the class takes its volumes from, on the program's node. */
  used(): number;
}

/** A program in a cluster's pods that makes volumes. */
export interface VolumeProvisioner {
  /** A finalizer that it puts on its volumes. */
  finalizer?: string;
  /** Whether it leaves this volume to a volume populator. */
  isPopulated?(claim: corev1.PersistentVolumeClaim): boolean;
  /** Why it does not make this volume. */
  refusal(wanted: Wanted): string | undefined;
  /** Where the volume is, and on which nodes it can be used. */
  place(wanted: Wanted): Partial<corev1.PersistentVolumeSpec>;
  /** Annotations of its volumes besides its own name. */
  annotations?(wanted: Wanted): Record<string, string>;
}

const HOSTNAME = 'kubernetes.io/hostname';
const ONE_NODE_MODES: readonly string[] = ['ReadWriteOnce', 'ReadWriteOncePod'];

const onNode = (key: string, value: string): corev1.VolumeNodeAffinity => ({
  required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values: [value] }] }] },
});

/** rancher/local-path-provisioner, the provisioner of kind and k3s: directories of the node on which the first consumer runs. */
const localPath: VolumeProvisioner = {
  refusal({ claim, node }) {
    if (claim.spec.selector) return 'claim.Spec.Selector is not supported';
    const modes = claim.spec.accessModes ?? [];
    if (!modes.every((mode) => ONE_NODE_MODES.includes(mode)))
      return 'NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes';
    return node ? undefined : 'configuration error, no node was specified';
  },
  place({ claim, volume, class: { metadata }, node }) {
    const path = `/opt/local-path-provisioner/${volume}_${claim.metadata.namespace}_${claim.metadata.name}`;
    const type = claim.metadata.annotations?.volumeType ?? metadata.annotations?.defaultVolumeType;
    const source = type === 'local' ? { local: { path } } : { hostPath: { path, type: 'DirectoryOrCreate' } };
    return { ...source, nodeAffinity: onNode(HOSTNAME, node?.metadata.labels?.[HOSTNAME] ?? node?.metadata.name ?? '') };
  },
  annotations: ({ node }) => ({ 'local.path.provisioner/selected-node': node?.metadata.name ?? '' }),
};

/** The storage provisioner of minikube: directories of its only machine. */
const minikube: VolumeProvisioner = {
  refusal: () => undefined,
  place: ({ claim }) => ({
    hostPath: { path: `/tmp/hostpath-provisioner/${claim.metadata.namespace}/${claim.metadata.name}`, type: '' },
  }),
};

/** The nodes that a class allows, as an affinity (external-provisioner, GenerateVolumeNodeAffinity). */
function allowedNodes({ allowedTopologies = [] }: storagev1.StorageClass): corev1.VolumeNodeAffinity | undefined {
  const terms = allowedTopologies.map(({ matchLabelExpressions = [] }) => ({
    matchExpressions: matchLabelExpressions.map(({ key, values }) => ({ key, operator: 'In', values })),
  }));
  return terms.length > 0 ? { required: { nodeSelectorTerms: terms } } : undefined;
}

/** The code of a driver that has not enough left where a volume is wanted: it may be made elsewhere. */
export const EXHAUSTED = 'ResourceExhausted';

/** Why a driver does not make a volume of this size (csi-driver-host-path, createVolume). */
function tooLarge({ claim, class: found, used }: Wanted, { largestVolume, capacities }: DriverFlags): string | undefined {
  const size = parseQuantity(claim.spec.resources?.requests?.storage ?? '0').toNumber();
  if (size > largestVolume) return rpcError('OutOfRange', `Requested capacity ${size} exceeds maximum allowed ${largestVolume}`);
  if (capacities.size === 0) return undefined;
  const kind = found.parameters?.kind ?? '';
  const total = parseQuantity(capacities.get(kind) ?? '0').toNumber();
  const taken = used();
  if (size + taken <= total) return undefined;
  const bytes = (amount: number) => Quantity.of(amount, 'BinarySI').toString();
  const text = `requested capacity ${size} exceeds remaining capacity for ${JSON.stringify(kind)}, ${bytes(taken)} out of ${bytes(total)} already used`;
  return rpcError(EXHAUSTED, text);
}

/** The CSI driver of Kubernetes' examples, with csi-provisioner beside it; with topology its volumes are on its own node. */
function csiProvisioner({ name, driver, pod }: RunningProgram): VolumeProvisioner {
  return {
    finalizer: 'external-provisioner.volume.kubernetes.io/finalizer',
    isPopulated,
    annotations: ({ class: found }) => diskAnnotations(found),
    refusal(wanted) {
      const { claim, attributes } = wanted;
      if (driver === undefined) return undefined;
      const trouble = sourceTrouble(claim) ?? attributesTrouble(claim, attributes, { name, ...driver });
      return trouble ?? tooLarge(wanted, driver);
    },
    place({ claim, class: found, volume }) {
      const fsType = found.parameters?.['csi.storage.k8s.io/fstype'];
      const affinity = driver?.topology ? onNode(DRIVER_TOPOLOGY_KEY, pod.spec.nodeName ?? '') : allowedNodes(found);
      const disk = migratedDisk(found, volume);
      if (disk) return { ...disk, ...(affinity ? { nodeAffinity: affinity } : {}) };
      return {
        csi: {
          driver: name,
          volumeHandle: claim.metadata.uid ?? '',
          ...(fsType === undefined ? {} : { fsType }),
          volumeAttributes: { 'storage.kubernetes.io/csiProvisionerIdentity': name },
        },
        ...(affinity ? { nodeAffinity: affinity } : {}),
      };
    },
  };
}

/** How a program makes volumes. To add one: an entry here, its image in component-helpers' storage-programs.ts and in libs/node/images. */
export function provisionerOf(program: RunningProgram): VolumeProvisioner {
  if (program.driver !== undefined) return csiProvisioner(program);
  return program.name === 'rancher.io/local-path' ? localPath : minikube;
}
