import type { AuthorizationAttributes } from '../authorization/authorization.js';

/**
 * How much of a request is kept: nothing; who did what and how it ended; or also what admission changed and what validation said. Bodies
 * are never kept.
 */
export type AuditLevel = 'None' | 'Metadata' | 'Request';

/** Resources whose contents, which may be quoted in changes and in error messages, are secret (as in upstream's recommended policies). */
const SECRET = new Set(['/secrets', '/configmaps', 'authentication.k8s.io/tokenreviews']);

/** The level of a request by the default policy. A policy file of the control-plane node would be consulted here. */
export function levelFor({ isResource, path, group, resource, subresource }: AuthorizationAttributes): AuditLevel {
  if (!isResource) return /^\/(healthz|livez|readyz)(\/|$)/.test(path) ? 'None' : 'Metadata';
  if (SECRET.has(`${group}/${resource}`) || subresource === 'token') return 'Metadata';
  return 'Request';
}
