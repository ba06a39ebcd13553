import { BOOL, type CelType, DYN, INT, listType, mapType, objectType, STRING, TIMESTAMP } from '#cel';

const texts = listType(STRING);
const GROUP_VERSION_KIND = objectType('kubernetes.GroupVersionKind', { group: STRING, version: STRING, kind: STRING });
const GROUP_VERSION_RESOURCE = objectType('kubernetes.GroupVersionResource', { group: STRING, version: STRING, resource: STRING });
const USER_INFO = objectType('kubernetes.UserInfo', { username: STRING, uid: STRING, groups: texts, extra: mapType(STRING, texts) });

/** The type of `request` (admission/plugin/cel BuildRequestType): the objects are variables of their own. */
export const REQUEST: CelType = objectType('kubernetes.AdmissionRequest', {
  kind: GROUP_VERSION_KIND,
  resource: GROUP_VERSION_RESOURCE,
  subResource: STRING,
  requestKind: GROUP_VERSION_KIND,
  requestResource: GROUP_VERSION_RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER_INFO,
  dryRun: BOOL,
  options: DYN,
});

const NAMESPACE_METADATA = objectType('kubernetes.NamespaceMetadata', {
  name: STRING,
  generateName: STRING,
  namespace: STRING,
  labels: mapType(STRING, STRING),
  annotations: mapType(STRING, STRING),
  // As upstream has it: there is no such field in an object.
  UID: STRING,
  creationTimestamp: TIMESTAMP,
  deletionGracePeriodSeconds: INT,
  deletionTimestamp: TIMESTAMP,
  generation: INT,
  resourceVersion: STRING,
  finalizers: texts,
});
const NAMESPACE_CONDITION = objectType('kubernetes.NamespaceCondition', {
  status: STRING,
  type: STRING,
  lastTransitionTime: TIMESTAMP,
  message: STRING,
  reason: STRING,
});

/** The type of `namespaceObject` (BuildNamespaceType): a part of a Namespace. */
export const NAMESPACE: CelType = objectType('kubernetes.Namespace', {
  metadata: NAMESPACE_METADATA,
  spec: objectType('kubernetes.NamespaceSpec', { finalizers: texts }),
  status: objectType('kubernetes.NamespaceStatus', { conditions: listType(NAMESPACE_CONDITION), phase: STRING }),
});

/** `JSONPatch{op: …, path: …, value: …}` (cel/mutation/jsonpatch.go). */
export const JSON_PATCH: CelType = {
  ...objectType('JSONPatch', { op: STRING, from: STRING, path: STRING, value: DYN }),
  constructible: true,
};

/**
 * `Object{…}`, `Object.spec{…}` (cel/mutation/dynamic): objects whose fields may have any names and values. Whether the names of the types
 * agree with the fields is checked when the object has been made.
 */
export const OBJECT: CelType = { ...objectType('Object', {}), field: () => DYN, constructible: true, open: true };
