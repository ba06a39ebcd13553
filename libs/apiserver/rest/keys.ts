import { scheme } from '#api';

/** The location of an object: `namespace` is '' for cluster-scoped resources. */
export interface Location {
  group: string;
  resource: string;
  namespace: string;
  name: string;
}

/**
 * The namespace in which a request for an object is authorized and admitted: for a Namespace, that of its own name
 * (apiserver/pkg/endpoints/request/requestinfo.go, endpoints/handlers/create.go).
 */
export const requestNamespace = ({ group, resource, namespace, name }: Location): string =>
  group === '' && resource === 'namespaces' ? name : namespace;

/** Resources whose keys do not use their own name (pkg/kubeapiserver/default_storage_factory_builder.go SpecialDefaultResourcePrefixes). */
const SPECIAL: Readonly<Record<string, string>> = {
  '/replicationcontrollers': 'controllers',
  '/endpoints': 'services/endpoints',
  '/nodes': 'minions',
  '/services': 'services/specs',
  'networking.k8s.io/ingresses': 'ingress',
};

/** Built-in resources. Their keys have no group, except those of the extension and aggregation servers. */
const BUILT_IN = new Set(scheme.resources().map(({ group, resource }) => `${group}/${resource}`));
const GROUPED = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

const roots = new Map<string, string>();
const locations = new Map<string, { group: string; resource: string; namespaced: boolean }>();

/** events.k8s.io/v1 Events are stored as v1 Events. */
const STORED_ELSEWHERE = new Set(['events.k8s.io/events']);

/**
 * The prefix of a resource's keys, without a trailing slash: `/registry/pods`, `/registry/apiextensions.k8s.io/customresourcedefinitions`.
 */
export function keyRoot(group: string, resource: string): string {
  const id = `${group}/${resource}`;
  let root = roots.get(id);
  if (root === undefined) {
    // Keys of custom resources include their group, even if it is a built-in one; keys of companions do not.
    const builtIn = group === '' || BUILT_IN.has(id);
    root = `/registry/${SPECIAL[id] ?? (builtIn && !GROUPED.has(group) ? resource : id)}`;
    // Only built-in resources are cached: other names come from clients.
    if (builtIn) roots.set(id, root);
  }
  return root;
}

for (const { group, resource, namespaced } of scheme.resources()) {
  if (!STORED_ELSEWHERE.has(`${group}/${resource}`)) locations.set(keyRoot(group, resource), { group, resource, namespaced });
}

/** An object's key. */
export function storageKey({ group, resource, namespace, name }: Location): string {
  const root = keyRoot(group, resource);
  return namespace === '' ? `${root}/${name}` : `${root}/${namespace}/${name}`;
}

/** The key prefix for lists of a resource in all namespaces or in one. Ends with a slash. */
export function listPrefix(group: string, resource: string, namespace: string): string {
  const root = keyRoot(group, resource);
  return namespace === '' ? `${root}/` : `${root}/${namespace}/`;
}

/** The location for a key of a built-in or custom resource; undefined for any other key. */
export function locate(key: string): Location | undefined {
  // '/registry/', one or two parts of the root, then namespace and name.
  let end = key.indexOf('/', key.indexOf('/', 1) + 1);
  for (let parts = 1; parts <= 2 && end > 0; parts++) {
    const found = locations.get(key.slice(0, end));
    if (found !== undefined) return within(found, key.slice(end + 1));
    end = key.indexOf('/', end + 1);
  }
  return locateCustom(key.split('/'));
}

/** The location of what follows the root in a key. */
function within({ group, resource, namespaced }: { group: string; resource: string; namespaced: boolean }, rest: string) {
  const slash = rest.indexOf('/');
  if (!namespaced) return slash < 0 ? { group, resource, namespace: '', name: rest } : undefined;
  if (slash < 0 || rest.includes('/', slash + 1)) return undefined;
  return { group, resource, namespace: rest.slice(0, slash), name: rest.slice(slash + 1) };
}

function locateCustom(parts: readonly string[]): Location | undefined {
  const [, registry, group = '', resource = '', first = '', second] = parts;
  if (registry !== 'registry' || !group.includes('.') || first === '' || parts.length > 6) return undefined;
  return second === undefined ? { group, resource, namespace: '', name: first } : { group, resource, namespace: first, name: second };
}
