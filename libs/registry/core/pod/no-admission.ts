import type { RestScope } from '#apiserver';

const NO_ADMISSION: RestScope['cluster']['admission'] = {
  mutates: () => false,
  validates: () => false,
  isConfigured: () => false,
  admit: async () => {},
  validate: async () => {},
};

/** The scope for writes of a request whose own object has been admitted, e.g. those of a Binding or an Eviction. */
export function withoutAdmission(scope: RestScope): RestScope {
  return { ...scope, cluster: { ...scope.cluster, admission: NO_ADMISSION } };
}
