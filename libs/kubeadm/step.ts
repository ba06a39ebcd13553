import type { Resource } from '#api';
import type { KubeObject } from '#apimachinery';

/** One write of the bootstrap. A patch is a JSON merge patch. `manager`: whom metadata.managedFields names, where it is known. */
export type Step = (
  | { verb: 'create'; resource: Resource; object: KubeObject }
  | { verb: 'patch'; resource: Resource; namespace?: string; name: string; subresource?: 'status'; patch: Record<string, unknown> }
) & { manager?: string };

/** What has been made in earlier phases, as the server answered: for the uids in owner references. */
export interface Made {
  /** Throws when it has not been made. */
  get<T extends KubeObject>(resource: Resource<T>, name: string, namespace?: string): T;
}

/** Writes that don't depend on one another. Phases follow one another. */
export type Phase = (made: Made) => Step[];

/** An object of a resource without the two fields that say so. */
export type Body<T extends KubeObject> = Omit<T, 'kind' | 'apiVersion'>;

/** The same steps as the writes of one binary; those that are another's already stay its. */
export const writtenBy = (manager: string, steps: readonly Step[]): Step[] => steps.map((step) => ({ manager, ...step }));

/** A step that makes an object. */
export function create<T extends KubeObject>(resource: Resource<T>, body: Body<T>): Step {
  const { group, version, kind } = resource;
  const object = { kind, apiVersion: group === '' ? version : `${group}/${version}`, ...body } as unknown as KubeObject;
  return { verb: 'create', resource: resource as Resource, object };
}
