import type { KubeObject } from '#apimachinery';
import { locate } from '#apiserver';
import type { CacheEvent } from '#cacher';
import type { ComponentChange } from '#controller-runtime';
import type { LogEntry } from '#storage';

/** A committed change as components are asked about it; undefined for keys that no component can know. */
export function changeOf({ type, current }: CacheEvent): ComponentChange | undefined {
  const location = locate(current.key);
  return location && { ...location, deleted: type === 'delete', text: current.value, object: () => current.object };
}

/** A line of the log in the same form. */
export function changeInLog({ key, type, value }: LogEntry): ComponentChange | undefined {
  const location = locate(key);
  return location && { ...location, deleted: type === 'delete', text: value, object: () => JSON.parse(value) as KubeObject };
}
