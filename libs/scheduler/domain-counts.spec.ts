import { DomainCounts, TopologyCounts } from './domain-counts.js';

test('counts, their minimum, and independent copies', () => {
  const counts = new DomainCounts();
  expect(counts.min()).toBe(Number.POSITIVE_INFINITY);
  for (const [domain, amount] of [
    ['a', 3],
    ['b', 1],
    ['c', 2],
  ] as const)
    counts.add(domain, amount);
  const copy = counts.clone();
  copy.add('b', 5);
  copy.add('a', -3);
  const second = copy.clone();
  second.add('a', 9);
  const read = (of: DomainCounts) => [of.of('a'), of.of('b'), of.of('c'), of.min(), of.size];
  expect([counts, copy, second].map(read)).toEqual([
    [3, 1, 2, 1, 3],
    [0, 6, 2, 0, 3],
    [9, 6, 2, 2, 3],
  ]);
});

test('by topology key', () => {
  const counts = new TopologyCounts();
  expect(counts.keys()).toEqual([]);
  const labels = { zone: 'a', host: 'h' };
  counts.add(labels, 'zone', 2);
  counts.add(labels, 'host', 1);
  counts.add(labels, 'rack', 7);
  const copy = counts.clone();
  copy.add(labels, 'zone', -2);
  expect(
    [counts, copy].map((each) => [each.of(labels, 'zone'), each.of(labels, 'rack'), each.total(labels), each.total({ zone: 'b' })]),
  ).toEqual([
    [2, 0, 3, 0],
    [0, 0, 1, 0],
  ]);
});
