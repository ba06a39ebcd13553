import type { rbacv1 } from '#api';
import { aggregatedRules } from './cluster-role-aggregation.js';

const rule = (resource: string, more: Partial<rbacv1.PolicyRule> = {}): rbacv1.PolicyRule => ({
  ...{ verbs: ['get'], apiGroups: ['example.com'], resources: [resource] },
  ...more,
});
const role = (name: string, label: string, ...rules: rbacv1.PolicyRule[]): rbacv1.ClusterRole => ({
  ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', rules },
  metadata: { name, labels: { part: label } },
});
const selecting = (...labels: string[]): rbacv1.ClusterRole => ({
  ...role('all', 'x', rule('own')),
  aggregationRule: { clusterRoleSelectors: labels.map((part) => ({ matchLabels: { part } })) },
});
const roles = [
  role('c', 'y', rule('1')),
  role('b', 'x', rule('2'), rule('3')),
  role('a', 'x', rule('3', { resourceNames: [] }), rule('4')),
];

it.each<[string, rbacv1.ClusterRole, string[]]>([
  ['those of one label, by name, each once', selecting('x'), ['3', '4', '2']],
  ['by selector first', selecting('y', 'x'), ['1', '3', '4', '2']],
  ['none', selecting('z'), []],
  ['none without a selector', selecting(), []],
])('the rules of an aggregated role: %s', (_, aggregated, wanted) => {
  const rules = aggregatedRules(aggregated, [...roles, aggregated]);
  expect(rules.flatMap(({ resources }) => resources ?? [])).toEqual(wanted);
});
