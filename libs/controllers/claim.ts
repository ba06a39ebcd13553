import type { Resource } from '#api';
import { controllerOf, controllerReference, isInvalid, isNotFound, type KubeObject, type LabelSelector } from '#apimachinery';
import type { CausalClient } from '#client';
import { apiVersionOf } from './pod-control.js';

/** What is claimed, by which owner, through which client. */
export interface Claim<T extends KubeObject> {
  client: CausalClient;
  owner: KubeObject;
  ownerResource: Resource;
  resource: Resource<T>;
  selector: LabelSelector;
  candidates: readonly T[];
  /** What is matched besides the selector: other objects are released and not adopted (the filters of ClaimPods). */
  accepts?(object: T): boolean;
  /** Finalizers that adopted objects get. */
  finalizers?: readonly string[];
}

/**
 * The candidates that the owner controls, after adopting orphans that its selector matches and releasing those it no longer matches
 * (controller_ref_manager.go ClaimObject). An owner that is being deleted does neither.
 */
export async function claimObjects<T extends KubeObject>(claim: Claim<T>): Promise<T[]> {
  const { owner, selector } = claim;
  const dying = owner.metadata.deletionTimestamp !== undefined;
  const claimed: T[] = [];
  const writes: Array<Promise<T | undefined>> = [];
  for (const object of claim.candidates) {
    const controller = controllerOf(object);
    const matches = selector.matches(object.metadata.labels) && (claim.accepts?.(object) ?? true);
    if (controller !== undefined) {
      if (controller.uid !== owner.metadata.uid) continue;
      if (matches) claimed.push(object);
      else if (!dying) writes.push(release(claim, object));
    } else if (!dying && matches && object.metadata.deletionTimestamp === undefined) writes.push(adopt(claim, object));
  }
  // Mostly there is nothing to write: then nothing is awaited for each object.
  if (writes.length > 0) for (const adopted of await Promise.all(writes)) if (adopted !== undefined) claimed.push(adopted);
  return claimed;
}

/** Adopts an orphan; undefined if it no longer exists. */
async function adopt<T extends KubeObject>(claim: Claim<T>, object: T): Promise<T | undefined> {
  const { client, owner, resource, ownerResource, finalizers } = claim;
  const apiVersion = apiVersionOf(ownerResource);
  const { name, namespace, uid } = object.metadata;
  const patch = { metadata: { uid, ownerReferences: [controllerReference(owner, { apiVersion, kind: ownerResource.kind })], finalizers } };
  try {
    return await client.patch(resource, name, namespace, 'strategic', patch);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Releases an object. It is not an error if it no longer exists or was replaced. */
async function release<T extends KubeObject>({ client, owner, resource }: Claim<T>, object: T): Promise<undefined> {
  const { name, namespace, uid } = object.metadata;
  const patch = { metadata: { uid, ownerReferences: [{ $patch: 'delete', uid: owner.metadata.uid }] } };
  try {
    await client.patch(resource, name, namespace, 'strategic', patch);
  } catch (error) {
    if (!isNotFound(error) && !isInvalid(error)) throw error;
  }
}
