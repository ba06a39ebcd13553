import { type appsv1, type corev1, Pod, type Resource, StatefulSet } from '#api';
import { controllerReference, type KubeObject, type OwnerReference } from '#apimachinery';
import { apiVersionOf } from '../pod-control.js';
import { isInRange } from './identity.js';

type Stateful = appsv1.StatefulSet;
type Claim = corev1.PersistentVolumeClaim;

/** What happens to claims (getPersistentVolumeClaimRetentionPolicy): which owner is to take them along. */
function policyOf({ spec }: Stateful): { onDelete: boolean; onScale: boolean } {
  const { whenDeleted, whenScaled } = spec.persistentVolumeClaimRetentionPolicy ?? {};
  return { onDelete: whenDeleted === 'Delete', onScale: whenScaled === 'Delete' };
}

/** Whether a reference names an object of a kind, whatever its uid (matchesRef). */
function names(reference: OwnerReference, object: KubeObject, resource: Resource): boolean {
  const { apiVersion, kind, name } = reference;
  return apiVersion === apiVersionOf(resource) && kind === resource.kind && name === object.metadata.name;
}

const referencesOf = ({ metadata }: Claim): readonly OwnerReference[] => metadata.ownerReferences ?? [];

function isOwnedBy(claim: Claim, { metadata }: KubeObject): boolean {
  return referencesOf(claim).some(({ uid }) => uid === (metadata.uid ?? ''));
}

function hasStaleReference(claim: Claim, object: KubeObject, resource: Resource): boolean {
  const found = referencesOf(claim).find((reference) => names(reference, object, resource));
  return found !== undefined && found.uid !== (object.metadata.uid ?? '');
}

/** Whether the claim belongs to an earlier pod of this name, and is about to be deleted with it (PodClaimIsStale). */
export function isStaleClaim(set: Stateful, pod: corev1.Pod, claim: Claim): boolean {
  return policyOf(set).onScale && hasStaleReference(claim, pod, Pod);
}

/** Whether another controller than the set and the pod owns the claim, which a policy of deletion conflicts with. */
export function hasUnexpectedController(claim: Claim, set: Stateful, pod: corev1.Pod): boolean {
  const { onDelete, onScale } = policyOf(set);
  if (!onDelete && !onScale) return false;
  return referencesOf(claim).some((reference) => {
    if (names(reference, set, StatefulSet)) return reference.uid !== set.metadata.uid;
    if (names(reference, pod, Pod)) return reference.uid !== (pod.metadata.uid ?? '');
    return reference.controller === true;
  });
}

function hasNonControllerOwner(claim: Claim, set: Stateful, pod: corev1.Pod): boolean {
  const uids = [set.metadata.uid, pod.metadata.uid ?? ''];
  return referencesOf(claim).some(({ uid, controller }) => uids.includes(uid) && controller !== true);
}

/** Which of the two are to own the claim by the policy: the pod once it is scaled away, the set before. */
function wantedOwners(set: Stateful, pod: corev1.Pod): { set: boolean; pod: boolean } {
  const { onDelete, onScale } = policyOf(set);
  const scaledAway = onScale && !isInRange(set, pod);
  return { set: onDelete && !scaledAway, pod: scaledAway };
}

/** Whether the claim's owners follow the policy, or must not be touched (isClaimOwnerUpToDate). */
export function ownersMatch(claim: Claim, set: Stateful, pod: corev1.Pod): boolean {
  if (hasStaleReference(claim, set, StatefulSet) || hasStaleReference(claim, pod, Pod)) return true;
  const owned = { set: isOwnedBy(claim, set), pod: isOwnedBy(claim, pod) };
  if (hasUnexpectedController(claim, set, pod)) return !owned.set && !owned.pod;
  if (hasNonControllerOwner(claim, set, pod)) return false;
  const wanted = wantedOwners(set, pod);
  return owned.set === wanted.set && owned.pod === wanted.pod;
}

/** The claim with the owners that the policy wants (updateClaimOwnerRefForSetAndPod). */
export function withOwners(claim: Claim, set: Stateful, pod: corev1.Pod): Claim {
  const others = referencesOf(claim).filter((reference) => !names(reference, set, StatefulSet) && !names(reference, pod, Pod));
  const wanted = hasUnexpectedController(claim, set, pod) ? { set: false, pod: false } : wantedOwners(set, pod);
  const owners = [
    ...(wanted.set ? [controllerReference(set, { apiVersion: apiVersionOf(StatefulSet), kind: StatefulSet.kind })] : []),
    ...(wanted.pod ? [controllerReference(pod, { apiVersion: apiVersionOf(Pod), kind: Pod.kind })] : []),
  ];
  const ownerReferences = [...others, ...owners.filter(({ uid }) => !others.some((other) => other.uid === uid))];
  return { ...claim, metadata: { ...claim.metadata, ownerReferences } };
}
