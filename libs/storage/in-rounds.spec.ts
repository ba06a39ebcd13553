import { inRounds } from './in-rounds.js';
import { memoryStorage } from './memory.js';
import type { Storage, WriteOp } from './storage.js';

const create = (key: string): WriteOp => ({ type: 'create', key, value: '{}', cause: { requestId: 'r', user: 'u' }, at: 0 });

/** A store whose responses take the given numbers of iterations of the event loop. */
async function slow(waits: readonly number[]): Promise<Storage> {
  const admin = memoryStorage();
  await admin.create('c');
  const storage = admin.open('c');
  let calls = 0;
  const late = async <T>(run: () => Promise<T>): Promise<T> => {
    for (let left = waits[calls++ % waits.length] ?? 0; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
    return run();
  };
  return {
    ...storage,
    cluster: 'c',
    write: (ops, options) => late(() => storage.write(ops, options)),
    revision: () => late(() => storage.revision()),
    get: (keys) => late(() => storage.get(keys)),
  };
}

/** Several concurrent readers and writers whose actions depend on the responses; returns what they did, in order. */
async function work(storage: Storage): Promise<string[]> {
  const lines: string[] = [];
  const one = async (name: string) => {
    for (let n = 0; n < 5; n += 1) {
      const seen = await storage.revision();
      lines.push(`${name} saw ${seen}`);
      if (seen % 2 === 0) await storage.write([create(`/${name}/${n}`)]);
      else await storage.get([`/${name}/${n}`]);
      lines.push(`${name} did ${n}`);
    }
  };
  await Promise.all(['a', 'b', 'c'].map(one));
  return lines;
}

test('callers that wait only for the store do the same in the same order, however long the responses take', async () => {
  const paces = [[0], [3, 0, 1], [0, 0, 7, 2], [1, 5]];
  const [first, ...others] = await Promise.all(paces.map(async (pace) => work(inRounds(await slow(pace)))));
  for (const lines of others) expect(lines).toEqual(first);
  const plain = await Promise.all(paces.map(async (pace) => work(await slow(pace))));
  expect(new Set(plain.map((lines) => lines.join())).size).toBeGreaterThan(1);
});

test('an error is returned only to its caller', async () => {
  const storage = inRounds(await slow([1]));
  const outcomes = await Promise.allSettled([storage.write([create('')]), storage.revision(), storage.write([create('/a')])]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(await storage.revision()).toBe(1);
});
