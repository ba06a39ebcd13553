import { deepEqual, formatTime, type KubeObject, type ManagedFieldsEntry, trackUpdate } from '#apimachinery';
import type { RestScope } from './scope.js';

const RESET_STATUS = Object.freeze({ 'f:status': Object.freeze({}) });
const RESET_SPEC = Object.freeze({ 'f:spec': Object.freeze({}) });
/** A write to the status of a custom resource changes nothing else (registry/customresource/status_strategy.go). */
const RESET_ALL_BUT_STATUS = Object.freeze({ 'f:metadata': Object.freeze({}), 'f:spec': Object.freeze({}) });

/** Fields that a write to the resource, or to its status, cannot own because the strategy resets them (upstream's GetResetFields). */
export function resetFields({ resource, subresource }: RestScope) {
  if (subresource === 'status') return resource.schema.definition === undefined ? RESET_ALL_BUT_STATUS : RESET_SPEC;
  return subresource === '' && 'status' in resource.info.subresources ? RESET_STATUS : undefined;
}

/**
 * Records in metadata.managedFields what the request's manager changes (FieldManager.UpdateNoErrors). Objects are in the request's version,
 * before admission. Does nothing for a request without a manager.
 */
export function ownFields(scope: RestScope, object: KubeObject, live: KubeObject | undefined): void {
  const { manager, storage, subresource, cluster } = scope;
  const resource = storage.shape;
  if (manager === '') {
    if (object.metadata.managedFields?.length === 0) delete object.metadata.managedFields;
    return;
  }
  const reset = resetFields(scope);
  const entries = trackUpdate({
    old: live,
    new: object,
    manager,
    operation: 'Update',
    apiVersion: resource.apiVersion,
    time: formatTime(cluster.clock.now()),
    schema: resource.schema.struct,
    ...(subresource ? { subresource } : {}),
    ...(reset ? { resetFields: reset } : {}),
  });
  if (entries === undefined) delete object.metadata.managedFields;
  else object.metadata.managedFields = entries;
}

const timeless = (entries: readonly ManagedFieldsEntry[] | undefined) => entries?.map(({ time: _time, ...entry }) => entry);

/**
 * A write that would only update the timestamps of managed fields is not a change (fieldmanager.IgnoreManagedFieldsTimestampsTransformer).
 */
export function ignoreManagedFieldsTimestamps(object: KubeObject, old: KubeObject): void {
  const entries = object.metadata.managedFields;
  const standing = old.metadata.managedFields;
  if (entries === standing || entries === undefined || standing?.length !== entries.length) return;
  if (!deepEqual(timeless(entries), timeless(standing))) return;
  const { managedFields: _new, ...metadata } = object.metadata;
  const { managedFields: _old, ...before } = old.metadata;
  if (!deepEqual({ ...object, metadata }, { ...old, metadata: before })) return;
  object.metadata.managedFields = standing;
}
