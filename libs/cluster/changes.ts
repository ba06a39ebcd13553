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

/** Whether a commit is one of an Event, which wakes no component. */
export const isOfEvent = ({ current }: CacheEvent): boolean => current.key.startsWith('/registry/events/');

/** A change of a cluster; its object is parsed when it is asked for. */
class LocatedChange implements ComponentChange {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly deleted: boolean;
  /** The stored JSON text. */
  readonly text: string;

  constructor(
    { group, resource, namespace, name }: NonNullable<ReturnType<typeof place>>,
    { type, value }: { type: 'put' | 'delete'; value: string },
    readonly object: () => KubeObject,
  ) {
    this.group = group;
    this.resource = resource;
    this.namespace = namespace;
    this.name = name;
    this.deleted = type === 'delete';
    this.text = value;
  }
}

/** A committed change in the form that components are asked about; undefined for keys that concern no component. */
export function changeOf({ type, current }: CacheEvent): ComponentChange | undefined {
  const location = place(current.key);
  return location && new LocatedChange(location, { type, value: current.value }, () => current.object);
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
  return new LocatedChange(location, { type, value }, object);
}
