import type { KubeObject } from '#apimachinery';
import { locate } from '#apiserver';
import type { CacheEvent } from '#cacher';
import type { ComponentChange } from '#controller-runtime';
import type { LogEntry } from '#storage';

/** A committed change in the form that components are asked about; undefined for keys that concern no component. */
export function changeOf({ type, current }: CacheEvent): ComponentChange | undefined {
  const location = locate(current.key);
  return location && { ...location, deleted: type === 'delete', text: current.value, object: () => current.object };
}

/** A log entry in the same form. */
export function changeInLog({ key, type, value }: LogEntry): ComponentChange | undefined {
  const location = locate(key);
  return location && { ...location, deleted: type === 'delete', text: value, object: () => JSON.parse(value) as KubeObject };
}
