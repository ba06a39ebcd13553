import type { KubeObject } from '../object.js';
import type { SchemaField, SchemaStruct, SchemaType } from '../schema.js';
import { isSharedFields } from './shared-sets.js';
import { trackUpdate } from './track.js';

const string: SchemaType = { of: 'string' };
const field = (name: string, type: SchemaType, more: Partial<SchemaField> = {}): [string, SchemaField] => [
  name,
  { name, type, keepZero: false, pointer: false, ...more },
];
const struct = (name: string, ...fields: Array<[string, SchemaField]>): SchemaStruct => ({ name, byName: new Map(fields) });

const port = struct('ServicePort', field('port', { of: 'int32' }), field('protocol', string, { default: 'TCP' }), field('name', string));
const meta = struct(
  'ObjectMeta',
  field('labels', { of: 'map', values: string }),
  field('finalizers', { of: 'list', items: string }, { listType: 'set' }),
);
const spec = struct(
  'Spec',
  field('selector', { of: 'map', values: string }, { mapType: 'atomic' }),
  field('ports', { of: 'list', items: { of: 'struct', definition: port } }, { listType: 'map', listMapKeys: ['port', 'protocol'] }),
  field('args', { of: 'list', items: string }),
  field('strategy', { of: 'struct', definition: struct('Strategy', field('type', string)) }, { keepZero: true }),
);
const schema = struct(
  'Thing',
  field('metadata', { of: 'struct', definition: meta }, { keepZero: true }),
  field('spec', { of: 'struct', definition: spec }, { keepZero: true }),
  field('status', { of: 'struct', definition: struct('Status', field('phase', string)) }, { keepZero: true }),
);

type Thing = KubeObject & { spec?: unknown; status?: unknown };
const thing = (over: Partial<Thing>, metadata = {}): Thing => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'a', ...metadata },
  ...over,
});
const base = { manager: 'm', operation: 'Update' as const, apiVersion: 'v1', time: 'T1', schema };
const entry = (manager: string, time: string, fieldsV1: object) => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  time,
  fieldsType: 'FieldsV1',
  fieldsV1,
});

test('the creator owns everything it sets, except for fields that nobody can own', () => {
  const object = thing(
    { spec: { selector: { a: 'b' }, ports: [{ port: 80 }], args: [], strategy: { type: 'x' } }, status: { phase: 'On' } },
    { uid: 'u', labels: { z: '1', a: '2' }, finalizers: ['x/y'] },
  );
  const fields = {
    'f:metadata': { 'f:finalizers': { '.': {}, 'v:"x/y"': {} }, 'f:labels': { '.': {}, 'f:a': {}, 'f:z': {} } },
    'f:spec': {
      'f:args': {},
      'f:ports': { '.': {}, 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } },
      'f:selector': {},
      'f:strategy': { 'f:type': {} },
    },
  };
  expect(trackUpdate({ ...base, old: undefined, new: object, resetFields: { 'f:status': {} } })).toEqual([entry('m', 'T1', fields)]);
});

test('a changed field is owned by the one who changed it; removed fields are dropped from all managers', () => {
  const old = thing(
    { spec: { args: ['a'], selector: { a: 'b' } } },
    { uid: 'u', managedFields: [entry('m', 'T1', { 'f:spec': { 'f:args': {}, 'f:selector': {} } })] },
  );
  const next = thing({ spec: { args: ['b'], ports: [{ port: 1 }] } }, { uid: 'u' });
  expect(trackUpdate({ ...base, manager: 'n', time: 'T2', old, new: next })).toEqual([
    entry('n', 'T2', {
      'f:spec': { 'f:args': {}, 'f:ports': { '.': {}, 'k:{"port":1,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } },
    }),
  ]);
});

test('without changes nothing is updated, including the time', () => {
  const managedFields = [entry('m', 'T1', { 'f:spec': { 'f:args': {} } })];
  const old = thing({ spec: { args: ['a'] } }, { uid: 'u', managedFields });
  expect(trackUpdate({ ...base, time: 'T2', old, new: thing({ spec: { args: ['a'] } }, { uid: 'u' }) })).toEqual(managedFields);
});

test('a subresource has an entry of its own, which grows', () => {
  const managedFields = [entry('m', 'T1', { 'f:spec': { 'f:args': {} } })];
  const old = thing({ spec: { args: ['a'] }, status: {} }, { uid: 'u', managedFields });
  const next = thing({ spec: { args: ['a'] }, status: { phase: 'On' } }, { uid: 'u' });
  expect(trackUpdate({ ...base, subresource: 'status', time: 'T2', old, new: next })).toEqual([
    ...managedFields,
    { ...entry('m', 'T2', { 'f:status': { 'f:phase': {} } }), subresource: 'status' },
  ]);
});

test('an object without managers stays so; [] and [{}] reset them', () => {
  const untracked = thing({ spec: {} }, { uid: 'u' });
  expect(trackUpdate({ ...base, old: untracked, new: thing({ spec: { args: ['x'] } }) })).toBeUndefined();
  const old = thing({ spec: {} }, { uid: 'u', managedFields: [entry('m', 'T1', { 'f:spec': { 'f:args': {} } })] });
  expect(trackUpdate({ ...base, old, new: thing({ spec: { args: ['x'] } }, { managedFields: [{}] }) })).toBeUndefined();
});

test('a set that an update does not change is the same afterwards, and cannot be changed in place', () => {
  const fields = { 'f:spec': { 'f:args': {} } };
  const update = (phase: string, old: Thing) => {
    const managedFields = trackUpdate({ ...base, subresource: 'status', time: phase, old, new: { ...old, status: { phase } } as Thing });
    return thing({ status: { phase } }, { uid: 'u', managedFields });
  };
  const sets = ({ metadata }: KubeObject) => metadata.managedFields?.map(({ fieldsV1 }) => fieldsV1) ?? [];
  const first = update('T2', thing({ status: {} }, { uid: 'u', managedFields: [entry('m', 'T1', fields)] }));
  const second = update('T3', first);
  expect(sets(first)).toEqual([fields, { 'f:status': { 'f:phase': {} } }]);
  for (const [i, set] of sets(second).entries()) {
    expect(set).toBe(sets(first)[i]);
    expect(isSharedFields('fieldsV1', set)).toBe(true);
    expect(() => Object.assign(set ?? {}, { 'f:x': {} })).toThrow(TypeError);
  }
});
