import type { SchemaField, SchemaStruct, SchemaType } from '../schema.js';
import { StatusError } from '../status.js';
import { applyJsonPatch, decodeJsonPatch } from './json-patch.js';
import { applyMergePatch, decodeMergePatch } from './merge-patch.js';
import { applyStrategicPatch, decodeStrategicPatch } from './strategic-merge.js';

/** The outcome of an attempt: a value, or the Status's code and message. */
function outcome(attempt: () => unknown): unknown {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof StatusError) return `${error.code} ${error.message}`;
    throw error;
  }
}
const REJECTED = '422 the server rejected our request due to an error in our request';

describe('JSON patch', () => {
  const document = { a: { b: [1, 2, 3], 'c/d': 'x' }, n: null };
  test.each<[string, unknown, unknown]>([
    ['add to a map', [{ op: 'add', path: '/a/e', value: 1 }], { a: { b: [1, 2, 3], 'c/d': 'x', e: 1 }, n: null }],
    ['append', [{ op: 'add', path: '/a/b/-', value: 4 }], { a: { b: [1, 2, 3, 4], 'c/d': 'x' }, n: null }],
    ['insert', [{ op: 'add', path: '/a/b/0', value: 0 }], { a: { b: [0, 1, 2, 3], 'c/d': 'x' }, n: null }],
    ['escaped', [{ op: 'replace', path: '/a/c~1d', value: 'y' }], { a: { b: [1, 2, 3], 'c/d': 'y' }, n: null }],
    ['remove', [{ op: 'remove', path: '/a/b/1' }], { a: { b: [1, 3], 'c/d': 'x' }, n: null }],
    ['move', [{ op: 'move', from: '/a/b', path: '/b' }], { a: { 'c/d': 'x' }, b: [1, 2, 3], n: null }],
    ['copy', [{ op: 'copy', from: '/a/b/0', path: '/z' }], { a: { b: [1, 2, 3], 'c/d': 'x' }, n: null, z: 1 }],
    ['test', [{ op: 'test', path: '/a/b', value: [1, 2, 3] }], document],
    ['test for null where nothing is', [{ op: 'test', path: '/zz', value: null }], document],
    ['failed test', [{ op: 'test', path: '/a/b/0', value: 2 }], REJECTED],
    ['remove what is not there', [{ op: 'remove', path: '/a/zz' }], REJECTED],
    ['replace what is not there', [{ op: 'replace', path: '/a/zz', value: 1 }], REJECTED],
    ['add below nothing', [{ op: 'add', path: '/q/zz', value: 1 }], REJECTED],
    ['beyond the end', [{ op: 'add', path: '/a/b/9', value: 1 }], REJECTED],
    ['unknown operation', [{ op: 'bogus', path: '/x' }], REJECTED],
    ['no path', [{ op: 'add', value: 1 }], REJECTED],
    ['no list', { op: 'add' }, '400 error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'],
  ])('%s', (_, patch, want) => {
    expect(outcome(() => applyJsonPatch(document, decodeJsonPatch(patch)))).toEqual(want);
    expect(document).toEqual({ a: { b: [1, 2, 3], 'c/d': 'x' }, n: null });
  });
});

describe('merge patch', () => {
  test.each<[unknown, unknown]>([
    [
      { a: { b: null, c: 1 }, d: { e: null, f: [{ g: null }] } },
      { a: { c: 1 }, l: [1], d: { f: [{}] } },
    ],
    [{ l: [2] }, { a: { b: 1 }, l: [2] }],
    [null, '400 Invalid JSON Patch'],
    [[], '400 error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
  ])('%j', (patch, want) => {
    expect(outcome(() => applyMergePatch({ a: { b: 1 }, l: [1] }, decodeMergePatch(patch)))).toEqual(want);
  });
});

describe('strategic merge patch', () => {
  const string: SchemaType = { of: 'string' };
  const field = (name: string, type: SchemaType, more: Partial<SchemaField> = {}): [string, SchemaField] => [
    name,
    { name, type, keepZero: false, pointer: false, ...more },
  ];
  const struct = (name: string, ...fields: Array<[string, SchemaField]>): SchemaStruct => ({ name, byName: new Map(fields) });
  const container = struct('Container', field('name', string), field('image', string));
  const schema = struct(
    'PodSpec',
    field('containers', { of: 'list', items: { of: 'struct', definition: container } }, { patchStrategy: 'merge', patchMergeKey: 'name' }),
    field('finalizers', { of: 'list', items: string }, { patchStrategy: 'merge' }),
    field('args', { of: 'list', items: string }),
    field('labels', { of: 'map', values: string }),
    field(
      'strategy',
      { of: 'struct', definition: struct('Strategy', field('type', string), field('n', { of: 'int32' })) },
      { patchStrategy: 'retainKeys' },
    ),
  );
  const document = {
    containers: [
      { name: 'a', image: '1' },
      { name: 'b', image: '2' },
    ],
    finalizers: ['x', 'y'],
    args: ['1'],
    strategy: { type: 'R', n: 1 },
  };
  const [a, b] = document.containers;
  test.each<[string, object, unknown]>([
    ['merge by key', { containers: [{ name: 'b', image: '3' }] }, { containers: [a, { name: 'b', image: '3' }] }],
    ['new ones come first', { containers: [{ name: 'c' }] }, { containers: [{ name: 'c' }, a, b] }],
    ['delete', { containers: [{ name: 'a', $patch: 'delete' }] }, { containers: [b] }],
    ['replace the list', { containers: [{ $patch: 'replace' }, { name: 'z' }] }, { containers: [{ name: 'z' }] }],
    ['order', { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] }, { containers: [b, a] }],
    [
      'order with a new one',
      { containers: [{ name: 'c' }], '$setElementOrder/containers': [{ name: 'a' }, { name: 'c' }, { name: 'b' }] },
      { containers: [a, { name: 'c' }, b] },
    ],
    ['primitive list', { finalizers: ['z'] }, { finalizers: ['z', 'x', 'y'] }],
    ['delete from it', { '$deleteFromPrimitiveList/finalizers': ['x'] }, { finalizers: ['y'] }],
    ['order of it', { finalizers: ['z'], '$setElementOrder/finalizers': ['y', 'z', 'x'] }, { finalizers: ['y', 'z', 'x'] }],
    ['atomic list', { args: ['2'] }, { args: ['2'] }],
    ['null', { args: null }, { args: undefined }],
    ['retainKeys', { strategy: { $retainKeys: ['type'], type: 'C' } }, { strategy: { type: 'C' } }],
    ['new map without its directive', { labels: { $patch: 'replace', q: 'r' } }, {}],
    ['nulls in what is new', { labels: { q: null, r: 's' } }, { labels: { r: 's' } }],
  ])('%s', (_, patch, changes) => {
    expect(applyStrategicPatch(document, decodeStrategicPatch(patch), schema)).toEqual({ ...document, ...(changes as object) });
  });
  test.each<[unknown, string]>([
    [{ containers: [{ image: 'x' }] }, '500 map: map[image:x] does not contain declared merge key: name'],
    [{ containers: [{ name: 'z', $patch: 'bogus' }] }, '500 unknown patch type: bogus in map: map[$patch:bogus name:z]'],
    [{ $setElementOrder_x: 0 }, '500 expected a []interface {}, but received a int64'],
    [{ strategy: { $retainKeys: ['n'], type: 'C' } }, '400 invalid patch format of retainKeys'],
    [[1], '400 json: cannot unmarshal array into Go value of type map[string]interface {}'],
  ])('%j', (patch, want) => {
    expect(outcome(() => applyStrategicPatch(document, decodeStrategicPatch(patch), schema))).toBe(want);
  });
});
