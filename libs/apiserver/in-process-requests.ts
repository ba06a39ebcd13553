import { DecodeError } from '#api';
import { badRequest, type KubeObject, methodNotAllowed } from '#apimachinery';
import type { CachedObject } from '#cacher';
import type { DeleteQuery, ListQuery, LogQuery, WriteQuery } from '#client';
import { type WriteOptions } from './request/options.js';
import { type APIResource, objectKey } from './rest/api-resource.js';
import type { Deleted } from './rest/delete.js';
import { ownInput } from './rest/own-input.js';
import type { RestScope } from './rest/scope.js';
import type { Created } from './rest/storage.js';

/** What a call is about: the resource and its path. */
export interface Subject {
  verb: string;
  name?: string;
  namespace?: string;
  subresource?: string;
  query?: Pick<WriteQuery, 'dryRun' | 'fieldManager' | 'report'>;
  queued?: () => void;
}

/** The attributes of a request that is not for a resource. */
export const NO_RESOURCE = Object.freeze({ group: '', version: '', resource: '', subresource: '', namespace: '', name: '' });

/** The options of a write. */
export function options(query: WriteQuery | undefined): WriteOptions {
  return { dryRun: query?.dryRun ?? false, fieldManager: query?.fieldManager ?? '', fieldValidation: query?.fieldValidation ?? 'Ignore' };
}

/** The options of a list or a watch, as its query. */
export function search(query: ListQuery, watch: boolean): URLSearchParams {
  const params = new URLSearchParams();
  for (const name of ['labelSelector', 'fieldSelector', 'continue', 'resourceVersion', 'resourceVersionMatch'] as const) {
    const value = query[name];
    if (value !== undefined) params.set(name, value);
  }
  if (query.limit !== undefined) params.set('limit', String(query.limit));
  if (watch) params.set('watch', 'true');
  return params;
}

/**
 * An object as it would be after being sent over the wire, where Go writes some empty structs and omits other empty values. Otherwise a
 * template built here and one that was sent could differ in them, and a controller would see a change.
 */
function written({ schema }: APIResource, object: KubeObject): KubeObject {
  try {
    return schema.decode(ownInput(schema, object), 'Ignore').object as unknown as KubeObject;
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(error.message);
    throw error;
  }
}

/** An object with everything that decoding a request body would add. */
export function prepared(resource: APIResource, object: KubeObject): KubeObject {
  const copy = written(resource, object);
  copy.kind = resource.kind;
  copy.apiVersion = resource.apiVersion;
  resource.schema.applyDefaults(copy);
  resource.strategy.setDefaults?.(copy);
  return copy;
}

/** A capability of the storage; throws 405 if it does not have it. */
export function capable<C>({ resource, verb }: RestScope, capability: C | undefined): C {
  if (capability === undefined) throw methodNotAllowed(resource.groupResource, verb);
  return capability;
}

/** The written object as cached; its name may have been generated, so it is read from the text. */
export function cachedObject({ cluster, resource, namespace, name }: RestScope, value: string): CachedObject | undefined {
  const known = name || (/"name":"([^"\\]+)"/.exec(value)?.[1] ?? '');
  return known === '' ? undefined : cluster.store.peek(objectKey(resource.stored, namespace, known));
}

/** Creates an object, whose parts may be shared: they are copied. */
export function createIn(scope: RestScope, object: KubeObject, query: WriteQuery | undefined): Promise<Created> {
  const create = capable(scope, scope.storage.create);
  return create(scope, prepared(scope.storage.shape, object), options(query));
}

/** What the log subresource of a request answers, whole: `limitBytes` bounds it. */
export async function logIn(scope: RestScope, query: LogQuery): Promise<string> {
  const connect = capable(scope, scope.storage.connect);
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) params.set(name, String(value));
  const request = { method: 'GET', path: '', query: params, headers: {}, requestId: scope.requestId, user: scope.user };
  const { body = '', pieces } = await connect(scope, request, params);
  const chunks: Uint8Array[] = [Buffer.from(body)];
  for await (const chunk of pieces?.chunks ?? []) chunks.push(Buffer.from(chunk));
  pieces?.close();
  return Buffer.concat(chunks).toString('utf8');
}

/** Deletes the object of the request. */
export function deleteIn(scope: RestScope, { dryRun = false, uid, resourceVersion, ...rest }: DeleteQuery): Promise<Deleted> {
  const erase = capable(scope, scope.storage.delete);
  const preconditions = uid === undefined && resourceVersion === undefined ? {} : { preconditions: { uid, resourceVersion } };
  return erase(scope, { ...rest, ...preconditions, dryRun });
}
