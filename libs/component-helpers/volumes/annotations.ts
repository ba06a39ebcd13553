/** The annotations of volumes and claims (component-helpers/storage/volume/pv_helpers.go). */

/** On a claim: its binding is complete. */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
/** On a claim or volume: the binder, not a user, has bound it. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
/** On a volume: the provisioner that made it. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** On a claim or volume: the driver that has replaced its provisioner. */
export const MIGRATED_TO = 'pv.kubernetes.io/migrated-to';
/** On a claim: the provisioner that is to make its volume. */
export const STORAGE_PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
export const BETA_STORAGE_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner';
/** On a claim: the node that the scheduler has chosen for its first consumer. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
/** On a class: it is the default. */
export const DEFAULT_STORAGE_CLASS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];
/** On a volume or claim: its class, before there was a field. */
export const BETA_STORAGE_CLASS = 'volume.beta.kubernetes.io/storage-class';
