import type { QuotaEvaluator, ResourceList, ScopeRequirement } from '#component-helpers';

/** A resource that cannot be used without a quota that covers it (apis/resourcequota LimitedResource). */
export interface LimitedResource {
  apiGroup?: string;
  resource: string;
  /** Parts of names of resources: `.storageclass.storage.k8s.io/requests.storage`. */
  matchContains?: readonly string[];
  matchScopes?: readonly ScopeRequirement[];
}

/** The resources of a usage that need a covering quota (limitedByDefault). */
export function needingCover(
  usage: ResourceList,
  { group, resource }: Pick<QuotaEvaluator, 'group' | 'resource'>,
  limited: readonly LimitedResource[],
): string[] {
  const ours = limited.filter((each) => (each.apiGroup ?? '') === group && each.resource === resource);
  if (ours.length === 0) return [];
  const parts = ours.flatMap(({ matchContains }) => matchContains ?? []);
  return [...usage].filter(([name, amount]) => amount.sign > 0 && parts.some((part) => name.includes(part))).map(([name]) => name);
}

/** As Go prints a list of them: `[{PriorityClass In [a b]}]`. */
export const shownScopes = (requirements: readonly ScopeRequirement[]): string =>
  `[${requirements.map(({ scopeName, operator, values = [] }) => `{${scopeName} ${operator} [${values.join(' ')}]}`).join(' ')}]`;
