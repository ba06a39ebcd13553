import type { KubeObject } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import { listPrefix, storageKey } from './keys.js';

/**
 * Reads other objects of the same cluster, for strategies and admission plugins. Objects are shared and must not be modified. `get` returns
 * what the cache has and otherwise asks the store (as upstream's plugins ask their informers first); `list` returns what a warm cache has,
 * without asking the store. This process's own writes are always included.
 */
export interface ClusterReader {
  get<T extends KubeObject>(group: string, resource: string, namespace: string, name: string): Promise<T | undefined>;
  list<T extends KubeObject>(group: string, resource: string, namespace?: string): Promise<T[]>;
  /** The same objects, each parsed when it is first looked at: long lists can be walked in pieces. */
  stored<T extends KubeObject>(group: string, resource: string, namespace?: string): Promise<ReadonlyArray<{ readonly object: T }>>;
  /**
   * A number that is different after every change under a prefix (`listPrefix`), for what is derived from all of its objects; undefined
   * while the cache is cold.
   */
  changeOf(prefix: string): number | undefined;
  /** False only if the cache knows that the cluster has no object of this resource. Costs next to nothing. */
  mayHave(group: string, resource: string): boolean;
  /** Waits until the cache has everything that was written before the call, by any process. */
  refresh(): Promise<void>;
}

/** A reader over a cluster's store. */
export function createReader(store: ClusterStore): ClusterReader {
  const items = async (group: string, resource: string, namespace: string) =>
    (await store.list({ prefix: listPrefix(group, resource, namespace), notOlderThan: 0 })).items;
  return {
    async get<T extends KubeObject>(group: string, resource: string, namespace: string, name: string) {
      const key = storageKey({ group, resource, namespace, name });
      const stored = store.peek(key) ?? (await store.get(key));
      return stored?.object as T | undefined;
    },
    async list<T extends KubeObject>(group: string, resource: string, namespace = '') {
      return (await items(group, resource, namespace)).map((item) => item.object as T);
    },
    async stored<T extends KubeObject>(group: string, resource: string, namespace = '') {
      return (await items(group, resource, namespace)) as readonly unknown[] as ReadonlyArray<{ readonly object: T }>;
    },
    changeOf: (prefix) => store.changeOf(prefix),
    mayHave: (group, resource) => store.countOf(listPrefix(group, resource, '')) !== 0,
    async refresh() {
      await store.list({ prefix: '/none/', notOlderThan: await store.revision() });
    },
  };
}
