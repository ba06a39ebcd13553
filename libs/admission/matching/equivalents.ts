import { groupVersionOf, type ResourceInfo, type Served } from '#api';
import { type APIResource, keyRoot, type StorageMap } from '#apiserver';
import type { Matched } from './matched.js';

/** The resources that share their objects with another one, by the root of their keys: versions, and events of both groups. */
const shared = new WeakMap<Served, ReadonlyMap<string, readonly ResourceInfo[]>>();

function sharedIn(served: Served): ReadonlyMap<string, readonly ResourceInfo[]> {
  const known = shared.get(served);
  if (known) return known;
  const all = new Map<string, ResourceInfo[]>();
  for (const info of served.resources) {
    const root = keyRoot(info.group, info.resource);
    const list = all.get(root);
    if (list) list.push(info);
    else all.set(root, [info]);
  }
  for (const [root, list] of all) if (list.length < 2) all.delete(root);
  shared.set(served, all);
  return all;
}

/** The other resources under which a request could have been made (runtime.EquivalentResourceMapper EquivalentResourcesFor). */
export function equivalentsOf(storages: StorageMap, requested: APIResource, subresource: string): readonly Matched[] {
  const others = sharedIn(storages.served()).get(requested.root);
  if (others === undefined) return [];
  return others.flatMap(({ group, version, resource }) => {
    if (groupVersionOf(group, version) === requested.apiVersion && resource === requested.resource) return [];
    const storage = storages.find(group, version, resource, subresource);
    return storage ? [{ resource: storage.resource, shape: storage.shape }] : [];
  });
}
