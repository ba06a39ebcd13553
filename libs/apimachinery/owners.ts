import type { KubeObject, ObjectMeta, OwnerReference } from './object.js';

/** The reference to the object's controller, if it has one (metav1.GetControllerOf). */
export function controllerOf(object: { metadata: ObjectMeta }): OwnerReference | undefined {
  const owners = object.metadata.ownerReferences;
  return owners?.find((owner) => owner.controller === true);
}

/** Whether the owner is the controller of the object. */
export function isControlledBy(object: { metadata: ObjectMeta }, owner: { metadata: ObjectMeta }): boolean {
  const uid = owner.metadata.uid;
  return uid !== undefined && controllerOf(object)?.uid === uid;
}

/** A reference to a controlling owner (metav1.NewControllerRef): controller and blockOwnerDeletion are true. */
export function controllerReference(owner: KubeObject, { apiVersion = owner.apiVersion, kind = owner.kind } = {}): OwnerReference {
  const { name, uid = '' } = owner.metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** A plain reference to an owner. */
export function ownerReference(owner: KubeObject): OwnerReference {
  return { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid ?? '' };
}
