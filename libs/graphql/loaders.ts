import type { Resource } from '#api';
import { type KubeObject, StatusError } from '#apimachinery';
import type { Client } from '#client';

const keyOf = (resource: Resource, namespace = ''): string => `${resource.group}/${resource.version}/${resource.resource}/${namespace}`;

/**
 * Reads of one GraphQL operation, each list and object read once however many relations ask for it,
 * so that all answers of an operation are of one moment.
 */
export class Loaders {
  private readonly lists = new Map<string, Promise<readonly KubeObject[]>>();
  private readonly objects = new Map<string, Promise<KubeObject | undefined>>();
  private readonly groupings = new Map<string, Promise<ReadonlyMap<string, readonly KubeObject[]>>>();

  constructor(private readonly client: Client) {}

  /** Every object of the resource, in one namespace or in all. */
  list<T extends KubeObject>(resource: Resource<T>, namespace?: string): Promise<readonly T[]> {
    const key = keyOf(resource, namespace);
    const known = this.lists.get(key) as Promise<readonly T[]> | undefined;
    if (known) return known;
    const loading = this.client.list(resource, { namespace }).then((listed) => listed.items);
    this.lists.set(key, loading);
    return loading;
  }

  /** The object, or undefined where there is none. */
  get<T extends KubeObject>(resource: Resource<T>, name: string, namespace?: string): Promise<T | undefined> {
    const key = `${keyOf(resource, namespace)}/${name}`;
    const known = this.objects.get(key) as Promise<T | undefined> | undefined;
    if (known) return known;
    const loading = this.client.get(resource, name, namespace).catch((error: unknown) => {
      if (error instanceof StatusError && error.status.code === 404) return undefined;
      throw error;
    });
    this.objects.set(key, loading);
    return loading;
  }

  /** Objects of a namespace grouped by a key, so that a relation over many parents stays linear. */
  async grouped<T extends KubeObject>(
    resource: Resource<T>,
    namespace: string | undefined,
    by: { name: string; keys: (object: T) => readonly string[] },
  ): Promise<ReadonlyMap<string, readonly T[]>> {
    const key = `${keyOf(resource, namespace)} ${by.name}`;
    const known = this.groupings.get(key) as Promise<ReadonlyMap<string, readonly T[]>> | undefined;
    if (known) return known;
    const loading = this.list(resource, namespace).then((objects) => group(objects, by.keys));
    this.groupings.set(key, loading);
    return loading;
  }
}

/** Objects under each of their keys, in the order they came. */
function group<T>(objects: readonly T[], keys: (object: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const object of objects) {
    for (const key of keys(object)) {
      const members = groups.get(key);
      if (members) members.push(object);
      else groups.set(key, [object]);
    }
  }
  return groups;
}
