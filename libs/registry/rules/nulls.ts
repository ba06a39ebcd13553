import type { KubeObject } from '#apimachinery';
import type { ResourceStrategy, SubresourceStrategy } from '#apiserver';

/**
 * The same value without nulls: Go's nil slices and pointers, which decoding keeps where clients see them. Parts without nulls are shared.
 */
function withoutNulls<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    const items = value.map(withoutNulls);
    return items.some((item, index) => item !== value[index]) ? (items as T) : value;
  }
  let changed = false;
  const entries = Object.entries(value).flatMap(([key, each]) => {
    if (each === null) {
      changed = true;
      return [];
    }
    const bare = withoutNulls(each);
    if (bare !== each) changed = true;
    return [[key, bare] as const];
  });
  return changed ? (Object.fromEntries(entries) as T) : value;
}

function subresource<T extends KubeObject>(strategy: SubresourceStrategy<T>): SubresourceStrategy<T> {
  const { validateUpdate, warnings } = strategy;
  return {
    ...strategy,
    ...(validateUpdate ? { validateUpdate: (object, old, ctx) => validateUpdate(withoutNulls(object), withoutNulls(old), ctx) } : {}),
    ...(warnings ? { warnings: (object, old, ctx) => warnings(withoutNulls(object), withoutNulls(old), ctx) } : {}),
  };
}

/** A strategy whose validation and warnings never see null: absent values are always undefined. */
export function overNulls<T extends KubeObject>(strategy: ResourceStrategy<T>): ResourceStrategy<T> {
  const { validate, validateUpdate, warnings, subresources } = strategy;
  return {
    ...strategy,
    ...(validate ? { validate: (object, ctx) => validate(withoutNulls(object), ctx) } : {}),
    ...(validateUpdate ? { validateUpdate: (object, old, ctx) => validateUpdate(withoutNulls(object), withoutNulls(old), ctx) } : {}),
    ...(warnings ? { warnings: (object, old, ctx) => warnings(withoutNulls(object), withoutNulls(old), ctx) } : {}),
    ...(subresources
      ? { subresources: Object.fromEntries(Object.entries(subresources).map(([name, each]) => [name, subresource(each)])) }
      : {}),
  };
}
