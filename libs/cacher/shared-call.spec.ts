import { SharedCall, SharedGet } from './shared-call.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('callers share the next call, never one that began before they called', async () => {
  let calls = 0;
  const shared = new SharedCall(async () => {
    const call = ++calls;
    await turn();
    if (call === 2) throw new Error('second');
    return call;
  });
  const early = [shared.run(), shared.run()];
  await undefined;
  const late = [shared.run(), shared.run()];
  expect(await Promise.all(early)).toEqual([1, 1]);
  expect((await Promise.allSettled(late)).map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
  expect(await shared.run()).toBe(3);
});

test('keys that are requested at the same time are read together, up to the limit', async () => {
  const reads: string[] = [];
  const shared = new SharedGet(async (keys) => {
    reads.push(keys.join(' '));
    await turn();
    return new Map(keys.filter((key) => key !== 'none').map((key) => [key, key.toUpperCase()]));
  }, 3);
  expect(await Promise.all(['a', 'b', 'a', 'none', 'd'].map((key) => shared.get(key)))).toEqual(['A', 'B', 'A', undefined, 'D']);
  expect(reads).toEqual(['a b none', 'd']);
});
