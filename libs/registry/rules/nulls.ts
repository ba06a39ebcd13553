import type { KubeObject } from '#apimachinery';
import type { ResourceStrategy, SubresourceStrategy } from '#apiserver';

/**
 * The same value without nulls: Go's nil slices and pointers, which decoding keeps where clients see them. Parts without nulls are shared.
 */
function withoutNulls<T>(value: T): T {
  return hasNulls(value) ? bare(value) : value;
}

/** Most objects have none, and large ones are not taken apart to find out. */
function hasNulls(value: unknown): boolean {
  if (typeof value !== 'object') return false;
  if (value === null) return true;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (typeof value[i] === 'object' && hasNulls(value[i])) return true;
    return false;
  }
  const members = value as Record<string, unknown>;
  for (const key in members) {
    const member = members[key];
    if (typeof member === 'object' && hasNulls(member)) return true;
  }
  return false;
}

function bare<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    const items = value.map(bare);
    return items.some((item, index) => item !== value[index]) ? (items as T) : value;
  }
  let changed = false;
  const entries = Object.entries(value).flatMap(([key, each]) => {
    if (each === null) {
      changed = true;
      return [];
    }
    const inner = bare(each);
    if (inner !== each) changed = true;
    return [[key, inner] as const];
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
