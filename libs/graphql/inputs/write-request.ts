import type { Resource } from '#api';
import type { KubeObject } from '#apimachinery';
import type { Client, PatchType, WriteQuery } from '#client';
import { applyObject } from '../apply.js';
import { checkCount } from '../check-limit.js';
import { badInput } from '../errors.js';
import { limits } from '../limits.js';
import { objectOf } from './any-object.js';
import { withDefinedKinds } from './defined-kinds.js';
import { type FieldValidation, manifestObjects, type WantedObject, wantedObject } from './documents.js';
import { type Result, type WriteContext, writeAtomically, writeEach } from './writing.js';

/** A write of any number of objects, as `create` and `apply` are asked for it. Plain data, which may be sent to another thread. */
export interface WriteRequest {
  verb: 'create' | 'apply';
  /** The objects that were given as such, and what was given instead of one. */
  objects: readonly unknown[];
  /** Objects as YAML or JSON. */
  manifest?: string;
  /** Of objects without a namespace. */
  namespace: string;
  fieldValidation: FieldValidation;
  fieldManager: string;
  /** All or nothing. */
  atomic: boolean;
  dryRun: boolean;
  /** Of `apply`. */
  serverSide: boolean;
  force: boolean;
}

/** It is not known how the lists of custom kinds are merged: like kubectl, uses a merge patch for them. */
function mergedBy({ kinds }: WriteContext, resource: Resource): PatchType {
  const kind = kinds.ofResource(resource);
  return kind && 'own' in kind.source ? 'merge' : 'strategic';
}

/** What is to be written, in the order in which it was given: the objects, then those of the manifest. */
async function wantedObjects(request: WriteRequest, context: WriteContext): Promise<WantedObject[]> {
  const { objects, manifest, namespace, fieldValidation: validation } = request;
  if (manifest === undefined && objects.length === 0) throw badInput('objects or a manifest must be given');
  checkCount(objects, limits.manifestObjects, 'objects');
  const wanted: WantedObject[] = [];
  for (const [index, given] of objects.entries()) {
    await context.meter.turn();
    wanted.push(await wantedObject({ name: `objects[${index}]`, within: '' }, () => objectOf(given), { namespace, validation }, context));
  }
  return manifest === undefined ? wanted : wanted.concat(await manifestObjects(manifest, { namespace, validation }, context));
}

/** Writes the objects of a request as it says; the result has what became of each, in their order. Throws what is wrong with all of it. */
export async function writeAll(request: WriteRequest, context: WriteContext): Promise<Result[]> {
  const { verb, serverSide, force, dryRun, fieldManager, atomic } = request;
  const write = (client: Client, { resource, object }: { resource: Resource; object: KubeObject }, query: WriteQuery) => {
    const { name, namespace } = object.metadata;
    if (verb === 'create') return client.create(resource, object, query);
    if (serverSide) return client.patch(resource, name, namespace, 'apply', object, { ...query, force });
    return applyObject(client, resource, object, { ...query, patchType: mergedBy(context, resource) });
  };
  const writing = { dryRun, fieldManager, write };
  const wanted = withDefinedKinds(await wantedObjects(request, context));
  return atomic ? writeAtomically(wanted, context, writing) : writeEach(wanted, context, { ...writing, client: context.client });
}
