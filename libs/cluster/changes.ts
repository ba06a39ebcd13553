import type { KubeObject } from '#apimachinery';
import { locate } from '#apiserver';
import type { CacheEvent } from '#cacher';
import type { ComponentChange } from '#controller-runtime';
import type { LogEntry } from '#storage';

/** A committed change as components are asked about it; undefined for keys that no component can know. The object is parsed when looked at. */
export function changeOf(event: CacheEvent): ComponentChange | undefined {
  const location = locate(event.current.key);
  if (location === undefined) return undefined;
  return {
    ...location,
    deleted: event.type === 'delete',
    get object() {
      return event.current.object;
    },
  };
}

/** A line of the log as components are asked about it; undefined for keys that no component can know. */
export function changeInLog({ key, type, value }: LogEntry): ComponentChange | undefined {
  const location = locate(key);
  if (location === undefined) return undefined;
  return {
    ...location,
    deleted: type === 'delete',
    get object() {
      return JSON.parse(value) as KubeObject;
    },
  };
}
