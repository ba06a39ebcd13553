import type { SchemaField, SchemaStruct, SchemaType } from '../schema.js';
import { StatusError } from '../status.js';
import { applyJsonPatch, decodeJsonPatch } from './json-patch.js';
import { applyMergePatch, decodeMergePatch } from './merge-patch.js';
import { applyStrategicPatch, decodeStrategicPatch } from './strategic-merge.js';

/** The result of an attempt: a value, or the Status's code and message. */
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
    ['test for null of a missing value', [{ op: 'test', path: '/zz', value: null }], document],
    ['failed test', [{ op: 'test', path: '/a/b/0', value: 2 }], REJECTED],
    ['remove a missing value', [{ op: 'remove', path: '/a/zz' }], REJECTED],
    ['replace a missing value', [{ op: 'replace', path: '/a/zz', value: 1 }], REJECTED],
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

describe('the cost limits of a JSON patch', () => {
  const repeated = (count: number, operation: (i: number) => object) =>
    decodeJsonPatch(Array.from({ length: count }, (_, i) => operation(i)));

  test('copies that double are stopped at three MiB', () => {
    const doubling = repeated(40, (i) => ({ op: 'copy', from: '/a', path: `/a/k${i}` }));
    expect(outcome(() => applyJsonPatch({ a: { text: 'x'.repeat(100) } }, doubling))).toBe(REJECTED);
  });

  test('copies of three MiB in total are accepted, one byte more is not', () => {
    const text = 'x'.repeat(1024 * 1024 - 2);
    const three = repeated(3, (i) => ({ op: 'copy', from: '/a', path: `/c${i}` }));
    expect(applyJsonPatch({ a: text }, three)).toEqual({ a: text, c0: text, c1: text, c2: text });
    expect(outcome(() => applyJsonPatch({ a: `${text}x` }, three))).toBe(REJECTED);
  });

  test('insertions at the front of a long list are limited', () => {
    const list = new Array<string>(300_000).fill('');
    const inFront = repeated(10_000, () => ({ op: 'add', path: '/list/0', value: '' }));
    expect(outcome(() => applyJsonPatch({ list }, inFront))).toBe(REJECTED);
    const behind = repeated(10_000, () => ({ op: 'add', path: '/list/-', value: '' }));
    expect(applyJsonPatch({ list }, behind).list.length).toBe(310_000);
  });

  test('10,001 operations are 413', () => {
    expect(outcome(() => repeated(10_001, () => ({ op: 'test', path: '/a', value: 1 })))).toBe(
      '413 Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    );
  });
});

describe('merge patch', () => {
  test('__proto__ and constructor are keys like any other', () => {
    const patch = JSON.parse('{"data":{"__proto__":"x","constructor":"y"},"new":{"__proto__":{"a":1,"b":null}}}') as object;
    const merged = applyMergePatch({ data: { a: '1' } }, decodeMergePatch(patch));
    expect(JSON.stringify(merged)).toBe('{"data":{"a":"1","__proto__":"x","constructor":"y"},"new":{"__proto__":{"a":1}}}');
    const gone = JSON.parse('{"data":{"__proto__":null,"constructor":null}}') as object;
    expect(JSON.stringify(applyMergePatch(merged, decodeMergePatch(gone)))).toBe('{"data":{"a":"1"},"new":{"__proto__":{"a":1}}}');
  });

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

  test('__proto__ and constructor are keys like any other', () => {
    const patch = JSON.parse('{"labels":{"__proto__":"x","constructor":"y"}}') as Record<string, unknown>;
    const merged = applyStrategicPatch({ labels: { a: '1' } }, patch, schema);
    expect(JSON.stringify(merged)).toBe('{"labels":{"a":"1","__proto__":"x","constructor":"y"}}');
    expect(JSON.stringify(applyStrategicPatch({}, patch, schema))).toBe('{"labels":{"__proto__":"x","constructor":"y"}}');
  });

  test('the cost of long lists is linear', () => {
    const names = Array.from({ length: 60_000 }, (_, i) => `n${i}`);
    const containers = names.map((name) => ({ name }));
    const reversed = [...containers].reverse();
    const long = { containers, finalizers: names };
    const patch = {
      containers: reversed.map(({ name }) => ({ name, image: '2' })),
      '$setElementOrder/containers': reversed,
      finalizers: [...names].reverse(),
      '$setElementOrder/finalizers': [...names].reverse(),
    };
    const want = { containers: reversed.map(({ name }) => ({ name, image: '2' })), finalizers: [...names].reverse() };
    expect(applyStrategicPatch(long, patch, schema)).toEqual(want);
    const deletions = {
      containers: containers.map(({ name }) => ({ name, $patch: 'delete' })),
      '$deleteFromPrimitiveList/finalizers': names,
    };
    expect(applyStrategicPatch(long, deletions, schema)).toEqual({ containers: [], finalizers: [] });
  });
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
    ['nulls in new values', { labels: { q: null, r: 's' } }, { labels: { r: 's' } }],
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
