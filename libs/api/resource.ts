import type { KubeObject } from '#apimachinery';

/** A resource of the API, typed by its objects. There is an exported constant per kind: Pod, Deployment … */
export interface Resource<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Only carries the type. */
  readonly type?: T;
}
