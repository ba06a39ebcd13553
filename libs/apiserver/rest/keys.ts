import { scheme } from '#api';

/** Where an object stands: `namespace` is '' for cluster-scoped resources. */
export interface Location {
  group: string;
  resource: string;
  namespace: string;
  name: string;
}

/** Resources that do not stand under their own name (pkg/kubeapiserver/default_storage_factory_builder.go SpecialDefaultResourcePrefixes). */
const SPECIAL: Readonly<Record<string, string>> = {
  '/replicationcontrollers': 'controllers',
  '/endpoints': 'services/endpoints',
  '/nodes': 'minions',
  '/services': 'services/specs',
  'networking.k8s.io/ingresses': 'ingress',
};

/** Built-in resources, whose keys are without their group unless it is one of those of the servers behind the core one. */
const BUILT_IN = new Set(scheme.resources().map(({ group, resource }) => `${group}/${resource}`));
const GROUPED = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

const roots = new Map<string, string>();
const locations = new Map<string, { group: string; resource: string; namespaced: boolean }>();

/** events.k8s.io/v1 Events are stored as v1 Events. */
const STORED_ELSEWHERE = new Set(['events.k8s.io/events']);

/** The prefix of a resource's keys, without a slash at the end: `/registry/pods`, `/registry/apiextensions.k8s.io/customresourcedefinitions`. */
export function keyRoot(group: string, resource: string): string {
  const id = `${group}/${resource}`;
  let root = roots.get(id);
  if (root === undefined) {
    // The keys of custom resources carry their group, also where it is a built-in one, and those of companions have none.
    const builtIn = group === '' || BUILT_IN.has(id);
    root = `/registry/${SPECIAL[id] ?? (builtIn && !GROUPED.has(group) ? resource : id)}`;
    // Only built-in resources are kept: the names of others come from clients.
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

/** The prefix that lists of a resource read: all of it, or one namespace. Ends in a slash. */
export function listPrefix(group: string, resource: string, namespace: string): string {
  const root = keyRoot(group, resource);
  return namespace === '' ? `${root}/` : `${root}/${namespace}/`;
}

/** The way back from a key of a built-in or custom resource; undefined for anything else. */
export function locate(key: string): Location | undefined {
  const parts = key.split('/');
  // parts: '', 'registry', then one or two of the root, then namespace and name.
  for (const length of [3, 4]) {
    const found = locations.get(parts.slice(0, length).join('/'));
    if (found === undefined) continue;
    const rest = parts.slice(length);
    const [first = '', second = ''] = rest;
    if (found.namespaced && rest.length === 2) return { group: found.group, resource: found.resource, namespace: first, name: second };
    if (!found.namespaced && rest.length === 1) return { group: found.group, resource: found.resource, namespace: '', name: first };
    return undefined;
  }
  return locateCustom(parts);
}

function locateCustom(parts: readonly string[]): Location | undefined {
  const [, registry, group = '', resource = '', first = '', second] = parts;
  if (registry !== 'registry' || !group.includes('.') || first === '' || parts.length > 6) return undefined;
  return second === undefined ? { group, resource, namespace: '', name: first } : { group, resource, namespace: first, name: second };
}
