import type { corev1, storagev1 } from '#api';

/** What a volume is provisioned for. */
export interface Wanted {
  claim: corev1.PersistentVolumeClaim;
  class: storagev1.StorageClass;
  /** The name of the volume to be. */
  volume: string;
  /** The node that the scheduler has chosen, for claims that wait for their first consumer. */
  node: corev1.Node | undefined;
}

/** A program in a cluster's pods that makes volumes. */
export interface VolumeProvisioner {
  /** As classes name it. */
  name: string;
  /** Images whose pods are this program. */
  images: readonly string[];
  /** A finalizer that it puts on its volumes. */
  finalizer?: string;
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
  name: 'rancher.io/local-path',
  images: ['rancher/local-path-provisioner', 'kindest/local-path-provisioner'],
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
  name: 'k8s.io/minikube-hostpath',
  images: ['k8s-minikube/storage-provisioner'],
  refusal: () => undefined,
  place: ({ claim }) => ({
    hostPath: { path: `/tmp/hostpath-provisioner/${claim.metadata.namespace}/${claim.metadata.name}`, type: '' },
  }),
};

const HOST_PATH_DRIVER = 'hostpath.csi.k8s.io';

/** The nodes that a class allows, as an affinity (external-provisioner, GenerateVolumeNodeAffinity). */
function allowedNodes({ allowedTopologies = [] }: storagev1.StorageClass): corev1.VolumeNodeAffinity | undefined {
  const terms = allowedTopologies.map(({ matchLabelExpressions = [] }) => ({
    matchExpressions: matchLabelExpressions.map(({ key, values }) => ({ key, operator: 'In', values })),
  }));
  return terms.length > 0 ? { required: { nodeSelectorTerms: terms } } : undefined;
}

/** The CSI driver of Kubernetes' examples, with csi-provisioner beside it. */
const csiHostPath: VolumeProvisioner = {
  name: HOST_PATH_DRIVER,
  images: ['sig-storage/hostpathplugin'],
  finalizer: 'external-provisioner.volume.kubernetes.io/finalizer',
  refusal: () => undefined,
  place({ claim, class: found, node }) {
    const fsType = found.parameters?.['csi.storage.k8s.io/fstype'];
    const affinity = node ? onNode(HOSTNAME, node.metadata.labels?.[HOSTNAME] ?? node.metadata.name) : allowedNodes(found);
    return {
      csi: {
        driver: HOST_PATH_DRIVER,
        volumeHandle: claim.metadata.uid ?? '',
        ...(fsType === undefined ? {} : { fsType }),
        volumeAttributes: { 'storage.kubernetes.io/csiProvisionerIdentity': HOST_PATH_DRIVER },
      },
      ...(affinity ? { nodeAffinity: affinity } : {}),
    };
  },
};

/** The provisioners whose programs are simulated. To add one: an entry here, and its image in libs/node/images. */
export const provisioners: ReadonlyMap<string, VolumeProvisioner> = new Map(
  [localPath, minikube, csiHostPath].map((provisioner) => [provisioner.name, provisioner]),
);
