import type { StoredObject } from '#storage';
import { AlikeObjects } from './alike-objects.js';
import { cachedObject } from './cached-object.js';

const limits = { bytes: 4_000, longest: 1_000, lengths: 2, attempts: 2, learned: 1_000 };
const stored = (name: string, uid: string, more: object = {}, modRevision = 7): StoredObject => ({
  key: `/registry/pods/${name}`,
  value: JSON.stringify({ metadata: { name, uid }, spec: { a: [1] }, ...more }),
  modRevision,
  createRevision: 3,
  version: 1,
});
const shown = ({ key, value, revision, createRevision, object, bytes }: ReturnType<typeof cachedObject>) => {
  return { key, value, revision, createRevision, object, bytes };
};
const load = (alike: AlikeObjects, ...objects: StoredObject[]) => alike.load(objects);
const isShared = ({ held, bytes }: ReturnType<typeof cachedObject>) => held < bytes;
const specsOf = (alike: AlikeObjects, ...objects: StoredObject[]) =>
  load(alike, ...objects).map(({ object }) => (object as unknown as { spec: object }).spec);

test('objects are read as they would be each alone, from the second alike one on with shared parts', () => {
  const alike = new AlikeObjects(limits);
  const all = [stored('a', 'u1'), stored('a', 'u2'), stored('a', 'u3', {}, 12), stored('b', 'u1'), stored('a', 'u4', { n: 1 })];
  const read = all.flatMap((each) => load(alike, each));
  expect(read.map(shown)).toEqual(all.map((each) => shown(cachedObject(each))));
  expect(read.map(isShared)).toEqual([false, true, true, false, false]);
  const [first, second, other] = specsOf(alike, stored('a', 'u5'), stored('a', 'u6'), stored('b', 'u5'));
  expect(first).toBe(second);
  expect(first).not.toBe(other);
});

test('texts that are the same are in memory once', () => {
  const alike = new AlikeObjects(limits);
  expect(load(alike, stored('a', 'u1'), stored('a', 'u1'), stored('a', 'u2')).map(isShared)).toEqual([false, true, true]);
});

test('a text that differs in more than words is read alone, and given up after some attempts', () => {
  const alike = new AlikeObjects(limits);
  const texts = [1, 2, 3, 1].map((n) => stored('a', 'u1', { n }));
  const read = load(alike, ...texts);
  expect(read.map(({ object }) => object)).toEqual(texts.map((each) => cachedObject(each).object));
  expect(read.map(isShared)).toEqual([false, false, false, false]);
});

test('no more is learned in one load than is allowed', () => {
  const alike = new AlikeObjects({ ...limits, learned: 100 });
  const names = ['a', 'b', 'c', 'd'];
  const loads = ['u1', 'u2', 'u3', 'u4'].map((uid) => load(alike, ...names.map((name) => stored(name, uid))).map(isShared));
  expect(loads).toEqual([
    [false, false, false, false],
    [true, true, false, false],
    [true, true, true, true],
    [true, true, true, true],
  ]);
});

test('what has not been loaded for long is forgotten, long texts and some lengths are not remembered', () => {
  const alike = new AlikeObjects(limits);
  load(alike, stored('a', 'u1'));
  for (let index = 0; index < 200; index += 1) load(alike, stored(`other-${index}`, 'u1'));
  expect(load(alike, stored('a', 'u2'), stored('a', 'u3')).map(isShared)).toEqual([false, true]);
  const long = { text: 'x'.repeat(1_000) };
  expect(load(alike, stored('c', 'u1', long), stored('c', 'u2', long)).map(isShared)).toEqual([false, false]);
  const lengths = ['', 'x', 'xx', ''].map((text) => stored('d', 'u1', { text }));
  expect(load(alike, ...lengths).map(isShared)).toEqual([false, false, false, false]);
});
