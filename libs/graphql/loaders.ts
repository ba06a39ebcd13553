import type { Resource } from '#api';
import { escapeFieldValue, type KubeObject, StatusError } from '#apimachinery';
import type { Client } from '#client';
import type { Revision } from '#storage';
import type { Meter } from './execution/meter.js';
import { exactly, listAt } from './past/list-at.js';

/** The part of a kind that is read together. */
export interface Reading {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

/** A grouping of objects; its name distinguishes it from others of the same kind. */
export interface Grouping<T> {
  name: string;
  keys(object: T): readonly string[];
}

const readingKey = (resource: Resource, { namespace = '', labelSelector = '', fieldSelector = '' }: Reading): string =>
  JSON.stringify([resource.group, resource.version, resource.resource, namespace, labelSelector, fieldSelector]);

/** Objects in lists have neither kind nor apiVersion on the wire; in the graph every object does. */
export function withKind<T extends KubeObject>(object: T, resource: Resource): T {
  if (object.kind && object.apiVersion) return object;
  return { ...object, kind: resource.kind, apiVersion: resource.group ? `${resource.group}/${resource.version}` : resource.version };
}

/**
 * The reads of one GraphQL operation: each list and object is read once, however many relations use it, so that all data of an operation is
 * consistent. Reads are counted. Each past revision that an operation reads has loaders of its own.
 */
export class Loaders {
  private readonly lists = new Map<string, Promise<readonly KubeObject[]>>();
  private readonly objects = new Map<string, Promise<KubeObject | undefined>>();
  private readonly groupings = new Map<string, Promise<ReadonlyMap<string, readonly KubeObject[]>>>();

  private readonly found = new WeakMap<object, Map<string | object, Promise<unknown>>>();

  constructor(
    private readonly client: Client,
    private readonly meter: Meter,
    /** Reads of the past, each object a copy that `read` is told of; unset: of now. */
    private readonly past?: { readonly at: Revision; read(object: KubeObject): void },
  ) {}

  /** All selected objects of the resource, ordered by namespace and name. */
  list<T extends KubeObject>(resource: Resource<T>, reading: Reading = {}): Promise<readonly T[]> {
    return once(this.lists, readingKey(resource, reading), () => this.readAll(resource, reading)) as Promise<readonly T[]>;
  }

  private async readAll<T extends KubeObject>(resource: Resource<T>, reading: Reading): Promise<T[]> {
    await this.meter.turn();
    if (this.past) {
      const shown = (object: T): T => this.noted(withKind(object, resource));
      const { items } = await listAt({ resource, reading, shown }, this.past.at, { client: this.client, meter: this.meter });
      return items;
    }
    // One more than allowed, so that exceeding the limit is noticed.
    const { items } = await this.client.list(resource, { ...reading, limit: this.meter.left('scanned') + 1 });
    this.meter.count('scanned', items.length);
    await this.meter.turn();
    return items.map((item) => withKind(item, resource));
  }

  /** An object of the past as a copy: the same version may be the current one, too. */
  noted<T extends KubeObject>(object: T): T {
    if (!this.past) return object;
    const copy = { ...object };
    this.past.read(copy);
    return copy;
  }

  /** Reads one object. The past of an object is a list of it, as in Kubernetes. Throws 404. */
  private async read<T extends KubeObject>(resource: Resource<T>, name: string, namespace: string | undefined): Promise<T | undefined> {
    if (!this.past) return this.client.get(resource, name, namespace);
    const fieldSelector = `metadata.name=${escapeFieldValue(name)}`;
    const { items } = await this.client.list(resource, { namespace, fieldSelector, ...exactly(this.past.at) });
    return items[0];
  }

  /** The object, or undefined if it does not exist. */
  get<T extends KubeObject>(resource: Resource<T>, name: string, namespace?: string): Promise<T | undefined> {
    return once(this.objects, `${readingKey(resource, { namespace })}${name}`, async () => {
      this.meter.count('scanned', 1);
      const wait = this.meter.turn();
      if (wait) await wait;
      try {
        const found = await this.read(resource, name, namespace);
        return found && this.noted(withKind(found, resource));
      } catch (error) {
        if (error instanceof StatusError && error.status.code === 404) return undefined;
        throw error;
      }
    }) as Promise<T | undefined>;
  }

  /** The same objects grouped by each of their keys, so that a relation over many parents stays linear. */
  grouped<T extends KubeObject>(resource: Resource<T>, reading: Reading, by: Grouping<T>): Promise<ReadonlyMap<string, readonly T[]>> {
    return once(this.groupings, `${readingKey(resource, reading)} ${by.name}`, async () =>
      this.group(await this.list(resource, reading), by.keys),
    ) as Promise<ReadonlyMap<string, readonly T[]>>;
  }

  /**
   * The result of a relation for one object: computed once, however often the object occurs in the response. `relation`: its name and
   * selectors, or the arguments of the field.
   */
  related<T>(object: object, relation: string | object, find: () => Promise<T>): Promise<T> {
    const known = this.found.get(object) ?? new Map<string | object, Promise<unknown>>();
    this.found.set(object, known);
    return once(known, relation, find) as Promise<T>;
  }

  private async group<T>(objects: readonly T[], keys: (object: T) => readonly string[]): Promise<Map<string, T[]>> {
    const groups = new Map<string, T[]>();
    for (const object of objects) {
      const wait = this.meter.turn();
      if (wait) await wait;
      for (const key of keys(object)) {
        const members = groups.get(key);
        if (members) members.push(object);
        else groups.set(key, [object]);
      }
    }
    return groups;
  }
}

function once<K, T>(known: Map<K, Promise<T>>, key: K, load: () => Promise<T>): Promise<T> {
  const there = known.get(key);
  if (there) return there;
  const loading = load();
  known.set(key, loading);
  return loading;
}
