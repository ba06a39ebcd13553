import type { KubeObject } from '#apimachinery';
import { locate } from '#apiserver';
import type { CacheEvent } from '#cacher';
import type { ComponentChange } from '#controller-runtime';
import type { LogEntry } from '#storage';

/** A change of a key, as components are asked about it; undefined for keys that no component can know. The object is parsed when looked at. */
function change(key: string, type: LogEntry['type'], object: () => KubeObject): ComponentChange | undefined {
  const location = locate(key);
  if (location === undefined) return undefined;
  return {
    ...location,
    deleted: type === 'delete',
    get object() {
      return object();
    },
  };
}

/** A committed change. */
export const changeOf = ({ type, current }: CacheEvent): ComponentChange | undefined => change(current.key, type, () => current.object);

/** A line of the log. */
export const changeInLog = ({ key, type, value }: LogEntry): ComponentChange | undefined =>
  change(key, type, () => JSON.parse(value) as KubeObject);
