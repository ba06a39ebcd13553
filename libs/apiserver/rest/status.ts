import type { APIResource } from './api-resource.js';
import type { SubresourceStrategy } from './strategy.js';

const PLAIN = new Set(['kind', 'apiVersion', 'metadata', 'status']);

/**
 * The status of a resource whose strategy has no rules for it: everything but the status is kept from the old object, including the labels.
 */
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

/** How a subresource that is a view of its parent is written; undefined for other subresources. */
export function viewOf({ stored }: APIResource, subresource: string): SubresourceStrategy | undefined {
  return stored.strategy.subresources?.[subresource] ?? (subresource === 'status' ? genericStatus : undefined);
}
