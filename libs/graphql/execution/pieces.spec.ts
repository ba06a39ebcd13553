import { atOnce, inTurns, type Pieces } from './pieces.js';

/** Three pieces; notes each. */
function* work(done: string[]): Pieces<string> {
  done.push('a');
  yield;
  done.push('b');
  yield;
  done.push('c');
  return 'made';
}

test('work is done at once', () => {
  const done: string[] = [];
  expect([atOnce(work(done)), done.join('')]).toEqual(['made', 'abc']);
});

test('or in turns: before each piece its turn is waited for', async () => {
  const done: string[] = [];
  const turn = () => {
    done.push('|');
    return done.length > 2 ? Promise.resolve() : undefined;
  };
  expect([await inTurns(work(done), turn), done.join('')]).toEqual(['made', '|a|b|c']);
});

test('it ends with what a turn throws', async () => {
  const done: string[] = [];
  const turn = () => {
    if (done.length > 1) throw new Error('over');
    return undefined;
  };
  await expect(inTurns(work(done), turn)).rejects.toThrow('over');
  expect(done.join('')).toBe('ab');
});
