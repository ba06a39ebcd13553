import { ttlStep } from './node-ttl.js';

it.each([
  [3, 0, 0],
  [100, 0, 0],
  [101, 0, 1],
  [95, 1, 1],
  [89, 1, 0],
  [5000, 0, 4],
  [1799, 4, 3],
  [1, 4, 0],
])('%s nodes, coming from step %s: step %s', (nodes, from, step) => {
  expect(ttlStep(nodes, from)).toBe(step);
});
