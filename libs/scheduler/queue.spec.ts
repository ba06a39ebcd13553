import type { corev1 } from '#api';
import { SteppedClock } from '#apimachinery';
import { DEFAULT_RULES, SchedulingQueue } from './queue.js';

const START = 1_000_000;
const pod = (name: string, priority = 0): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'ns' },
  spec: { containers: [], priority },
});

function open(): { clock: SteppedClock; queue: SchedulingQueue; add(name: string, priority?: number): void; takeAll(): string[] } {
  const clock = new SteppedClock(START);
  const queue = new SchedulingQueue(clock);
  return {
    clock,
    queue,
    add: (name, priority) => queue.add(name, pod(name, priority), 1),
    takeAll() {
      const taken: string[] = [];
      for (let next = queue.take(); next; next = queue.take()) taken.push(next.key);
      return taken;
    },
  };
}

test('ordered by priority, then age', () => {
  const { add, takeAll, queue } = open();
  add('a', 1);
  add('b', 5);
  add('c', 1);
  add('d', 5);
  queue.remove('d');
  expect(takeAll()).toEqual(['b', 'a', 'c']);
  expect(queue.ready).toBe(false);
});

test('a failed pod is retried after its back-off once something changes, or after five minutes', () => {
  const { add, takeAll, queue, clock } = open();
  add('a');
  add('b');
  takeAll();
  queue.fail('a', { rejectedBy: new Set() });
  queue.fail('b', 'retry');
  queue.moveAll(
    7,
    () =>
      ({ metadata }) =>
        metadata.name === 'a',
  );
  expect([queue.ready, queue.nextAt()]).toEqual([false, START + 1000]);
  clock.set(START + 1000);
  expect(takeAll()).toEqual(['a', 'b']);
  queue.fail('a', { rejectedBy: new Set() });
  expect(queue.nextAt()).toBe(START + 1000 + 300_000);
  clock.set(START + 3000);
  queue.moveAll(8);
  expect(takeAll()).toEqual(['a']);
  queue.fail('a', { rejectedBy: new Set() });
  clock.set(START + 303_000);
  expect(takeAll()).toEqual(['a']);
});

test('the cost of removing and adding many pods is linear', () => {
  const { add, takeAll, queue } = open();
  for (let index = 0; index < 50_000; index++) {
    add(`a${index}`);
    add(`b${index}`);
    queue.remove(`b${index}`);
    queue.take();
  }
  expect(takeAll()).toEqual([]);
});

test('a pod that a plugin keeps out of the queue stays out when something changes, until it is let in', () => {
  let gated = true;
  const queue = new SchedulingQueue(new SteppedClock(START), { ...DEFAULT_RULES, gate: () => (gated ? 'SchedulingGates' : undefined) });
  queue.add('a', pod('a'), 1);
  queue.moveAll(2);
  expect([queue.ready, queue.waiting, queue.nextAt()]).toEqual([false, true, undefined]);
  gated = false;
  queue.moveAll(3, ({ plugins }) => (plugins.has('SchedulingGates') ? () => true : false));
  expect(queue.take()?.key).toBe('a');
});

test('pods are moved by the plugins that have rejected them', () => {
  const { add, takeAll, queue, clock } = open();
  add('a');
  add('b');
  takeAll();
  queue.fail('a', { rejectedBy: new Set(['NodePorts']) });
  queue.fail('b', { rejectedBy: new Set(['NodeAffinity', 'NodePorts']) });
  clock.set(START + 2000);
  const asked: string[] = [];
  queue.moveAll(2, ({ schedulerName, plugins }) => {
    asked.push([schedulerName, ...plugins].join(' '));
    return plugins.has('NodeAffinity') && (({ metadata }) => metadata.name === 'b');
  });
  expect([asked, takeAll()]).toEqual([['default-scheduler NodePorts', 'default-scheduler NodeAffinity NodePorts'], ['b']]);
});
