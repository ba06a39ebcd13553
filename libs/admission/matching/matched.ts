import type { APIResource } from '#apiserver';

/** A resource in one version. */
export type RequestedResource = Pick<APIResource, 'group' | 'version' | 'resource'>;

/** The version of a resource, and the kind of its objects (or of the subresource's), in which a webhook or policy sees a request. */
export interface Matched {
  resource: APIResource;
  shape: APIResource;
}
