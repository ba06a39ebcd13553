import { badRequest, bareError, goQuote, nameIsPathSegment, notFound } from '#apimachinery';
import type { CachedObject } from '../cacher/cacher.js';
import { objectKey } from '../catalog.js';
import type { RestScope } from './scope.js';
import { tooLargeResourceVersion } from './storage-errors.js';

/** strconv.ParseUint's words on a resource version that is no number. */
export function versionSyntaxError(version: string): string {
  return `resourceVersion: Invalid value: ${goQuote(version)}: strconv.ParseUint: parsing ${goQuote(version)}: invalid syntax`;
}

/** Reads one object, as of now or not older than a version ('' now, '0' whatever the cache knows). Throws StatusError. */
export async function getObject(scope: RestScope, resourceVersion = ''): Promise<CachedObject> {
  const { endpoint, namespace, name, cluster } = scope;
  const messages = nameIsPathSegment(name, false);
  if (messages.length > 0) throw badRequest(`Name parameter invalid: ${goQuote(name)}: ${messages.join(';')}`);
  if (resourceVersion !== '' && !/^\d+$/.test(resourceVersion)) throw bareError(versionSyntaxError(resourceVersion));
  const key = objectKey(endpoint.storage, namespace, name);
  const { store } = cluster;
  const wanted = Number(resourceVersion);
  if (wanted > 0) {
    const current = await store.revision();
    if (wanted > current) throw tooLargeResourceVersion(wanted, current);
  }
  const stored = resourceVersion === '0' ? (store.peek(key) ?? (await store.get(key))) : await store.get(key);
  if (stored === undefined) throw notFound(endpoint.groupResource, name);
  return stored;
}
