import type { Resource } from '#api';
import type { KubeObject } from '#apimachinery';
import type { GraphContext } from '../context.js';
import type { Selectors } from './relation.js';

/** The existing objects with these names, by name. */
export async function byNames<T extends KubeObject>(
  { resource, namespace, names }: { resource: Resource<T>; namespace: string | undefined; names: Iterable<string> },
  { loaders, meter }: GraphContext,
  selectors: Selectors,
): Promise<T[]> {
  const wanted = new Set(names);
  if (wanted.size === 0) return [];
  if (selectors.labelSelector || selectors.fieldSelector) {
    const selected = await loaders.list(resource, { namespace, ...selectors });
    return selected.filter(({ metadata }) => wanted.has(metadata.name));
  }
  const found: Array<Promise<T | undefined>> = [];
  for (const name of [...wanted].sort()) {
    const wait = meter.turn();
    if (wait) await wait;
    const loading = loaders.get(resource, name, namespace);
    // It may reject while this waits: the rejection is handled below.
    loading.catch(() => undefined);
    found.push(loading);
  }
  return (await Promise.all(found)).filter((object) => object !== undefined);
}
