import path from 'node:path';
import { mock } from 'node:test';

type Result = { data?: unknown; errors?: unknown[] };
interface Run {
  state: string;
  result?: Result;
  took?: number;
  log: { count: number; gap?: boolean };
  frozen?: { count: number };
}
interface Sink {
  next(result: Result): void;
  error(errors: unknown[]): void;
  complete(): void;
  lost(): void;
}
interface Runs {
  byTab: Map<string, Run>;
  start(tab: string, operation: unknown): Promise<Run>;
  stop(tab: string): void;
  close(tab: string): void;
  pause(tab: string, paused: boolean): void;
  tap(tap: (run: Run, event: unknown) => void): () => void;
  subscribe(listener: () => void): () => void;
}

const { Runs } = (await import(path.join(import.meta.dirname, 'runs.js'))) as { Runs: new (parts: unknown) => Runs };

const query = { title: 'Q', kind: 'query', request: { query: '{ a }' } };
const subscription = { title: 'S', kind: 'subscription', request: { query: 'subscription S { a }' } };

/** Runs over a client whose answers the test gives; its time goes on by one at each look. */
function runsOver(execute: (request: unknown, options: { signal: AbortSignal }) => Promise<Result> = () => new Promise(() => {})) {
  const sinks: Sink[] = [];
  const stopped: number[] = [];
  const client = {
    execute,
    subscribe: (_request: unknown, sink: Sink) => {
      const number = sinks.push(sink) - 1;
      return () => stopped.push(number);
    },
  };
  let time = 0;
  const waiting: (() => void)[] = [];
  const runs = new Runs({ client, now: () => (time += 1), after: (_ms: number, run: () => void) => waiting.push(run) });
  const tell = () => {
    for (const run of waiting.splice(0)) run();
  };
  return { runs, sinks, stopped, tell };
}

test('a query’s result', async () => {
  const { runs } = runsOver(async () => ({ data: { a: 1 } }));
  expect(await runs.start('t', query)).toMatchObject({ state: 'ended', took: 1, result: { data: { a: 1 } } });
});

test('a query that fails, and a server that does not answer', async () => {
  expect(await runsOver(async () => ({ errors: [{ message: 'no' }] })).runs.start('t', query)).toMatchObject({ state: 'failed' });
  const gone = runsOver(() => Promise.reject(new Error('Failed to fetch')));
  expect(await gone.runs.start('t', query)).toMatchObject({ state: 'failed', result: { errors: [{ message: 'Failed to fetch' }] } });
});

test('a query that was stopped is aborted, and its answer dropped', async () => {
  let answer: (result: Result) => void = () => undefined;
  let signal: AbortSignal | undefined;
  const { runs } = runsOver((_request, options) => {
    signal = options.signal;
    return new Promise((resolve) => (answer = resolve));
  });
  const started = runs.start('t', query);
  runs.stop('t');
  answer({ data: {} });
  expect([(await started).state, signal?.aborted]).toEqual(['stopped', true]);
});

test('a mutation that is sent already is not sent again by a second click; another one is, and so is it when it was answered', async () => {
  const sent: unknown[] = [];
  const answers: ((result: Result) => void)[] = [];
  const { runs } = runsOver((request) => {
    sent.push(request);
    return new Promise((resolve) => answers.push(resolve));
  });
  const turn = { title: 'T', kind: 'mutation', request: { query: 'mutation { turn }', variables: { by: '1m' } } };
  const first = runs.start('t', turn);
  const second = runs.start('t', structuredClone(turn));
  answers[0]?.({ data: { turned: 1 } });
  expect([(await first).result, (await second).result, sent.length]).toEqual([{ data: { turned: 1 } }, { data: { turned: 1 } }, 1]);
  void runs.start('t', turn);
  void runs.start('t', { ...turn, request: { ...turn.request, variables: { by: '2m' } } });
  expect(sent.length).toBe(3);
});

test('subscriptions of several tabs go on side by side; closing a tab ends its own', async () => {
  const { runs, sinks, stopped } = runsOver();
  await runs.start('a', subscription);
  await runs.start('b', subscription);
  sinks[0]?.next({ data: 1 });
  sinks[1]?.next({ data: 2 });
  sinks[0]?.next({ data: 3 });
  expect([...runs.byTab.values()].map(({ log }) => log.count)).toEqual([2, 1]);
  runs.close('a');
  sinks[0]?.next({ data: 4 });
  expect([[...runs.byTab.keys()], stopped]).toEqual([['b'], [0]]);
});

test('a subscription that is started anew begins anew; late events of the one before are dropped', async () => {
  const { runs, sinks, stopped } = runsOver();
  await runs.start('a', subscription);
  sinks[0]?.next({ data: 1 });
  await runs.start('a', subscription);
  sinks[0]?.next({ data: 2 });
  expect([runs.byTab.get('a')?.log.count, stopped]).toEqual([0, [0]]);
});

test('a paused subscription gathers its events', async () => {
  const { runs, sinks } = runsOver();
  await runs.start('a', subscription);
  sinks[0]?.next({ data: 1 });
  runs.pause('a', true);
  sinks[0]?.next({ data: 2 });
  expect(runs.byTab.get('a')).toMatchObject({ frozen: { count: 1 }, log: { count: 2 } });
  runs.pause('a', false);
  expect(runs.byTab.get('a')?.frozen).toBeUndefined();
});

test('the end of a subscription: by the server, and with an error', async () => {
  const { runs, sinks } = runsOver();
  await runs.start('a', subscription);
  await runs.start('b', subscription);
  sinks[0]?.complete();
  sinks[1]?.error([{ message: 'expired' }]);
  expect([...runs.byTab.values()].map(({ state, result }) => [state, result])).toEqual([
    ['ended', undefined],
    ['failed', { errors: [{ message: 'expired' }] }],
  ]);
});

test('a subscription whose connection was lost goes on, with a gap', async () => {
  const { runs, sinks } = runsOver();
  await runs.start('a', subscription);
  sinks[0]?.next({ data: 1 });
  sinks[0]?.lost();
  expect(runs.byTab.get('a')).toMatchObject({ state: 'running', log: { count: 1, gap: true } });
  sinks[0]?.next({ data: 2 });
  expect(runs.byTab.get('a')).toMatchObject({ log: { count: 2, first: [{}, { afterGap: true }] } });
});

test('many events are one notification; taps get each', async () => {
  const { runs, sinks, tell } = runsOver();
  const listener = mock.fn();
  const tap = mock.fn();
  runs.subscribe(listener);
  runs.tap(tap);
  await runs.start('a', subscription);
  for (let i = 0; i < 50; i += 1) sinks[0]?.next({ data: i });
  tell();
  expect([listener.mock.callCount(), tap.mock.callCount()]).toEqual([1, 50]);
});
