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
