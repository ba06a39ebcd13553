import type { corev1, storagev1 } from '#api';
import { BETA_STORAGE_PROVISIONER, STORAGE_PROVISIONER, storageClassOf } from '#component-helpers';
import type { ClaimEvent } from './plan-claim.js';

/** The CSI drivers that have replaced volume plugins of the tree (csi-translation-lib). */
const MIGRATED: Readonly<Record<string, string>> = {
  'kubernetes.io/aws-ebs': 'ebs.csi.aws.com',
  'kubernetes.io/azure-disk': 'disk.csi.azure.com',
  'kubernetes.io/azure-file': 'file.csi.azure.com',
  'kubernetes.io/cinder': 'cinder.csi.openstack.org',
  'kubernetes.io/gce-pd': 'pd.csi.storage.gke.io',
  'kubernetes.io/portworx-volume': 'pxd.portworx.com',
  'kubernetes.io/vsphere-volume': 'csi.vsphere.vmware.com',
};

const HOST_PATH = 'kubernetes.io/host-path';

/** Who provisions for a claim: a program outside of the controller manager, or nobody. */
export type Provisioning = { provisioner: string; event: ClaimEvent } | { provisioner?: undefined; event: ClaimEvent };

const failed = (message: string): Provisioning => ({ event: { type: 'Warning', reason: 'ProvisioningFailed', message } });

/** Who is to provision a volume for a claim of this class (pv_controller.go provisionClaim). Pure. */
export function planProvisioning(claim: corev1.PersistentVolumeClaim, found: storagev1.StorageClass | undefined): Provisioning {
  if (found === undefined) return failed(`storageclass.storage.k8s.io "${storageClassOf(claim)}" not found`);
  const { provisioner: named } = found;
  const provisioner = Object.hasOwn(MIGRATED, named) ? (MIGRATED[named] ?? named) : named;
  if (provisioner === HOST_PATH) return failed(`Failed to create provisioner: provisioning in volume plugin "${HOST_PATH}" is disabled`);
  if (provisioner.startsWith('kubernetes.io/')) return failed(`no volume plugin matched name: ${provisioner}`);
  const message =
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. ` +
    'If volume creation is delayed, please verify that the provisioner is running and correctly registered.';
  return { provisioner, event: { type: 'Normal', reason: 'ExternalProvisioning', message } };
}

/** The claim with the provisioner it waits for; the same object if it is unchanged (setClaimProvisioner). */
export function withProvisioner(claim: corev1.PersistentVolumeClaim, provisioner: string): corev1.PersistentVolumeClaim {
  const { annotations } = claim.metadata;
  if (annotations?.[STORAGE_PROVISIONER] === provisioner && annotations[BETA_STORAGE_PROVISIONER] === provisioner) return claim;
  const named = { [BETA_STORAGE_PROVISIONER]: provisioner, [STORAGE_PROVISIONER]: provisioner };
  return { ...claim, metadata: { ...claim.metadata, annotations: { ...annotations, ...named } } };
}
