import path from 'node:path';

interface Tab {
  id: string;
  query: string;
  variables: string;
  headers: string;
}
interface Store {
  state: { tabs: Tab[]; active: string; fillings: number };
  active: Tab;
  typed(values: Partial<Tab>, fillings: number): void;
  select(id: string): void;
  open(tab: Partial<Tab>): string;
  close(...ids: string[]): void;
}
const { TabStore, titleOf } = (await import(path.join(import.meta.dirname, 'tab-store.js'))) as {
  TabStore: new (parts: unknown) => Store;
  titleOf(query: string): string;
};

function storeOf(text?: string) {
  const kept = new Map<string, string>(text === undefined ? [] : [['tabs', text]]);
  const storage = { getItem: (key: string) => kept.get(key) ?? null, keep: (key: string, value: string) => Boolean(kept.set(key, value)) };
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `t${ids}`;
  };
  const open = () => new TabStore({ storage, newId, firstQuery: '{ first }' });
  return { store: open(), open };
}
const shown = ({ state: { tabs, active } }: Store) => tabs.map(({ id, query }) => `${id === active ? '*' : ''}${id}: ${query}`);

const typed = (store: Store, query: string) => store.typed({ query }, store.state.fillings);

test('a new visitor has one tab, with the first query', () => {
  expect(shown(storeOf().store)).toEqual(['*t1: { first }']);
});

test('what is typed is in the tab that is shown, and kept', () => {
  const { store, open } = storeOf();
  store.open({ query: '{ a }', variables: '{"v": 1}' });
  typed(store, '{ b }');
  store.select('t1');
  typed(store, '{ c }');
  expect(shown(open())).toEqual(['*t1: { c }', 't2: { b }']);
  expect(open().state.tabs[1]?.variables).toBe('{"v": 1}');
});

test('what the editors hold before they are filled belongs to no tab', () => {
  const { store } = storeOf();
  const { fillings } = store.state;
  store.open({ id: 'tour', query: '{ b }' });
  store.typed({ query: '{ first }' }, fillings);
  expect(shown(store)).toEqual(['t1: { first }', '*tour: { b }']);
});

test('the editors are filled when another tab is shown, not for what they hold already', () => {
  const { store } = storeOf();
  typed(store, '{ a }');
  expect(store.state.fillings).toBe(0);
  store.open({ id: 'tour', query: '{ b }' });
  store.open({ id: 'tour', query: '{ c }' });
  store.select('tour');
  store.select('none');
  expect([store.state.fillings, shown(store)]).toEqual([2, ['t1: { a }', '*tour: { c }']]);
});

test.each([
  [['t2'], ['t1', '*t3']],
  [['t3'], ['t1', '*t2']],
  [['t2', 't3'], ['*t1']],
  [['t1', 't2', 't3'], ['*t4']],
  [['none'], ['t1', 't2', '*t3']],
  [['t1', 't3'], ['*t2']],
])('of three tabs %j are closed', (closed, left) => {
  const { store } = storeOf();
  store.open({});
  store.open({});
  store.close(...closed);
  expect(store.state.tabs.map(({ id }) => (id === store.state.active ? `*${id}` : id))).toEqual(left);
});

test.each([['nonsense'], ['{}'], ['{"tabs": [1, {"id": 2}]}'], ['null'], ['{"tabs": []}']])(
  '%s in the storage is as good as nothing',
  (text) => {
    expect(storeOf(text).store.state.tabs).toHaveLength(1);
  },
);

test.each([
  ['', 'untitled'],
  ['# only a { comment }', 'untitled'],
  ['{ a }', 'a'],
  ['# comment { b }\n{\n  pods(limit: 1) { items { kind } }\n}', 'pods'],
  ['query ($n: Int = 1) { pods(limit: $n) { items { kind } } }', 'pods'],
  ['# comment\nquery Pods { a }', 'Pods'],
  ['subscription  S { a }', 'S'],
])('%j is called %s', (query, title) => {
  expect(titleOf(query)).toBe(title);
});

test('what cannot be kept is in the tab all the same, which is told once', () => {
  let told = 0;
  const storage = { getItem: () => null, keep: () => false };
  const onUnkept = () => {
    told += 1;
  };
  const store = new TabStore({ storage, newId: () => 't', firstQuery: '', onUnkept });
  store.typed({ query: '{ a }' }, 0);
  store.typed({ query: '{ ab }' }, 0);
  expect([store.active.query, told]).toEqual(['{ ab }', 1]);
});
