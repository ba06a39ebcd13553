import type { Resource } from '#api';
import type { KubeObject } from '#apimachinery';

/** One write of the bootstrap. A patch is a JSON merge patch. `manager`: the manager in metadata.managedFields, if it is known. */
export type Step = (
  | { verb: 'create'; resource: Resource; object: KubeObject }
  | { verb: 'patch'; resource: Resource; namespace?: string; name: string; subresource?: 'status'; patch: Record<string, unknown> }
) & { manager?: string };

/** Objects created in earlier phases, as returned by the server: their uids are needed for owner references. */
export interface Made {
  /** Throws if it has not been created. */
  get<T extends KubeObject>(resource: Resource<T>, name: string, namespace?: string): T;
}

/** Writes that do not depend on one another. Phases run one after another. */
export type Phase = (made: Made) => Step[];

/** An object of a resource, without kind and apiVersion. */
export type Body<T extends KubeObject> = Omit<T, 'kind' | 'apiVersion'>;

/** The same steps with this manager; steps that have another manager keep it. */
export const writtenBy = (manager: string, steps: readonly Step[]): Step[] => steps.map((step) => ({ manager, ...step }));

/** A step that creates an object. */
export function create<T extends KubeObject>(resource: Resource<T>, body: Body<T>): Step {
  const { group, version, kind } = resource;
  const object = { kind, apiVersion: group === '' ? version : `${group}/${version}`, ...body } as unknown as KubeObject;
  return { verb: 'create', resource: resource as Resource, object };
}
