import { asListItem, type Instant, type KubeObject, withResourceVersion } from '#apimachinery';
import type { CachedObject } from '#cacher';
import type { APIResource } from './api-resource.js';

/** A stored object at the revision that clients see; reading `object` may require parsing and is avoided where possible. */
export interface Stored {
  readonly value: string;
  readonly revision: number;
  readonly object: KubeObject;
}

/** A written text as a stored object: parsed on first access, with its resourceVersion (none for a dry-run creation). */
export function storedOf(value: string, revision: number | undefined): Stored {
  let object: KubeObject | undefined;
  return {
    value,
    revision: revision ?? 0,
    get object() {
      object ??= parse(value, revision);
      return object;
    },
  };
}

/** An object that is made for the response and stored nowhere: it has no resourceVersion. */
export function unstored(object: KubeObject): CachedObject {
  const value = JSON.stringify(object);
  return { key: '', value, revision: 0, createRevision: 0, object, bytes: value.length, held: value.length };
}

function parse(value: string, revision: number | undefined): KubeObject {
  const object = JSON.parse(value) as KubeObject;
  if (revision !== undefined) object.metadata.resourceVersion = String(revision);
  return object;
}

/** What clients of the resource read: in its version, with computed fields. May be shared and must not be modified. */
export function viewObject(resource: APIResource, stored: Stored, now: Instant): KubeObject {
  if (resource.streamed) return stored.object;
  const { decorate } = resource.stored.strategy;
  const object = decorate ? decorate(stored.object, { now }) : stored.object;
  return resource.conversion ? resource.conversion.fromStorage(object) : object;
}

/** The same as JSON text; if no conversion is needed, the stored text with its resourceVersion spliced in. */
export function viewText(resource: APIResource, stored: Stored, now: Instant): string {
  if (!resource.streamed) return JSON.stringify(viewObject(resource, stored, now));
  return stored.revision === 0 ? stored.value : withResourceVersion(stored.value, stored.revision);
}

/** The same as an item of a list: of a typed one without kind and apiVersion. */
export function itemText(resource: APIResource, stored: Stored, now: Instant): string {
  if (resource.schema.definition === undefined) return viewText(resource, stored, now);
  if (resource.streamed && stored.revision > 0) return asListItem(stored.value, stored.revision);
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = viewObject(resource, stored, now);
  return JSON.stringify(rest);
}

/** Metadata alone (meta/v1 PartialObjectMetadata). */
export function partialMetadata(object: KubeObject, version = 'v1') {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}
