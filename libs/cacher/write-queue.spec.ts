import { FencedError, type TransactionOptions, type WriteOp, type WriteResult } from '#storage';
import { DEFAULT_STORE_LIMITS } from './limits.js';
import { WriteQueue } from './write-queue.js';

const cause = { requestId: 'r', user: 'u' };
const ops = (...keys: string[]): WriteOp[] => keys.map((key) => ({ type: 'create', key, value: 'v', cause, at: 1 }));

/** A queue over a store that accepts everything except what `fails` throws for; records the transactions, one line each. */
function setUp(fails: (keys: string[], terms: TransactionOptions) => Error | undefined = () => undefined, limits = {}) {
  const transactions: string[] = [];
  let revision = 0;
  const transaction = async (given: readonly WriteOp[], terms: TransactionOptions): Promise<WriteResult[]> => {
    const { fence, fences = fence ? [fence] : [], atomic } = terms;
    const keys = given.map((op) => op.key);
    transactions.push(
      `${keys.join(' ')}${fences.map(({ component, token }) => ` as ${component} ${token}`).join('')}${atomic ? ' atomic' : ''}`,
    );
    await new Promise((resolve) => setImmediate(resolve));
    const failure = fails(keys, terms);
    if (failure) throw failure;
    return given.map(({ key, at }) => ({
      ok: true,
      entry: { revision: ++revision, type: 'put', key, value: 'v', createRevision: revision, version: 1, cause, at },
    }));
  };
  const queue = new WriteQueue(transaction, () => undefined, { ...DEFAULT_STORE_LIMITS, ...limits });
  const write = async (keys: string[], options: TransactionOptions = {}) =>
    (await queue.write(ops(...keys), options)).map((result) =>
      result.ok ? `${result.entry.key} ${result.entry.revision}` : result.reason,
    );
  return { transactions, write, queue };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
/** The first transaction is in flight. */
const begun = () => turn().then(turn);

test('calls that are made while one is in flight are combined in the next', async () => {
  const { transactions, write, queue } = setUp();
  const first = write(['a']);
  await begun();
  const results = await Promise.all([first, write(['b', 'c']), write(['d'])]);
  expect([transactions, results, queue.busy]).toEqual([['a', 'b c d'], [['a 1'], ['b 2', 'c 3'], ['d 4']], false]);
});

test('calls on one key keep their order and never share a transaction; others may overtake them', async () => {
  const { transactions, write } = setUp();
  await Promise.all([write(['a']), write(['a', 'b']), write(['b']), write(['c'])]);
  expect(transactions).toEqual(['a c', 'a b', 'b']);
});

test('calls that follow at once from the results of a transaction are in the next, with those that came during it, unless these are many', async () => {
  const [few, many] = [setUp(), setUp()];
  const chain = async ({ write }: typeof few, others: number) => {
    const first = write(['a']).then(() => write(['b']));
    await begun();
    await Promise.all([first, ...Array.from({ length: others }, (_, i) => write([`x${i}`]))]);
  };
  await chain(few, 2);
  await chain(many, 9);
  expect([few.transactions, many.transactions]).toEqual([
    ['a', 'x0 x1 b'],
    ['a', 'x0 x1 x2 x3 x4 x5 x6 x7 x8', 'b'],
  ]);
});

test('calls of different turns are combined, atomic calls are not', async () => {
  const { transactions, write } = setUp();
  const fence = (token: number) => ({ fence: { component: 'x', token } });
  await Promise.all([
    write(['a'], fence(1)),
    write(['b']),
    write(['c'], fence(1)),
    write(['d'], fence(2)),
    write(['e'], { atomic: true }),
    write(['f']),
  ]);
  expect(transactions).toEqual(['a b c d f as x 1 as x 2', 'e atomic']);
});

test('a transaction stays within the limits, but has at least one call', async () => {
  const { transactions, write } = setUp(undefined, { batchOps: 2, batchBytes: 6 });
  await Promise.all([write(['a', 'b', 'c']), write(['d']), write(['e']), write(['f']), write(['long-key']), write(['g'])]);
  expect(transactions).toEqual(['a b c', 'd e', 'f', 'long-key', 'g']);
});

test('an unexpected error affects only the call that caused it; a superseded turn affects all', async () => {
  const poison = setUp((keys) => (keys.includes('bad') ? new Error('poison') : undefined));
  const outcomes = await Promise.allSettled([poison.write(['a']), poison.write(['bad']), poison.write(['c'])]);
  expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.message))).toEqual([
    ['a 1'],
    'poison',
    ['c 2'],
  ]);
  const fenced = setUp(() => new FencedError('x'));
  await expect(Promise.all([fenced.write(['a']), fenced.write(['b'])])).rejects.toThrow(FencedError);
  expect(fenced.transactions).toEqual(['a b']);
});

test('a superseded turn fails its own calls, not those of others', async () => {
  const superseded = ({ fence, fences = fence ? [fence] : [] }: TransactionOptions) => fences.some(({ token }) => token === 1);
  const { transactions, write } = setUp((_, terms) => (superseded(terms) ? new FencedError('x') : undefined));
  const fence = (token: number) => ({ fence: { component: 'x', token } });
  const calls = [write(['a'], fence(1)), write(['b'], fence(2)), write(['c'], fence(1)), write(['d']), write(['e'], fence(2))];
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.message))).toEqual([
    'the turn of x was overtaken',
    ['b 1'],
    'the turn of x was overtaken',
    ['d 3'],
    ['e 2'],
  ]);
  expect(transactions).toEqual(['a b c d e as x 1 as x 2', 'a c as x 1', 'b e as x 2', 'd']);
});

describe('over a store that executes transactions in the order of the calls', () => {
  const pipelined = { pipelined: true, pipelineOps: 2, pipelineBytes: 100, pipelineDepth: 3 };

  test('many calls do not wait for answers, within the limits', async () => {
    const { transactions, write, queue } = setUp(undefined, pipelined);
    const calls = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((key) => write([key]));
    // Nothing was awaited yet: three are in flight, the rest waits.
    expect(transactions).toEqual(['a b', 'c d', 'e f']);
    await Promise.all(calls);
    expect([transactions, queue.busy]).toEqual([['a b', 'c d', 'e f', 'g h', 'i'], false]);
  });

  test('much data does not wait either', async () => {
    const { transactions, write } = setUp(undefined, pipelined);
    const long = 'x'.repeat(100);
    const calls = [write([long]), write(['b'])];
    expect(transactions).toEqual([long]);
    await Promise.all(calls);
    expect(transactions).toEqual([long, 'b']);
  });

  test('a call on keys in flight waits for them, and is overtaken by others meanwhile', async () => {
    const { transactions, write } = setUp(undefined, pipelined);
    const calls = [write(['a']), write(['b']), write(['a']), write(['c']), write(['d']), write(['b'])];
    expect(transactions).toEqual(['a b', 'c', 'd']);
    await Promise.all(calls);
    expect(transactions).toEqual(['a b', 'c', 'd', 'a b']);
  });

  test('an atomic call is alone in its transaction, and waits for its keys', async () => {
    const { transactions, write } = setUp(undefined, pipelined);
    const calls = [write(['a']), write(['b']), write(['a', 'x'], { atomic: true }), write(['c']), write(['x']), write(['d'])];
    await Promise.all(calls);
    expect(transactions).toEqual(['a b', 'c', 'a x atomic', 'd', 'x']);
  });

  test('calls of a transaction that fails are retried one by one, and their keys wait for that', async () => {
    const { transactions, write } = setUp((keys) => (keys.includes('bad') ? new Error('poison') : undefined), pipelined);
    const outcomes = await Promise.allSettled([write(['a']), write(['bad']), write(['c']), write(['d']), write(['a']), write(['e'])]);
    expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.message))).toEqual([
      ['a 4'],
      'poison',
      ['c 1'],
      ['d 2'],
      ['a 5'],
      ['e 3'],
    ]);
    expect(transactions).toEqual(['a bad', 'c d', 'e', 'a', 'bad', 'a']);
  });
});
