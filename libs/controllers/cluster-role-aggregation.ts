import { ClusterRole, type rbacv1 } from '#api';
import { deepEqual, type LabelSelector, labelSelectorAsSelector, memoized, type ObjectKey } from '#apimachinery';
import { type Change, defineController, type Informers, type ReconcileContext, watching } from '#controller-runtime';

const AGGREGATED = 'aggregated';
const NO_SELECTORS: readonly LabelSelector[] = [];

/** The fields of a rule in a fixed order, without those that are empty, and their text. */
const canonical = memoized(({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: rbacv1.PolicyRule) => {
  const rule: rbacv1.PolicyRule = {
    verbs: verbs ?? [],
    ...(apiGroups?.length ? { apiGroups } : {}),
    ...(resources?.length ? { resources } : {}),
    ...(resourceNames?.length ? { resourceNames } : {}),
    ...(nonResourceURLs?.length ? { nonResourceURLs } : {}),
  };
  return { rule, text: JSON.stringify(rule) };
});

/** Made once for the rules of all clusters that were copied from the same one. */
const selectorsIn = memoized(({ clusterRoleSelectors }: rbacv1.AggregationRule): LabelSelector[] =>
  (clusterRoleSelectors ?? []).map((selector) => labelSelectorAsSelector(selector)),
);

const selectorsOf = ({ aggregationRule }: rbacv1.ClusterRole): readonly LabelSelector[] =>
  aggregationRule === undefined ? NO_SELECTORS : selectorsIn(aggregationRule);

/** The rules of all roles that the aggregation rule selects: by selector, then by name, each once (syncClusterRole). */
export function aggregatedRules(role: rbacv1.ClusterRole, roles: readonly rbacv1.ClusterRole[]): rbacv1.PolicyRule[] {
  const sorted = roles
    .filter(({ metadata }) => metadata.name !== role.metadata.name)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const rules = new Map<string, rbacv1.PolicyRule>();
  for (const selector of selectorsOf(role)) {
    for (const { metadata, rules: own } of sorted) {
      if (!selector.matches(metadata.labels)) continue;
      for (const each of own ?? []) {
        const { rule, text } = canonical(each);
        if (!rules.has(text)) rules.set(text, rule);
      }
    }
  }
  return [...rules.values()];
}

/** The aggregated roles that a changed role belongs to, or belonged to. */
function concerned({ object, old }: Change<rbacv1.ClusterRole>, informers: Informers): ObjectKey[] {
  const labels = [object.metadata.labels, ...(old ? [old.metadata.labels] : [])];
  return informers
    .of(ClusterRole)
    .byIndex(AGGREGATED, 'true')
    .filter((role) => selectorsOf(role).some((selector) => labels.some((each) => selector.matches(each))))
    .map(({ metadata }) => ({ name: metadata.name }));
}

/** Gives ClusterRoles with an aggregation rule the rules of the roles that it selects (pkg/controller/clusterroleaggregation). */
export const clusterRoleAggregation = defineController({
  name: 'clusterrole-aggregation-controller',
  queue: 'ClusterRoleAggregator',
  for: ClusterRole,
  concurrency: 1,
  filter: ({ object, deleted }) => !deleted && object.aggregationRule !== undefined,
  index: (informers) => informers.of(ClusterRole).addIndex(AGGREGATED, (role) => (role.aggregationRule ? ['true'] : [])),
  watches: [watching(ClusterRole, concerned)],
  async reconcile(role, { client, informers }: ReconcileContext) {
    if (!role.aggregationRule) return undefined;
    const rules = aggregatedRules(role, informers.of(ClusterRole).list());
    if (
      deepEqual(
        rules,
        (role.rules ?? []).map((rule) => canonical(rule).rule),
      )
    )
      return undefined;
    const { name } = role.metadata;
    const configuration = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules };
    const query = { fieldManager: 'clusterrole-aggregation-controller', force: true };
    await client.patch(ClusterRole, name, undefined, 'apply', configuration, query);
    return undefined;
  },
});
