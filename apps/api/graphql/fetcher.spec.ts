import path from 'node:path';

type Answer = { data?: unknown } | (AsyncIterator<unknown> & AsyncIterable<unknown>);
type Run = (parameters: { operationName?: string }, options: unknown) => Promise<Answer>;

/** The AST of a document with these operations, as far as the fetcher reads it. */
const documentOf = (...operations: string[]) => ({
  documentAST: { definitions: operations.map((operation) => ({ kind: 'OperationDefinition', operation, name: { value: operation } })) },
});

/** The playground's fetcher over a GraphiQL whose own fetcher returns `answer`. */
async function playground(answer: unknown): Promise<Run> {
  Object.assign(globalThis, {
    location: { protocol: 'https:', host: 'here' },
    graphqlWs: { createClient: () => ({ dispose: () => undefined }) },
    GraphiQL: { createFetcher: () => () => Promise.resolve(answer) },
  });
  const file = path.join(import.meta.dirname, 'playground/fetcher.js');
  const { createFetcher } = (await import(file)) as { createFetcher(token: string, onVoid: () => void): { run: Run } };
  return createFetcher('token', () => undefined).run;
}

test('the result of a query or mutation is shown unchanged', async () => {
  const result = { data: { pods: { items: [] } } };
  const run = await playground(result);
  expect(await run({}, documentOf('query'))).toBe(result);
  expect(await run({ operationName: 'mutation' }, documentOf('subscription', 'mutation'))).toBe(result);
});

test('the events of a subscription are collected, and Stop ends its source at once', async () => {
  const events = [{ data: { watch: 1 } }, { data: { watch: 2 } }];
  let stopped = false;
  const source = {
    // The third event never comes.
    next: () => (events.length > 0 ? Promise.resolve({ value: events.shift(), done: false }) : new Promise(() => undefined)),
    return: async () => {
      stopped = true;
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]: () => source,
  };
  const run = await playground(source);
  const shown = (await run({}, documentOf('subscription'))) as AsyncIterator<unknown>;
  const seen = [await shown.next(), await shown.next()];
  void shown.next();
  await shown.return?.();
  expect([seen, stopped]).toEqual([
    [
      { value: { data: { watch: [1] } }, done: false },
      { value: { data: { watch: [1, 2] } }, done: false },
    ],
    true,
  ]);
});
