import { describe, expect, it } from '@jest/globals';
import { SteppedClock } from '#apimachinery';
import { backoffDelay, WorkQueue } from './work-queue.js';

function takeAll(queue: WorkQueue) {
  const items = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) items.push(item);
  return items;
}

describe('WorkQueue', () => {
  it('existing objects (revision 0) do not replace the cause of a key', () => {
    const queue = new WorkQueue(new SteppedClock(0));
    queue.add('a', 0);
    queue.add('a', 5);
    queue.add('b', 6);
    queue.add('b', 0);
    queue.add('c', 0);
    expect(takeAll(queue)).toEqual([{ key: 'a', wokenBy: 5 }, { key: 'b', wokenBy: 6 }, { key: 'c' }]);
  });

  it('hands each key out once, in order, with the earliest revision that queued it', () => {
    const queue = new WorkQueue(new SteppedClock(0));
    queue.add('b', 7);
    queue.add('a', 8);
    queue.add('b', 5);
    queue.add('b', 9);
    queue.add('c');
    expect(takeAll(queue)).toEqual([{ key: 'b', wokenBy: 5 }, { key: 'a', wokenBy: 8 }, { key: 'c' }]);
  });

  it('never hands a key out twice at a time; a key added in the meantime is queued again', () => {
    const queue = new WorkQueue(new SteppedClock(0));
    queue.add('a', 1);
    queue.take();
    queue.add('a', 4);
    queue.add('a', 3);
    expect(queue.ready).toBe(false);
    queue.done('a');
    expect(takeAll(queue)).toEqual([{ key: 'a', wokenBy: 3 }]);
    queue.done('a');
    expect(queue.ready).toBe(false);
  });

  it('waits on the cluster clock, and keeps the cause of the request', () => {
    const clock = new SteppedClock(1000);
    const queue = new WorkQueue(clock);
    queue.addAfter('a', 500, 12);
    expect([queue.ready, queue.nextAt()]).toEqual([false, 1500]);
    clock.advance(500);
    expect(queue.ready).toBe(true);
    expect(takeAll(queue)).toEqual([{ key: 'a', wokenBy: 12 }]);
    expect(queue.nextAt()).toBeUndefined();
  });

  it('drops the timer of a key that is processed earlier', () => {
    const queue = new WorkQueue(new SteppedClock(0));
    queue.addAfter('a', 500, 1);
    queue.add('a', 9);
    expect(takeAll(queue)).toEqual([{ key: 'a', wokenBy: 9 }]);
    expect(queue.nextAt()).toBeUndefined();
  });

  it('doubles the back-off of a failing key until it succeeds', () => {
    const clock = new SteppedClock(0);
    const queue = new WorkQueue(clock);
    const delays = [1, 2, 3].map(() => {
      queue.addRateLimited('a');
      const delay = (queue.nextAt() ?? 0) - clock.now();
      clock.advance(delay);
      queue.take();
      queue.done('a');
      return delay;
    });
    queue.forget('a');
    queue.addRateLimited('a');
    expect([...delays, (queue.nextAt() ?? 0) - clock.now()]).toEqual([5, 10, 20, 5]);
    expect([1, 2, 10, 18, 19, 60].map(backoffDelay)).toEqual([5, 10, 2560, 655_360, 1_000_000, 1_000_000]);
  });

  it('reports work that is added to the empty queue', () => {
    const queue = new WorkQueue(new SteppedClock(0));
    let told = 0;
    queue.onWork(() => {
      told += 1;
    });
    queue.add('a');
    queue.add('b');
    takeAll(queue);
    queue.add('a');
    queue.done('a');
    expect(told).toBe(2);
  });
});
