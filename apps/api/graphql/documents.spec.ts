import { type EventLoop, Graphs, Turns } from '#graphql';
import { documentOf } from './documents.js';

/** An event loop that is turned by hand; whatever is done takes longer than a slice. */
class SteppedLoop implements EventLoop {
  private time = 0;
  private next: Array<() => void> = [];

  now(): number {
    return this.time;
  }

  worked(): number {
    return this.time;
  }

  nextTurn(run: () => void): void {
    this.next.push(run);
  }

  whenSettled(run: () => void): void {
    this.time += 10;
    setImmediate(run);
  }

  after(): () => void {
    return () => undefined;
  }

  /** Runs what waits for the next iteration, and all that follows from it at once. */
  async turn(): Promise<void> {
    for (const run of this.next.splice(0)) run();
    for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

test('documents that come together are read one in a turn, and tenants take turns', async () => {
  const loop = new SteppedLoop();
  const graphs = new Graphs(
    { running: new Map(), subscribed: new Map(), turns: new Turns(loop), onUnexpected: () => undefined },
    { ofDefinition: () => undefined, ofField: () => undefined },
  );
  const read: string[] = [];
  for (const [name, id] of [
    ['a1', 'a'],
    ['a2', 'a'],
    ['a3', 'a'],
    ['b1', 'b'],
  ] as const)
    void documentOf(graphs.builtIn, { cluster: { id } }, `{ ${name}: __typename }`).then((document) => {
      read.push(Array.isArray(document) ? 'refused' : name);
    });
  const seen: string[][] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    await loop.turn();
    seen.push([...read]);
  }
  expect(seen).toEqual([['a1'], ['a1', 'b1'], ['a1', 'b1', 'a2'], ['a1', 'b1', 'a2', 'a3']]);
});

describe('a document that is sent again', () => {
  const open = () => {
    const loop = new SteppedLoop();
    loop.nextTurn = (run) => void setImmediate(run);
    const graphs = new Graphs(
      { running: new Map(), subscribed: new Map(), turns: new Turns(loop), onUnexpected: () => undefined },
      { ofDefinition: () => undefined, ofField: () => undefined },
    );
    return (query: string) => documentOf(graphs.builtIn, { cluster: { id: 'a' } }, query);
  };

  test('is not parsed again, unless it is refused, long, or for another schema', async () => {
    const [read, other] = [open(), open()];
    const query = 'subscription { pods { type } }';
    expect(await read(query)).toBe(await read(query));
    expect(await other(query)).not.toBe(await read(query));
    const long = `{ __typename } #${'x'.repeat(4 * 1024)}`;
    expect(await read(long)).not.toBe(await read(long));
    for (let i = 0; i < 2; i += 1) {
      expect(await read('{ nothing }')).toEqual([expect.objectContaining({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } })]);
      expect(await read('{')).toEqual([expect.objectContaining({ extensions: { code: 'GRAPHQL_PARSE_FAILED' } })]);
    }
  });
});
