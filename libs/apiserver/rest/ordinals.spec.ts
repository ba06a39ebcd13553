import { Ordinals } from './ordinals.js';

test('concurrent operations are numbered by key; a single one is 0', async () => {
  const ordinals = new Ordinals();
  let go = () => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  const held = (key: string) =>
    ordinals.take(key, async (ordinal) => {
      await gate;
      return ordinal;
    });
  const running = [held('a'), held('b'), held('a')];
  expect(await ordinals.take('a', async (ordinal) => ordinal)).toBe(2);
  go();
  expect(await Promise.all(running)).toEqual([0, 0, 1]);
  await expect(ordinals.take('a', () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  expect(await ordinals.take('a', async (ordinal) => ordinal)).toBe(0);
});
