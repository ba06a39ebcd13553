import { Memo } from './memo.js';

function counted(options: { bytes: number; longest: number }) {
  const memo = new Memo<string | undefined>(options);
  const made: string[] = [];
  const ask = (text: string) =>
    memo.of(text, (own) => {
      made.push(own);
      return own === 'none' ? undefined : own.toUpperCase();
    });
  return { memo, made, ask };
}

test('a text is computed once, whatever the result is', () => {
  const { made, ask } = counted({ bytes: 10_000, longest: 10 });
  expect(['a', 'none', 'a', 'none'].map(ask)).toEqual(['A', undefined, 'A', undefined]);
  expect(made).toEqual(['a', 'none']);
});

test('long texts and failures are not cached', () => {
  const { memo, made, ask } = counted({ bytes: 10_000, longest: 10 });
  ask('x'.repeat(11));
  ask('x'.repeat(11));
  const fail = () => {
    throw new Error('no');
  };
  expect(() => memo.of('bad', fail)).toThrow('no');
  expect([made.length, memo.size]).toEqual([2, 0]);
});

test('recently used entries are kept, and the total is limited by bytes', () => {
  const { memo, made, ask } = counted({ bytes: 30_000, longest: 100 });
  for (let i = 0; i < 10_000; i++) {
    ask(`text ${i}`);
    ask('often');
  }
  expect(made.filter((text) => text === 'often')).toEqual(['often']);
  expect(memo.size).toBeLessThan(30_000 / 256);
});
