import type { AuditStore } from './audit-store.js';

/** A store that allows two chunks of 100 bytes a cluster, for ten minutes, with the clusters `a` and `b`. */
export type OpenStore = () => Promise<{ store: AuditStore; close(): Promise<void> }>;

const chunk = (cluster: string, firstAt: number, lastAt: number, text = '') => ({
  cluster,
  firstAt,
  lastAt,
  body: Buffer.alloc(100, `${text}.`),
});

const brief = (chunks: ReadonlyArray<{ lastAt: number; body: Buffer }>) =>
  chunks.map(({ lastAt, body }) => `${lastAt}${body.toString()[0]}`);

/** What every AuditStore does. */
export function auditStoreContract(open: OpenStore): void {
  test('chunks are read from the latest on, page by page, and only their cluster’s', async () => {
    const { store, close } = await open();
    await store.append([chunk('a', 1, 5, 'x'), chunk('b', 1, 9, 'b'), chunk('a', 2, 7, 'y')]);
    await store.append([chunk('a', 3, 5, 'z'), chunk('gone', 1, 1)]);
    const first = await store.latest('a', undefined, 2);
    expect(brief(first)).toEqual(['7y', '5z']);
    expect(brief(await store.latest('a', first.at(-1), 2))).toEqual(['5x']);
    expect(brief(await store.latest('b', undefined, 9))).toEqual(['9b']);
    await close();
  });

  test('newer chunks are found by their number', async () => {
    const { store, close } = await open();
    expect(await store.newest('a')).toBe(0);
    await store.append([chunk('a', 1, 5, 'x')]);
    const from = await store.newest('a');
    await store.append([chunk('a', 1, 4, 'y'), chunk('b', 1, 4, 'b'), chunk('a', 1, 3, 'z')]);
    const newer = await store.newer('a', from, []);
    expect(brief(newer)).toEqual(['4y', '3z']);
    expect(
      brief(
        await store.newer(
          'a',
          from,
          newer.slice(0, 1).map(({ id }) => id),
        ),
      ),
    ).toEqual(['3z']);
    await close();
  });

  test('the oldest chunks beyond the bytes are trimmed, of the named clusters', async () => {
    const { store, close } = await open();
    for (const cluster of ['a', 'b']) await store.append([1, 3, 2].map((at) => chunk(cluster, at, at, 'x')));
    await store.trim(['a']);
    expect(brief(await store.latest('a', undefined, 9))).toEqual(['3x', '2x']);
    expect(brief(await store.latest('b', undefined, 9))).toEqual(['3x', '2x', '1x']);
    await close();
  });

  test('old chunks expire', async () => {
    const { store, close } = await open();
    await store.append([chunk('a', 1, 1, 'x'), chunk('b', 60_000, 60_000, 'x')]);
    await store.expire(10 * 60_000 + 30_000);
    expect([await store.latest('a', undefined, 9), brief(await store.latest('b', undefined, 9))]).toEqual([[], ['60000x']]);
    await close();
  });
}
