import { pod } from '../test-objects.js';
import { prioritySort } from './priority-sort.js';

test.each<[string, [number | undefined, number], [number | undefined, number], boolean]>([
  ['a higher priority comes first', [100, 2], [50, 1], true],
  ['a lower one does not', [50, 1], [100, 2], false],
  ['of the same priority the one that came first', [50, 1], [50, 2], true],
  ['and not the other one', [50, 2], [50, 1], false],
  ['no priority is 0', [undefined, 2], [-1, 1], true],
])('PrioritySort: %s', (_, [priority, order], [other, otherOrder], first) => {
  const queued = (name: string, of: number | undefined, at: number) => ({
    pod: pod(name, of === undefined ? {} : { priority: of }),
    order: at,
  });
  expect((prioritySort.queueSort?.(queued('a', priority, order), queued('b', other, otherOrder)) ?? 0) < 0).toBe(first);
});
