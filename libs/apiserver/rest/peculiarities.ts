import type { Endpoint } from '../catalog.js';

/** What upstream does for some resources only and that no strategy says. Sources: pkg/registry/<group>/<resource>/{storage/storage,strategy}.go. */

const RETURNS_DELETED = new Set([
  '/pods',
  '/services',
  '/podtemplates',
  '/serviceaccounts',
  '/persistentvolumes',
  '/persistentvolumeclaims',
  '/resourcequotas',
  '/namespaces',
  'storage.k8s.io/csidrivers',
  'storage.k8s.io/csinodes',
  'storage.k8s.io/storageclasses',
  'storage.k8s.io/volumeattachments',
  'storage.k8s.io/volumeattributesclasses',
  'resource.k8s.io/deviceclasses',
  'resource.k8s.io/resourceclaims',
  'resource.k8s.io/resourceclaimtemplates',
  'resource.k8s.io/resourceslices',
]);

const idOf = (endpoint: Endpoint): string => `${endpoint.storage.group}/${endpoint.storage.resource}`;

/** A delete answers the object that went, not a Status (Store.ReturnDeletedObject). */
export function returnsDeletedObject(endpoint: Endpoint): boolean {
  return RETURNS_DELETED.has(idOf(endpoint));
}

/** The garbage collector's finalizers are never set on Events (rest.Unsupported). */
export function garbageCollected(endpoint: Endpoint): boolean {
  return idOf(endpoint) !== '/events';
}

const EVENT_TTL = 3_600_000;

/** How long an object lives, in milliseconds of the cluster's time: Events an hour (kube-apiserver --event-ttl). */
export function timeToLive(endpoint: Endpoint): number | undefined {
  return idOf(endpoint) === '/events' ? EVENT_TTL : undefined;
}

/** Namespaces are deleted in their own way (pkg/registry/core/namespace/storage). */
export function isNamespace(endpoint: Endpoint): boolean {
  return idOf(endpoint) === '/namespaces';
}
