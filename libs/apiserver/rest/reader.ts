import type { KubeObject } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import { listPrefix, storageKey } from './keys.js';

/**
 * Reads other objects of the same cluster, as strategies and admission plugins need. Objects are shared: never change one in place.
 * `get` answers what the cache holds and asks the store for what it does not (as upstream's plugins ask their informers first);
 * `list` answers what the cache holds where it is warm, without asking the store; this process's own writes are in it.
 */
export interface ClusterReader {
  get<T extends KubeObject>(group: string, resource: string, namespace: string, name: string): Promise<T | undefined>;
  list<T extends KubeObject>(group: string, resource: string, namespace?: string): Promise<T[]>;
  /** Has the cache hold all that was written before the call, by whomever. */
  refresh(): Promise<void>;
}

/** A reader over a cluster's store. */
export function createReader(store: ClusterStore): ClusterReader {
  return {
    async get<T extends KubeObject>(group: string, resource: string, namespace: string, name: string) {
      const key = storageKey({ group, resource, namespace, name });
      const stored = store.peek(key) ?? (await store.get(key));
      return stored?.object as T | undefined;
    },
    async list<T extends KubeObject>(group: string, resource: string, namespace = '') {
      const { items } = await store.list({ prefix: listPrefix(group, resource, namespace), notOlderThan: 0 });
      return items.map((item) => item.object as T);
    },
    async refresh() {
      await store.list({ prefix: '/none/', notOlderThan: await store.revision() });
    },
  };
}
