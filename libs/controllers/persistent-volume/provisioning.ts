import type { corev1, storagev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import {
  BETA_STORAGE_PROVISIONER,
  MIGRATED_TO,
  migratedDriver,
  PROVISIONED_BY,
  STORAGE_PROVISIONER,
  storageClassOf,
} from '#component-helpers';
import type { ClaimEvent } from './plan-claim.js';

const HOST_PATH = 'kubernetes.io/host-path';

/** Who provisions for a claim: a program outside of the controller manager, or nobody. */
export type Provisioning = { provisioner: string; event: ClaimEvent } | { provisioner?: undefined; event: ClaimEvent };

const failed = (message: string): Provisioning => ({ event: { type: 'Warning', reason: 'ProvisioningFailed', message } });

/** Who is to provision a volume for a claim of this class (pv_controller.go provisionClaim). Pure. */
export function planProvisioning(claim: corev1.PersistentVolumeClaim, found: storagev1.StorageClass | undefined): Provisioning {
  if (found === undefined) return failed(`storageclass.storage.k8s.io "${storageClassOf(claim)}" not found`);
  const { provisioner: named } = found;
  const provisioner = migratedDriver(named) ?? named;
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
  if (annotations?.[STORAGE_PROVISIONER] === provisioner) return claim;
  const named = { [BETA_STORAGE_PROVISIONER]: provisioner, [STORAGE_PROVISIONER]: provisioner };
  return toldMigration({ ...claim, metadata: { ...claim.metadata, annotations: { ...annotations, ...named } } }, 'claim');
}

/** The finalizer of volumes that a plugin of the tree has provisioned (PVDeletionInTreeProtectionFinalizer). */
const IN_TREE = 'kubernetes.io/pv-controller';

/**
 * The same claim or volume with the annotation that names the driver that has replaced its provisioner, or without it; the same object if it
 * is unchanged (pv_controller_base.go updateMigrationAnnotations, modifyDeletionFinalizers for plugins that have been replaced).
 */
export function toldMigration<T extends KubeObject>(object: T, kind: 'claim' | 'volume'): T {
  const { annotations, finalizers } = object.metadata;
  const provisioner =
    kind === 'claim' ? (annotations?.[STORAGE_PROVISIONER] ?? annotations?.[BETA_STORAGE_PROVISIONER]) : annotations?.[PROVISIONED_BY];
  if (provisioner === undefined) return object;
  const driver = migratedDriver(provisioner);
  const kept = kind === 'volume' && driver !== undefined ? finalizers?.filter((name) => name !== IN_TREE) : finalizers;
  if ((annotations?.[MIGRATED_TO] || undefined) === driver && kept?.length === finalizers?.length) return object;
  const { [MIGRATED_TO]: _, ...others } = annotations ?? {};
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...others, ...(driver === undefined ? {} : { [MIGRATED_TO]: driver }) },
      ...(kept === undefined ? {} : { finalizers: kept }),
    },
  };
}
