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
export function followRoles(apis: Pick<OpenApis, 'open'>): FollowRoles {
  return (cluster, onChange) => {
    let over = false;
    const stops = new Map<string, () => void>();
    const follow = async (prefix: string, concerns: (event: CacheEvent) => boolean): Promise<void> => {
      const open = await apis.open(cluster);
      const stop = await open?.api.cluster.store.watch(prefix, undefined, {
        event: (event) => concerns(event) && onChange(),
        end: () => {
          if (over) return;
          onChange();
          setTimeout(() => over || begin(prefix, concerns), 1000).unref();
        },
      });
      if (over) stop?.();
      else if (stop) stops.set(prefix, stop);
    };
    const begin = (prefix: string, concerns: (event: CacheEvent) => boolean): void => void follow(prefix, concerns).catch(() => undefined);
    for (const prefix of roles) begin(prefix, () => true);
    for (const prefix of owners) begin(prefix, ({ type }) => type === 'delete');
    return () => {
      over = true;
      for (const stop of stops.values()) stop();
    };
  };
}
