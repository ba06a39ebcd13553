import { DecodeError } from '#api';
import { badRequest, type KubeObject } from '#apimachinery';
import type { ListQuery, WriteQuery } from '#client';
import { type WriteOptions } from './request/options.js';
import { type APIResource } from './rest/api-resource.js';
import { plainCopy } from './rest/plain-copy.js';

/** The options of a write. */
export function options(query: WriteQuery | undefined): WriteOptions {
  return { dryRun: query?.dryRun ?? false, fieldManager: query?.fieldManager ?? '', fieldValidation: 'Ignore' };
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
    return schema.decode(object, 'Ignore').object as unknown as KubeObject;
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(error.message);
    throw error;
  }
}

/** An object with everything that decoding a request body would add. */
export function prepared(resource: APIResource, object: KubeObject): KubeObject {
  const copy = written(resource, plainCopy<KubeObject>(object));
  copy.kind = resource.kind;
  copy.apiVersion = resource.apiVersion;
  resource.schema.applyDefaults(copy);
  resource.strategy.setDefaults?.(copy);
  return copy;
}
