import path from 'node:path';

const { clusterStorage } = (await import(path.join(import.meta.dirname, 'cluster-storage.js'))) as {
  clusterStorage(cluster: string): {
    getItem(key: string): string | null;
    setItem(key: string, value: string): void;
    clear(): void;
    length: number;
  };
};

/** The part of localStorage that is used: its entries are its own properties. */
class Entries {
  getItem(key: string): string | null {
    return Object.hasOwn(this, key) ? String(Reflect.get(this, key)) : null;
  }
  setItem(key: string, value: string): void {
    Reflect.set(this, key, value);
  }
  removeItem(key: string): void {
    Reflect.deleteProperty(this, key);
  }
}

beforeEach(() => void Object.assign(globalThis, { localStorage: new Entries() }));

test('each cluster has its own', () => {
  const [a, b] = [clusterStorage('a'), clusterStorage('b')];
  a.setItem('tabs', '1');
  b.setItem('tabs', '2');
  b.setItem('share', '3');
  expect([a.getItem('tabs'), a.length, b.getItem('tabs'), b.length]).toEqual(['1', 1, '2', 2]);
  b.clear();
  expect([a.getItem('tabs'), b.getItem('tabs')]).toEqual(['1', null]);
});

test.each([
  ['{"Authorization": "Bearer x"}', null],
  ['{"x-token": "x"}', null],
  ['{"Cookie": "x"}', null],
  ['{"audit-id": "x"}', '{"audit-id": "x"}'],
])('of the headers %s is kept: %s', (headers, kept) => {
  const storage = clusterStorage('a');
  const tabs = (of: string | null) => JSON.stringify({ tabs: [{ id: '1', query: '{ token }', headers: of }] });
  storage.setItem('tabs', tabs(headers));
  expect(storage.getItem('tabs')).toBe(tabs(kept));
});
