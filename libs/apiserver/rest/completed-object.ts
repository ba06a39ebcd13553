import type { KubeObject } from '#apimachinery';
import type { APIResource } from './api-resource.js';

/** Gives a decoded object, in place, the kind of a resource and its defaults. */
export function completed(object: KubeObject, { schema, strategy, kind, apiVersion }: APIResource): KubeObject {
  object.kind = kind;
  object.apiVersion = apiVersion;
  object.metadata ??= { name: '' };
  schema.applyDefaults(object);
  strategy.setDefaults?.(object);
  return object;
}
