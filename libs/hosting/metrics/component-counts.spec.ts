import { memoryBus } from '#cacher/bus';
import { ClusterRegistries, familiesText, values } from '#component-base';
import { answerCounts, ComponentCounts } from './component-counts.js';

const turns = () => values('turns_total', 'Turns.');

/** An asker, and workers that have taken so many turns each. */
async function opened(...taken: number[]) {
  const bus = memoryBus();
  for (const count of taken) {
    const registries = new ClusterRegistries();
    for (let i = 0; i < count; i++) registries.of('c1', 'kube-scheduler').count(turns, {});
    await answerCounts(bus, registries);
  }
  const late: Array<() => void> = [];
  const counts = new ComponentCounts({
    bus,
    ask: async (channel, message) => {
      bus.publish(channel, message);
      return taken.length;
    },
    after: (_, run) => {
      late.push(run);
      return () => undefined;
    },
  });
  return { bus, counts, late };
}

test.each([
  [[], ''],
  [[2], '# HELP turns_total Turns.\n# TYPE turns_total counter\nturns_total 2\n'],
  [[2, 0, 3], '# HELP turns_total Turns.\n# TYPE turns_total counter\nturns_total 5\n'],
])('what workers with %j turns count is added up', async (taken, text) => {
  const { counts } = await opened(...taken);
  expect(familiesText(await counts.of('c1', 'kube-scheduler'))).toBe(text);
  expect(await counts.of('c2', 'kube-scheduler')).toEqual([]);
});

test('a worker that does not answer is not waited for without end', async () => {
  const { bus, late } = await opened();
  const counts = new ComponentCounts({
    bus,
    ask: () => Promise.resolve(1),
    after: (_, run) => {
      late.push(run);
      return () => undefined;
    },
  });
  const asked = counts.of('c1', 'kube-scheduler');
  while (late.length === 0) await Promise.resolve();
  for (const run of late) run();
  expect(await asked).toEqual([]);
});
