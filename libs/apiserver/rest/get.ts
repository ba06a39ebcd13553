import { badRequest, bareError, goQuote, nameIsPathSegment, notFound } from '#apimachinery';
import type { CachedObject } from '#cacher';
import { objectKey } from './api-resource.js';
import type { RestScope } from './scope.js';
import { tooLargeResourceVersion } from './storage-errors.js';

const MAX_UINT64 = 2n ** 64n - 1n;

/** strconv.ParseUint's error for a text that is not an unsigned 64-bit number; undefined for one that is. */
export function parseUintError(text: string): string | undefined {
  const digits = /^\d+$/.test(text);
  if (digits && (text.length < 20 || BigInt(text) <= MAX_UINT64)) return undefined;
  return `strconv.ParseUint: parsing ${goQuote(text)}: ${digits ? 'value out of range' : 'invalid syntax'}`;
}

/** The error for an invalid resource version; '' is valid. */
export function versionError(version: string): string | undefined {
  const error = version === '' ? undefined : parseUintError(version);
  return error && `resourceVersion: Invalid value: ${goQuote(version)}: ${error}`;
}

/** Reads one object: the current one (''), whatever the cache has ('0'), or one not older than a version. Throws StatusError. */
export async function getObject(scope: RestScope, resourceVersion = ''): Promise<CachedObject> {
  const { resource, namespace, name, cluster } = scope;
  const messages = nameIsPathSegment(name, false);
  if (messages.length > 0) throw badRequest(`Name parameter invalid: ${goQuote(name)}: ${messages.join(';')}`);
  const wrong = versionError(resourceVersion);
  if (wrong !== undefined) throw bareError(wrong);
  const key = objectKey(resource.stored, namespace, name);
  const { store } = cluster;
  const wanted = Number(resourceVersion);
  if (wanted > 0) {
    const current = await store.revision();
    if (wanted > current) throw tooLargeResourceVersion(wanted, current);
  }
  const stored = resourceVersion === '0' ? (store.peek(key) ?? (await store.get(key))) : await store.get(key);
  if (stored === undefined) throw notFound(resource.groupResource, name);
  return stored;
}
