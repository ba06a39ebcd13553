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

const named =
  (...names: string[]) =>
  () =>
  ({ metadata }: corev1.Pod) =>
    names.includes(metadata.name);

test('a rejected pod is retried once something changes, or after five minutes', () => {
  const { add, takeAll, queue, clock } = open();
  add('a');
  takeAll();
  queue.fail('a', { rejectedBy: new Set() });
  expect([queue.ready, queue.nextAt()]).toEqual([false, START + 300_000]);
  queue.moveAll(8);
  expect(takeAll()).toEqual(['a']);
  queue.fail('a', { rejectedBy: new Set() });
  clock.set(START + 300_000);
  expect(takeAll()).toEqual(['a']);
});

test('after an error a pod waits for the end of its back-off, which is doubled each time', () => {
  const { add, takeAll, queue, clock } = open();
  add('a');
  const delays: number[] = [];
  for (let failures = 0; failures < 6; failures++) {
    takeAll();
    queue.fail('a', 'retry');
    expect(queue.ready).toBe(false);
    const next = queue.nextAt() ?? 0;
    delays.push(next - clock.now());
    clock.set(next);
  }
  expect(delays).toEqual([2000, 3000, 5000, 9000, 11_000, 11_000]);
});

test('errors and rejections are counted apart', () => {
  const { add, takeAll, queue, clock } = open();
  add('a');
  const delays: number[] = [];
  for (const how of ['error', 'error', 'rejection', 'rejection', 'error'] as const) {
    takeAll();
    queue.fail('a', how === 'error' ? 'retry' : { rejectedBy: new Set(['NodePorts']) });
    if (how === 'rejection') queue.retry('a');
    const next = queue.nextAt() ?? 0;
    delays.push(next - clock.now());
    clock.set(next);
  }
  expect(delays).toEqual([2000, 3000, 2000, 3000, 2000]);
});

test('a pod in back-off that something may have helped is taken when no other is active', () => {
  const { add, takeAll, queue, clock } = open();
  for (const [name, priority] of [
    ['low', 1],
    ['high', 2],
    ['late', 9],
    ['error', 9],
  ] as const)
    add(name, priority);
  takeAll();
  for (const name of ['low', 'high', 'late']) queue.fail(name, { rejectedBy: new Set(['NodePorts']) });
  queue.fail('error', 'retry');
  queue.moveAll(2, named('late'));
  expect(queue.take()?.key).toBe('late');
  clock.set(START + 1000);
  queue.fail('late', { rejectedBy: new Set(['NodePorts']) });
  queue.moveAll(3);
  add('new');
  expect(takeAll()).toEqual(['new', 'high', 'low', 'late']);
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
