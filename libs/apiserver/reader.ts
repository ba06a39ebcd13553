import type { KubeObject } from '#apimachinery';

/** Reads other objects of the same cluster, as strategies and admission plugins need (they see what the cache holds, linearizable for get). */
export interface ClusterReader {
  get<T extends KubeObject>(group: string, resource: string, namespace: string, name: string): Promise<T | undefined>;
  list<T extends KubeObject>(group: string, resource: string, namespace?: string): Promise<T[]>;
}
