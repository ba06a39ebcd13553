import type { KubeObject } from '#apimachinery';
import type { AdmissionAttributes } from '#apiserver';
import type { Matched } from './matched.js';

/** An object of the request, which is in its stored version, in the version of a match. */
export function versioned(object: KubeObject, { resource, shape }: Matched): KubeObject {
  const isOwnKind = shape.kind === resource.kind && shape.group === resource.group;
  return isOwnKind && resource.conversion ? resource.conversion.fromStorage(object) : object;
}

/** Makes the request's object what a plugin has changed it to, in the version of a match. In place: the pipeline holds the object. */
export function replaceObject({ object }: AdmissionAttributes, changed: KubeObject, { resource, shape }: Matched): void {
  if (object === undefined) return;
  const isOwnKind = shape.kind === resource.kind && shape.group === resource.group;
  const stored = isOwnKind && resource.conversion ? resource.conversion.toStorage(changed) : changed;
  const target = object as unknown as Record<string, unknown>;
  for (const name of Object.keys(target)) delete target[name];
  Object.assign(target, stored);
}
