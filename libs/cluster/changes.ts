import type { KubeObject } from '#apimachinery';
import { locate } from '#apiserver';
import type { CacheEvent } from '#cacher';
import { type ComponentChange, FAULTS_GROUP, FILES_GROUP, POD_FILES_GROUP } from '#controller-runtime';
import type { LogEntry } from '#storage';
import { CLOUD_KEY } from './cloud/cloud.js';
import { FAULTS_KEY } from './faults/fault.js';
import { podOfFiles } from './machine-rows.js';
import { nodeOfFile } from './static-manifests.js';

/** The faults, and the machines of a cloud, as a change that every component is told of. */
const faults = { group: FAULTS_GROUP, resource: 'faults', namespace: '', name: 'faults' };
/** A file of a node, which its kubelet may read. */
const fileOf = (key: string) => {
  const node = nodeOfFile(key);
  return node === undefined ? undefined : { group: FILES_GROUP, resource: 'files', namespace: node, name: key };
};
/** Files in the containers of a pod. */
const podOf = (key: string) => {
  const uid = podOfFiles(key);
  return uid === undefined ? undefined : { group: POD_FILES_GROUP, resource: 'pods', namespace: '', name: uid };
};
const place = (key: string) => (key === FAULTS_KEY || key === CLOUD_KEY ? faults : (locate(key) ?? fileOf(key) ?? podOf(key)));

/** A committed change in the form that components are asked about; undefined for keys that concern no component. */
export function changeOf({ type, current }: CacheEvent): ComponentChange | undefined {
  const location = place(current.key);
  return location && { ...location, deleted: type === 'delete', text: current.value, object: () => current.object };
}

/** A log entry in the same form. */
export function changeInLog({ key, type, value }: LogEntry): ComponentChange | undefined {
  const location = place(key);
  if (!location) return undefined;
  let parsed: KubeObject | undefined;
  const object = (): KubeObject => {
    parsed ??= JSON.parse(value) as KubeObject;
    return parsed;
  };
  return { ...location, deleted: type === 'delete', text: value, object };
}
