import { describe, expect, it } from '@jest/globals';
import { TimerHeap } from './timer-heap.js';

function drain(heap: TimerHeap<string>, now: number): string[] {
  const values: string[] = [];
  for (let due = heap.takeDue(now); due !== undefined; due = heap.takeDue(now)) values.push(due.value);
  return values;
}

describe('TimerHeap', () => {
  it('returns values by instant, those of the same instant in the order they were set', () => {
    const heap = new TimerHeap<string>();
    for (const [value, at] of [
      ['c', 30],
      ['a', 10],
      ['b2', 20],
      ['b1', 20],
      ['d', 40],
      ['a2', 10],
    ] as const)
      heap.set(value, at);
    expect(heap.nextAt()).toBe(10);
    expect(drain(heap, 30)).toEqual(['a', 'a2', 'b2', 'b1', 'c']);
    expect(heap.nextAt()).toBe(40);
  });

  it('keeps the earlier of two timers of a value', () => {
    const heap = new TimerHeap<string>();
    heap.set('a', 30);
    heap.set('a', 10);
    heap.set('a', 20);
    expect(drain(heap, 100)).toEqual(['a']);
    expect(heap.nextAt()).toBeUndefined();
  });

  it('drops cleared timers', () => {
    const heap = new TimerHeap<string>();
    heap.set('a', 10);
    heap.set('b', 20);
    heap.clear('a');
    expect(heap.nextAt()).toBe(20);
    heap.set('a', 30);
    expect(drain(heap, 100)).toEqual(['b', 'a']);
  });

  it('sorts a thousand', () => {
    const heap = new TimerHeap<string>();
    const instants = Array.from({ length: 1000 }, (_, index) => (index * 7919) % 1009);
    for (const at of instants) heap.set(String(at), at);
    expect(drain(heap, 2000)).toEqual([...new Set(instants)].sort((a, b) => a - b).map(String));
  });
});
