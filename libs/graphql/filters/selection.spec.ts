import { selectionOf } from './selection.js';
import { argument, structOf, types } from './test-structs.js';

const struct = structOf('ConfigMap');
const object = { metadata: { name: 'a', creationTimestamp: '2026-05-01T00:00:00Z' } };
const clock = (time: string) => ({ now: () => Date.parse(time) }) as never;

test('arguments are compiled once for each clock', () => {
  const args = { where: argument(types.where(struct), '{ metadata: { creationTimestamp: { olderThan: "1h" } } }') };
  const [early, late] = [clock('2026-05-01T00:30:00Z'), clock('2026-05-01T02:00:00Z')];
  expect([early, late].map((context) => selectionOf(struct, args, context).holds?.(object))).toEqual([false, true]);
  expect(selectionOf(struct, args, early)).toBe(selectionOf(struct, args, early));
});

test('bad ones are refused each time', () => {
  const args = { where: argument(types.where(struct), '{ metadata: { creationTimestamp: { olderThan: "long" } } }') };
  const context = clock('2026-05-01T00:30:00Z');
  for (let time = 0; time < 2; time += 1) expect(() => selectionOf(struct, args, context)).toThrow('"long" is no duration');
});
