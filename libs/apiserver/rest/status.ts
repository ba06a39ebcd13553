import type { KubeObject } from '#apimachinery';
import type { Endpoint } from '../catalog.js';
import type { SubresourceStrategy } from './strategy.js';

const PLAIN = new Set(['kind', 'apiVersion', 'metadata', 'status']);

/** The status of a resource whose strategy has nothing of its own to say: all but status stays, and the labels. */
const genericStatus: SubresourceStrategy = {
  prepareForUpdate(object, old) {
    const target = object as unknown as Record<string, unknown>;
    const source = old as unknown as Record<string, unknown>;
    for (const key of Object.keys(target)) if (!PLAIN.has(key)) delete target[key];
    for (const key of Object.keys(source)) if (!PLAIN.has(key)) target[key] = source[key];
    if (old.metadata.labels === undefined) delete object.metadata.labels;
    else object.metadata.labels = old.metadata.labels;
  },
};

interface NamespaceObject extends KubeObject {
  spec?: { finalizers?: string[] };
}

/** namespaces/finalize: only spec.finalizers is taken (pkg/registry/core/namespace/strategy.go namespaceFinalizeStrategy). */
const namespaceFinalize: SubresourceStrategy = {
  prepareForUpdate(object, old) {
    const target = object as NamespaceObject & { status?: unknown };
    const source = old as NamespaceObject & { status?: unknown };
    if (source.status === undefined) delete target.status;
    else target.status = source.status;
  },
};

/** How a subresource that shows its parent is written; undefined where it is none of that sort. */
export function viewOf(endpoint: Endpoint, subresource: string): SubresourceStrategy | undefined {
  const own = endpoint.storage.strategy.subresources?.[subresource];
  if (own !== undefined) return own;
  if (subresource === 'status') return genericStatus;
  return subresource === 'finalize' && endpoint.resource === 'namespaces' ? namespaceFinalize : undefined;
}
