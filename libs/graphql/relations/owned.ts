import type { Resource } from '#api';
import { controllerOf, type KubeObject } from '#apimachinery';
import type { GraphContext } from '../context.js';
import type { Selectors } from './relation.js';

/** Objects of a kind that are controlled by `owner`. */
export async function controlledBy<T extends KubeObject>(
  owner: KubeObject,
  resource: Resource<T>,
  { loaders }: GraphContext,
  selectors: Selectors = {},
): Promise<readonly T[]> {
  const groups = await loaders.grouped(
    resource,
    { namespace: owner.metadata.namespace, ...selectors },
    {
      name: 'controller',
      keys: (object) => {
        const controller = controllerOf(object);
        return controller ? [controller.uid] : [];
      },
    },
  );
  return groups.get(owner.metadata.uid ?? '') ?? [];
}
