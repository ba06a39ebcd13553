import { formatFieldError } from './field-error.js';
import type { ObjectMeta } from './object.js';
import { validateObjectMeta, validateObjectMetaUpdate } from './object-meta.js';

const owner = (over = {}) => ({ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u', ...over });

test.each<[string, Partial<ObjectMeta>, string[]]>([
  [
    'fine',
    { labels: { a: 'b' }, annotations: { 'A.b/C': 'x' }, finalizers: ['a.b/c'], ownerReferences: [owner({ controller: true })] },
    [],
  ],
  ['no name', { name: '' }, ['metadata.name: Required value: name or generateName is required']],
  ['no namespace', { namespace: '' }, ['metadata.namespace: Required value']],
  ['generation', { generation: -1 }, ['metadata.generation: Invalid value: -1: must be greater than or equal to 0']],
  ['large annotations', { annotations: { a: 'x'.repeat(262144) } }, ['metadata.annotations: Too long: may not be more than 262144 bytes']],
  [
    'finalizers',
    { finalizers: ['orphan', 'foregroundDeletion'] },
    ['metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set'],
  ],
  [
    'owner',
    { ownerReferences: [owner({ apiVersion: '', uid: '' })] },
    [
      'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
      'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
    ],
  ],
  [
    'two controllers',
    { ownerReferences: [owner({ controller: true }), owner({ name: 'q', controller: true })] },
    [
      expect.stringContaining(
        'Only one reference can have Controller set to true. Found "true" in references for Pod/p and Pod/q',
      ) as unknown as string,
    ],
  ],
  [
    'managed fields',
    { managedFields: [{ operation: 'X', fieldsType: 'Y', manager: 'a\n' }] },
    [
      'metadata.managedFields[0].operation: Invalid value: "X": must be `Apply` or `Update`',
      'metadata.managedFields[0].fieldsType: Invalid value: "Y": must be `FieldsV1`',
      'metadata.managedFields[0].manager: Invalid value: "a\\n": invalid character U+000A (at position 1)',
    ],
  ],
])('create: %s', (_, meta, messages) => {
  expect(validateObjectMeta({ name: 'a', namespace: 'n', ...meta }, { namespaced: true }).map(formatFieldError)).toEqual(messages);
});

test('a cluster-scoped object has no namespace', () => {
  expect(validateObjectMeta({ name: 'a', namespace: 'n' }, { namespaced: false }).map(formatFieldError)).toEqual([
    'metadata.namespace: Forbidden: not allowed on this type',
  ]);
});

const old: ObjectMeta = {
  name: 'a',
  namespace: 'n',
  uid: 'u',
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
  generation: 2,
};

test.each<[string, Partial<ObjectMeta>, Partial<ObjectMeta>, string[]]>([
  ['fine', { labels: { x: 'y' } }, {}, []],
  ['no version', { resourceVersion: '' }, {}, ['metadata.resourceVersion: Invalid value: "": must be specified for an update']],
  ['generation', { generation: 1 }, {}, ['metadata.generation: Invalid value: 1: must not be decremented']],
  ['uid', { uid: 'v' }, {}, ['metadata.uid: Invalid value: "v": field is immutable']],
  ['creation', { creationTimestamp: undefined }, {}, ['metadata.creationTimestamp: Invalid value: null: field is immutable']],
  [
    'finalizers of a terminating object',
    { finalizers: ['a.b/c', 'd.e/f'] },
    { finalizers: ['a.b/c'], deletionTimestamp: '2026-01-01T00:00:00Z' },
    [
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"d.e/f"}',
    ],
  ],
])('update: %s', (_, change, was, messages) => {
  const before = { ...old, ...was };
  const after = { ...before, ...change };
  expect(validateObjectMetaUpdate(after, before).map(formatFieldError)).toEqual(messages);
});
