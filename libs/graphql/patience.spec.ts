import { tooManyRequests } from '#apimachinery';
import { patiently } from './patience.js';

/** A request that is refused some times, and how long was waited between. */
function tried(refusals: number, error: Error = tooManyRequests('Too many requests', 1)) {
  const waits: number[] = [];
  let left = refusals;
  const context = {
    after: (milliseconds: number, run: () => void) => {
      waits.push(milliseconds);
      run();
      return () => undefined;
    },
  };
  const answer = patiently(context, async () => {
    left -= 1;
    if (left >= 0) throw error;
    return 'answer';
  });
  return { answer, waits };
}

test('a request that finds too many in flight is repeated, with longer and longer pauses', async () => {
  const { answer, waits } = tried(3);
  expect([await answer, waits]).toEqual(['answer', [50, 100, 200]]);
});

test('it is given up after some repetitions', async () => {
  const { answer, waits } = tried(100);
  await expect(answer).rejects.toThrow('Too many requests');
  expect(waits).toEqual([50, 100, 200, 400, 800, 1_600]);
});

test('other errors are not repeated', async () => {
  const { answer, waits } = tried(1, new Error('other'));
  await expect(answer).rejects.toThrow('other');
  expect(waits).toEqual([]);
});
