import type { OpenApis } from '#hosting';
import type { FollowRoles } from './standing-sessions.js';

/** Where the objects stand that RBAC decides by. */
const prefixes = ['clusterrolebindings', 'rolebindings', 'clusterroles', 'roles'].map((resource) => `/registry/${resource}/`);

/** Follows a cluster's roles and bindings as every watch does; a watch of its own that ends is begun again, and counts as a change. */
export function followRoles(apis: Pick<OpenApis, 'peek'>): FollowRoles {
  return (cluster, onChange) => {
    const store = apis.peek(cluster)?.api.cluster.store;
    let over = false;
    const stops = new Map<string, () => void>();
    const follow = (prefix: string): void => {
      store
        ?.watch(prefix, undefined, {
          event: () => onChange(),
          end: () => {
            if (over) return;
            onChange();
            setTimeout(() => over || follow(prefix), 1000).unref();
          },
        })
        .then((stop) => (over ? stop() : stops.set(prefix, stop)))
        .catch(() => undefined);
    };
    for (const prefix of prefixes) follow(prefix);
    return () => {
      over = true;
      for (const stop of stops.values()) stop();
    };
  };
}
