import type { OpenApis } from '#hosting';
import type { FollowRoles } from './standing-sessions.js';

/** The key prefixes of the objects that RBAC uses. */
const prefixes = ['clusterrolebindings', 'rolebindings', 'clusterroles', 'roles'].map((resource) => `/registry/${resource}/`);

/** Watches a cluster's roles and bindings; a watch that ends is restarted, and its end counts as a change. */
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
