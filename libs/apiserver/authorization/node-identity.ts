import type { UserInfo } from '../rest/strategy.js';

/** The prefix of the names of the users that kubelets are. */
export const NODE_USER_PREFIX = 'system:node:';

/** The name of the node whose kubelet a user is: `system:node:NAME` in the group system:nodes (pkg/auth/nodeidentifier). */
export function nodeOf({ name, groups }: UserInfo): string | undefined {
  return name.startsWith(NODE_USER_PREFIX) && groups.includes('system:nodes') ? name.slice(NODE_USER_PREFIX.length) : undefined;
}
