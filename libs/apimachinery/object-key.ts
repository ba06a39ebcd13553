import type { KubeObject } from './object.js';

/** Identifies an object of a resource. */
export interface ObjectKey {
  namespace?: string;
  name: string;
}

/** The key of an object. */
export function keyOf({ metadata }: KubeObject): ObjectKey {
  return { namespace: metadata.namespace, name: metadata.name };
}

/** A key in the form used by queues and indexes: `namespace/name`, or `name` (MetaNamespaceKeyFunc). */
export function formatKey({ namespace, name }: ObjectKey): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** Parses the result of formatKey(). */
export function parseKey(key: string): ObjectKey {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
