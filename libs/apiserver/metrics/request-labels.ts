import type { Labels } from '#component-base';
import type { AuditEvent } from '../audit/audit-event.js';

/** Subresources of which the verb is counted as CONNECT. */
const CONNECTS = new Set(['log', 'exec', 'portforward', 'attach', 'proxy']);

/** Paths that are counted (apiserver/pkg/server/healthz InstallPathHandler). */
const OWN_PATHS = new Set(['/healthz', '/livez', '/readyz']);

const COLLECTIONS = new Set(['list', 'watch', 'deletecollection']);

/** The scope of the route (apiserver/pkg/endpoints/installer.go requestScope). */
function scopeOf({ attributes }: AuditEvent): string {
  if (!attributes?.isResource) return '';
  const { name, verb, namespace } = attributes;
  // A field selector may give a list a name.
  if (verb === 'create' || (name !== '' && !COLLECTIONS.has(verb))) return 'resource';
  return namespace === '' ? 'cluster' : 'namespace';
}

const VERBS: ReadonlyMap<string, string> = new Map([
  ['get', 'GET'],
  ['head', 'GET'],
  ['list', 'LIST'],
  ['watch', 'WATCH'],
  ['create', 'POST'],
  ['post', 'POST'],
  ['update', 'PUT'],
  ['put', 'PUT'],
  ['patch', 'PATCH'],
  ['delete', 'DELETE'],
  ['deletecollection', 'DELETECOLLECTION'],
]);

/** apiserver/pkg/endpoints/metrics cleanVerb. */
function verbOf({ attributes, applies }: AuditEvent): string {
  const { verb = '', subresource = '' } = attributes ?? {};
  if (CONNECTS.has(subresource)) return 'CONNECT';
  return applies ? 'APPLY' : (VERBS.get(verb) ?? 'other');
}

/** What requests with the same labels have in common: undefined for a request that is not counted. */
export function labelKey(event: AuditEvent): string | undefined {
  const { attributes, served, code, dryRun, applies } = event;
  if (attributes === undefined) return undefined;
  const { isResource, path, group, version, resource, subresource, verb } = attributes;
  const mode = `${verb} ${code}${dryRun ? 'd' : ''}${applies ? 'a' : ''}`;
  if (!isResource) return OWN_PATHS.has(path) ? `${path} ${mode}` : undefined;
  // Routes count what reaches them, and flow control what it refuses.
  if (!served) return code === 429 ? `${scopeOf(event)} ${mode}` : undefined;
  return `${group}/${version}/${resource}/${subresource} ${scopeOf(event)} ${mode}`;
}

/** The labels of a request that is counted. What is not served has no resource, so that clients cannot invent values. */
export function labelsOf(event: AuditEvent): Labels {
  const { attributes, served } = event;
  const named = {
    component: 'apiserver',
    group: '',
    resource: '',
    scope: scopeOf(event),
    subresource: '',
    verb: verbOf(event),
    version: '',
  };
  if (attributes === undefined) return named;
  const { isResource, path, group, version, resource, subresource } = attributes;
  if (!isResource) return { ...named, subresource: path };
  return served ? { ...named, group, resource, subresource, version } : named;
}
