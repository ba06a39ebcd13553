import { expect, it, test } from '@jest/globals';
import { deepFreeze } from '#apimachinery';
import { kindSchema } from './index.js';

/** The objects and lists in a value. */
function parts(value: unknown, found: Set<object> = new Set()): Set<object> {
  if (typeof value !== 'object' || value === null) return found;
  found.add(value);
  for (const member of Object.values(value)) parts(member, found);
  return found;
}

const fields = { manager: 'm', operation: 'Update', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { '.': {} } } };
const rule = { properties: { a: { type: 'object', items: [{ type: 'x' }], default: { b: [1] } } } };

it.each([
  [
    '',
    'v1',
    'Pod',
    { spec: { containers: [{ name: 'c', command: ['a'], resources: { limits: { cpu: '1' } } }], nodeSelector: { a: 'b' } } },
  ],
  ['', 'v1', 'ConfigMap', { metadata: { labels: { a: 'b' }, finalizers: ['x'] }, data: { a: 'b' }, binaryData: { a: 'YQ==' } }],
  ['apps', 'v1', 'ControllerRevision', { data: { spec: { a: [{ b: 1 }] } }, revision: 1 }],
  [
    'apiextensions.k8s.io',
    'v1',
    'CustomResourceDefinition',
    { spec: { versions: [{ name: 'v1', schema: { openAPIV3Schema: { ...rule, dependencies: { a: ['b'] } } } }] } },
  ],
])('%s/%s %s: a decoded value shares nothing with what it was decoded from', (group, version, kind, given) => {
  const value = deepFreeze({ apiVersion: group === '' ? version : `${group}/${version}`, kind, ...given });
  const schema = kindSchema({ group, version, kind });
  const decoded = schema?.decode(value, 'Ignore').object;
  expect(decoded).toMatchObject(given);
  expect([...parts(decoded)].filter((part) => parts(value).has(part))).toEqual([]);
});

test('sets of managed fields are shared if they are frozen, and copied if they are not', () => {
  const schema = kindSchema({ group: '', version: 'v1', kind: 'ConfigMap' });
  const managed = (given: object) => {
    const decoded = schema?.decode({ metadata: { managedFields: [given] } }, 'Ignore').object;
    return (decoded as { metadata: { managedFields: object[] } }).metadata.managedFields[0] as typeof fields;
  };
  expect(managed(fields).fieldsV1).toEqual(fields.fieldsV1);
  expect(managed(fields).fieldsV1).not.toBe(fields.fieldsV1);
  const frozen = { ...fields, fieldsV1: Object.freeze({ 'f:data': {} }) };
  expect(managed(frozen).fieldsV1).toBe(frozen.fieldsV1);
});

test('members that are undefined are not there', () => {
  const schema = kindSchema({ group: '', version: 'v1', kind: 'ConfigMap' });
  const given = { metadata: { name: 'a', labels: { x: undefined, y: '1' }, annotations: { x: undefined } }, data: undefined };
  const decoded = schema?.decode(given, 'Ignore').object;
  expect(decoded).toStrictEqual({ metadata: { name: 'a', labels: { y: '1' } } });
});
