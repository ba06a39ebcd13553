import type { CacheEvent } from '#cacher';
import type { OpenApis } from '#hosting';
import type { FollowRoles } from './standing-sessions.js';

/** The key prefixes of the objects that RBAC uses. */
const roles = ['clusterrolebindings', 'rolebindings', 'clusterroles', 'roles'].map((resource) => `/registry/${resource}/`);

/** The key prefixes of the objects that a ServiceAccount token depends on: it ends with them. */
const owners = ['serviceaccounts', 'pods', 'secrets', 'minions'].map((resource) => `/registry/${resource}/`);

/**
 * Watches a cluster's roles and bindings, and the deletions of what tokens are bound to; a watch that ends is restarted, and its end counts
 * as a change.
 */
export function followRoles(apis: Pick<OpenApis, 'peek'>): FollowRoles {
  return (cluster, onChange) => {
    const store = apis.peek(cluster)?.api.cluster.store;
    let over = false;
    const stops = new Map<string, () => void>();
    const follow = (prefix: string, concerns: (event: CacheEvent) => boolean): void => {
      store
        ?.watch(prefix, undefined, {
          event: (event) => concerns(event) && onChange(),
          end: () => {
            if (over) return;
            onChange();
            setTimeout(() => over || follow(prefix, concerns), 1000).unref();
          },
        })
        .then((stop) => (over ? stop() : stops.set(prefix, stop)))
        .catch(() => undefined);
    };
    for (const prefix of roles) follow(prefix, () => true);
    for (const prefix of owners) follow(prefix, ({ type }) => type === 'delete');
    return () => {
      over = true;
      for (const stop of stops.values()) stop();
    };
  };
}
