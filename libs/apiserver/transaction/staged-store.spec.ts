import { clusterStore } from '#cacher';
import { memoryStorage } from '#storage';
import { StagedStore } from './staged-store.js';

const cause = { requestId: 'r', user: 'u' };
const at = 0;
const text = (name: string, data = '') => JSON.stringify({ metadata: { name }, data });
const key = (name: string) => `/registry/configmaps/default/${name}`;
const create = (name: string, data?: string) => ({ type: 'create' as const, key: key(name), value: text(name, data), cause, at });

async function stores() {
  const admin = memoryStorage();
  await admin.create('c');
  const base = clusterStore({ storage: admin.open('c') });
  await base.write([create('a', '1'), create('b', '1')]);
  return { base, staged: new StagedStore(base) };
}

const names = (items: ReadonlyArray<{ key: string }>) => items.map((item) => item.key.slice(key('').length));

test('what is staged is seen by its own reads alone, until it is committed in order', async () => {
  const { base, staged } = await stores();
  const [created] = await staged.write([create('c')]);
  const [a, c] = [await staged.get(key('a')), await staged.get(key('c'))];
  await staged.write([
    { type: 'delete', key: key('b'), expected: 2, cause, at },
    { type: 'update', key: key('a'), value: text('a', '2'), expected: a?.revision ?? 0, cause, at },
    { type: 'update', key: key('c'), value: text('c', '2'), expected: c?.revision ?? 0, cause, at },
  ]);
  const list = { prefix: '/registry/configmaps/' };
  expect(names((await staged.list(list)).items)).toEqual(['a', 'c']);
  expect(names((await staged.list({ ...list, after: key('a') })).items)).toEqual(['c']);
  expect(await staged.list({ ...list, limit: 1 })).toMatchObject({ items: [{ value: text('a', '2') }], more: true });
  expect([staged.peek(key('b')), staged.changeOf('/registry/configmaps/default/')]).toEqual([undefined, undefined]);
  expect(names((await base.list(list)).items)).toEqual(['a', 'b']);
  const revisions = await staged.commit();
  expect(created?.ok && revisions?.get(created.entry.revision)).toBe(3);
  expect((await base.list(list)).items.map(({ value, revision }) => [value, revision])).toEqual([
    [text('a', '2'), 5],
    [text('c', '2'), 3],
  ]);
});

test('operations are refused as the store refuses them', async () => {
  const { staged } = await stores();
  const refusal = async (op: Parameters<StagedStore['write']>[0][number]) => {
    const [result] = await staged.write([op]);
    return result?.ok ? undefined : result?.reason;
  };
  expect(await refusal(create('a'))).toBe('exists');
  expect(await refusal({ type: 'update', key: key('a'), value: '{}', expected: 7, cause, at })).toBe('conflict');
  expect(await refusal({ type: 'update', key: key('x'), value: '{}', expected: 7, cause, at })).toBe('missing');
  expect(await refusal({ type: 'delete', key: key('b'), cause, at })).toBeUndefined();
  expect(await refusal(create('b'))).toBe('exists');
  const atomic = await staged.write([create('d'), create('a')], { atomic: true });
  expect(atomic.map((result) => !result.ok && result.reason)).toEqual(['aborted', 'exists']);
  expect(await staged.get(key('d'))).toBeUndefined();
});

test('what is created and deleted again is nothing; what another write overtook is not stored at all', async () => {
  const { base, staged } = await stores();
  await staged.write([create('gone'), create('kept')]);
  await staged.write([{ type: 'delete', key: key('gone'), cause, at }]);
  await base.write([create('kept')]);
  await staged.write([create('other')]);
  expect(await staged.commit()).toBeUndefined();
  expect(await base.revision()).toBe(3);
  expect(await new StagedStore(base).commit()).toEqual(new Map());
});
