import type { Dialect, Schema } from './schemas.js';

/** A parameter of an operation, other than its body. */
export interface Parameter {
  name: string;
  in: 'query' | 'path';
  type: 'string' | 'integer' | 'boolean';
  description: string;
}

/** A parameter of the query. */
export const query = (name: string, type: Parameter['type'], description: string): Parameter => ({ name, in: 'query', type, description });
export const pretty = query('pretty', 'string', 'If true, the output is pretty printed.');
const dryRun = query('dryRun', 'string', 'When present, modifications are not persisted. The only valid value is All.');
const fieldManager = query('fieldManager', 'string', 'The actor or entity that makes these changes, for metadata.managedFields.');
const fieldValidation = query(
  'fieldValidation',
  'string',
  'What to do with unknown and duplicate fields: Ignore, Warn or Strict. Defaults to Warn.',
);
const force = query('force', 'boolean', 'Force an apply request: take fields over from other managers.');
const bookmarks = query('allowWatchBookmarks', 'boolean', 'Asks for watch events of type BOOKMARK.');
const list = [
  query('continue', 'string', 'The token of the last list, to go on with it.'),
  query('fieldSelector', 'string', 'Restricts the list by fields.'),
  query('labelSelector', 'string', 'Restricts the list by labels.'),
  query('limit', 'integer', 'At most so many items in one answer.'),
  query('resourceVersion', 'string', 'How recent the answer has to be.'),
  query('resourceVersionMatch', 'string', 'How resourceVersion is applied to list calls.'),
  query('sendInitialEvents', 'boolean', 'Begins a watch with an event for each object there is.'),
  query('shardSelector', 'string', 'Restricts the list to a shard.'),
  query('timeoutSeconds', 'integer', 'Ends the list or watch call after so many seconds.'),
];
const watch = query('watch', 'boolean', 'Watch for changes instead of listing.');
const deletion = [
  query('gracePeriodSeconds', 'integer', 'Seconds before the object is deleted.'),
  query('ignoreStoreReadErrorWithClusterBreakingPotential', 'boolean', 'Deletes an object that cannot be read.'),
  query('orphanDependents', 'boolean', 'Deprecated: use propagationPolicy.'),
  query('propagationPolicy', 'string', 'What becomes of dependents: Orphan, Background or Foreground.'),
];

/** The action of an operation, for x-kubernetes-action. */
export type Action = 'get' | 'list' | 'post' | 'put' | 'patch' | 'delete' | 'deletecollection' | 'connect';

const byAction: Readonly<Record<Action, readonly Parameter[]>> = {
  get: [pretty],
  list: [pretty, bookmarks, ...list, watch],
  post: [pretty, dryRun, fieldManager, fieldValidation],
  put: [pretty, dryRun, fieldManager, fieldValidation],
  patch: [pretty, dryRun, fieldManager, fieldValidation, force],
  delete: [pretty, dryRun, ...deletion],
  deletecollection: [pretty, dryRun, ...deletion, ...list],
  connect: [],
};

function write({ name, in: place, type, description }: Parameter, dialect: Dialect): Schema {
  const required = place === 'path' ? { required: true } : {};
  const shape = dialect === 'v2' ? { type, uniqueItems: true } : { schema: { type, uniqueItems: true } };
  return { name, in: place, description, ...required, ...shape };
}

/** The query parameters of an action, or the given ones. */
export const queryParameters = (action: Action, dialect: Dialect, own: readonly Parameter[] = byAction[action]): Schema[] =>
  own.map((p) => write(p, dialect));

/** A path parameter: `namespace`, `name`, `path`. */
export function pathParameter(name: string, kind: string, dialect: Dialect): Schema {
  const description =
    name === 'namespace'
      ? 'object name and auth scope, such as for teams and projects'
      : name === 'path'
        ? 'path to the resource'
        : `name of the ${kind}`;
  return write({ name, in: 'path', type: 'string', description }, dialect);
}
