import { type EventLoop, type Share, Turns } from './turns.js';

/** An event loop that is driven by the test: work takes time by `pass`. */
class StillLoop implements EventLoop {
  private time = 0;
  private readonly queue: Array<() => void> = [];
  now = () => this.time;
  worked = () => this.time;
  nextTurn = (run: () => void) => void this.queue.push(run);
  whenSettled = (run: () => void) => void setImmediate(run);
  after = (): never => {
    throw new Error('no operation here waits for a time');
  };

  pass(milliseconds: number): void {
    this.time += milliseconds;
  }

  /** Runs turns until nothing is queued. Returns their number. */
  async run(): Promise<number> {
    const settled = () => new Promise((resolve) => setTimeout(resolve, 1));
    for (let turns = 0; ; turns += 1) {
      await settled();
      const next = this.queue.shift();
      if (!next) return turns;
      next();
      for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** An operation with the given number of pieces of work, each taking 3 ms. */
async function operation({ loop, share, name, done }: { loop: StillLoop; share: Share; name: string; done: string[] }, pieces: number) {
  for (let piece = 0; piece < pieces; piece += 1) {
    const wait = share.turn();
    if (wait) await wait;
    loop.pass(3);
    done.push(name);
  }
}

describe('turns', () => {
  test('an operation works for a slice and then the others work', async () => {
    const loop = new StillLoop();
    const turns = new Turns(loop, 8);
    const done: string[] = [];
    const [a, b, c] = [turns.share('x'), turns.share('y'), turns.share('y')];
    const all = [
      operation({ loop, share: a, name: 'a', done }, 6),
      operation({ loop, share: b, name: 'b', done }, 3),
      operation({ loop, share: c, name: 'c', done }, 3),
    ];
    // Three pieces take 9 ms: the slice of 8 ms is over. Tenants take turns, and y's two operations share y's turns.
    await loop.run();
    await Promise.all(all);
    expect(done.join('')).toBe('aaabbbaaaccc');
    expect([a, b, c].map(({ milliseconds }) => milliseconds)).toEqual([18, 9, 9]);
  });

  test('short operations share a turn of the event loop, up to half a slice', async () => {
    const loop = new StillLoop();
    const turns = new Turns(loop, 8);
    const done: string[] = [];
    const names = ['a', 'b', 'c', 'd', 'e'];
    const all = names.map((name) => operation({ loop, share: turns.share(name), name, done }, 1));
    // Two of 3 ms in each of the first two turns: the half slice is over with the second.
    expect(await loop.run()).toBe(3);
    await Promise.all(all);
    expect(done).toEqual(names);
  });

  test('waiting parts of one operation are resumed one by one, in order', async () => {
    const loop = new StillLoop();
    const turns = new Turns(loop, 8);
    const share = turns.share('x');
    const done: string[] = [];
    const parts = ['a', 'b', 'c', 'd', 'e'].map((name) => operation({ loop, share, name, done }, 1));
    expect(await loop.run()).toBe(2);
    await Promise.all(parts);
    expect(done.join('')).toBe('abcde');
  });

  test('a stopped operation is not resumed', async () => {
    const loop = new StillLoop();
    const turns = new Turns(loop, 8);
    const [a, b] = [turns.share('x'), turns.share('x')];
    const done: string[] = [];
    void operation({ loop, share: a, name: 'a', done }, 3);
    const going = operation({ loop, share: b, name: 'b', done }, 3);
    a.stop();
    await loop.run();
    await going;
    expect(done.join('')).toBe('bbb');
  });
});
