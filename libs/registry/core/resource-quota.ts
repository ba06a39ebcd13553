import type { corev1 } from '#api';
import { type FieldError, type FieldPath, fieldPath, getOwn, invalidValue, parseQuantity } from '#apimachinery';
import type { Column, ResourceStrategy, SubresourceStrategy } from '#apiserver';
import { ageColumn, nameColumn } from '../columns.js';
import { FIELD_IMMUTABLE } from './checks.js';
import { validateQuotaResourceName, validateResourceQuantity } from './resource-names.js';
import { validateQuotaScopes } from './resource-quota-scopes.js';

type ResourceQuota = corev1.ResourceQuota;

function validateAmounts(amounts: Record<string, string> | undefined, path: FieldPath): FieldError[] {
  return Object.entries(amounts ?? {}).flatMap(([name, amount]) => {
    const at = path.key(name);
    return [...validateQuotaResourceName(name, at), ...validateResourceQuantity(name, amount, at)];
  });
}

function validate(object: ResourceQuota): FieldError[] {
  return [...validateAmounts(object.spec?.hard, fieldPath('spec', 'hard')), ...validateQuotaScopes(object.spec ?? {}, fieldPath('spec'))];
}

function validateUpdate(object: ResourceQuota, old: ResourceQuota): FieldError[] {
  const errors = validate(object);
  const [scopes, before] = [object.spec?.scopes ?? [], old.spec?.scopes ?? []];
  if ([...new Set(scopes)].sort().join() !== [...new Set(before)].sort().join()) {
    errors.push(invalidValue('spec.scopes', scopes, FIELD_IMMUTABLE));
  }
  return errors;
}

const status: SubresourceStrategy<ResourceQuota> = {
  prepareForUpdate(object, old) {
    object.spec = old.spec;
  },
  validateUpdate: (object) => [
    ...validateAmounts(object.status?.hard, fieldPath('status', 'hard')),
    ...validateAmounts(object.status?.used, fieldPath('status', 'used')),
  ],
};

/** `used/hard` of each resource; limits have their own column. */
function usage(object: ResourceQuota, limits: boolean): string {
  return Object.keys(object.status?.hard ?? {})
    .sort()
    .filter((name) => name.startsWith('limits.') === limits)
    .map((name) => `${name}: ${getOwn(object.status?.used, name) ?? '0'}/${object.status?.hard?.[name]}`)
    .join(', ');
}

const columns: readonly Column<ResourceQuota>[] = [
  nameColumn,
  {
    name: 'Request',
    type: 'string',
    description: 'Request represents a minimum amount of cpu/memory that a container may consume.',
    cell: (object) => usage(object, false),
  },
  {
    name: 'Limit',
    type: 'string',
    description: 'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.',
    cell: (object) => usage(object, true),
  },
  ageColumn,
];

/** A request above its limit can never be satisfied (strategy.go WarningsOnCreate). */
function warnings(object: ResourceQuota): string[] {
  const hard = object.spec?.hard ?? {};
  return ['cpu', 'memory', 'storage', 'ephemeral-storage'].flatMap((name) => {
    const bare = (name === 'cpu' || name === 'memory') && hard[`requests.${name}`] === undefined;
    const request = bare ? name : `requests.${name}`;
    const limit = `limits.${name}`;
    const [requested, limited] = [hard[request], hard[limit]];
    if (requested === undefined || limited === undefined || parseQuantity(requested).compare(parseQuantity(limited)) <= 0) return [];
    return [`ResourceQuota ${request} (${requested}) should be less than ${limit} (${limited})`];
  });
}

/** ResourceQuotas (pkg/registry/core/resourcequota). Usage is counted by the quota's admission plugin and controller. */
export const resourceQuota: ResourceStrategy<ResourceQuota> = {
  group: '',
  resource: 'resourcequotas',
  returnsDeletedObject: true,
  prepareForCreate(object) {
    object.status = {};
  },
  validate,
  prepareForUpdate(object, old) {
    object.status = old.status;
  },
  validateUpdate,
  warnings: (object, old) => (old ? [] : warnings(object)),
  subresources: { status },
  columns,
};
