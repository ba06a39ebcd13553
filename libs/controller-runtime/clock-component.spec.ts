import fc from 'fast-check';
import { SteppedClock } from '#apimachinery';
import { CLOCK, FencedError, memoryStorage, type Storage } from '#storage';
import { clockComponent, END_MISSED, type TurnedCluster } from './clock-component.js';
import type { ClusterContext, Component } from './component.js';
import { type HostedCluster, Seat } from './turn.js';

const START = 1_000;
const cause = { requestId: 'r', user: 'u' };

/** Simulates a process that is killed: after the given number of store calls, nothing more of it happens. */
class Killed extends Error {}

/** The same store for `calls` calls; later ones never return. */
function mortal(storage: Storage, calls: number): Storage {
  let left = calls;
  const spend = () => {
    if (left <= 0) throw new Killed();
    left -= 1;
  };
  return new Proxy(storage, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        spend();
        // Killed before the call, or after it but before its response.
        const answer = await value.apply(target, args);
        spend();
        return answer;
      };
    },
  });
}

const ticks = 7;
const keyOf = (name: string, at: number) => `/registry/ticks/${name}/${String(at).padStart(6, '0')}`;

/** Writes one object at each multiple of its period, with the current time; an existing object is not written again. */
function ticking(name: string, period: number, writes: Storage): Component {
  return {
    name,
    interests: () => false,
    open: ({ clock, fence }) =>
      Promise.resolve({
        async drain() {
          const now = clock.now();
          const due = now - (now % period);
          if (due > START) {
            const [found] = await writes.get([keyOf(name, due)]);
            const op = { type: 'create' as const, key: keyOf(name, due), value: String(now), cause, at: now };
            if (found === undefined) await writes.write([op], { fence: fence?.() });
          }
          return { more: false, nextAt: due + period };
        },
        close: () => undefined,
      }),
  };
}

/** A worker that advances the clock of cluster c over this store, with a clock of its own. */
function worker(
  storage: Storage,
  components: readonly Component[] = [ticking('a', 300, storage), ticking('b', 500, storage)],
  catchUp: HostedCluster['catchUp'] = async () => undefined,
): Seat {
  const clock = new SteppedClock(START);
  const hostedOver = (turns: HostedCluster['turns']): HostedCluster => ({
    cluster: 'c',
    turns,
    conductor: CLOCK,
    contextFor() {
      let fence: Parameters<ReturnType<HostedCluster['contextFor']>['setFence']>[0];
      const context = { cluster: 'c', clock, fence: () => fence } as unknown as ClusterContext;
      const setFence: ReturnType<HostedCluster['contextFor']>['setFence'] = (next) => {
        fence = next;
      };
      return { context, setFence };
    },
    catchUp,
    delivered: () => 0,
    delayUntil: () => undefined,
    close: () => undefined,
  });
  const { component } = clockComponent(components, async (_, under): Promise<TurnedCluster> => {
    const beginTurn: Storage['beginTurn'] = (name, options) =>
      storage.beginTurn(name, { ...options, under: under() ?? { component: CLOCK, token: -1 } });
    return {
      hosted: hostedOver({ beginTurn, endTurn: (name, state) => storage.endTurn(name, state) }),
      clock,
      duties: [],
      storage,
      endOf: (until) => endOf(until, storage),
      stepped: () => undefined,
      reached: async () => undefined,
      close: () => undefined,
    };
  });
  return new Seat(hostedOver(storage), component);
}

/** An advance ends at a time, or when there are so many ticks. */
async function endOf(until: string, storage: Storage): Promise<number> {
  const { at = Number.POSITIVE_INFINITY, ticks: wanted } = JSON.parse(until) as { at?: number; ticks?: number };
  return wanted !== undefined && (await storage.revision()) >= wanted ? Number.NEGATIVE_INFINITY : at;
}

/** Takes turns until the clock has reached its target; an error ends this worker. */
async function work(storage: Storage, seat: Seat, steps: number): Promise<void> {
  for (;;) {
    await seat.turn({ budget: { reconciles: steps } });
    if ((await storage.clock()).target === undefined) return;
  }
}

/** What was written, in order: the tick, its time, and the writer's time. */
async function ticked(storage: Storage): Promise<string[]> {
  return (await storage.log({ after: 0 })).map(({ key, value, at }) => `${key} ${value} ${at}`);
}

const expected = (until: number) =>
  [...Array(ticks * 10).keys()]
    .flatMap((n) => [
      { name: 'a', at: n * 300 },
      { name: 'b', at: n * 500 },
    ])
    .filter(({ at }) => at > START && at <= until)
    .sort((x, y) => x.at - y.at || (x.name < y.name ? -1 : 1))
    .map(({ name, at }) => `${keyOf(name, at)} ${at} ${at}`);

async function cluster(): Promise<Storage> {
  const admin = memoryStorage();
  await admin.create('c');
  return admin.open('c');
}

test('advances a clock from timer to timer to its target', async () => {
  const storage = await cluster();
  await storage.askClock({ id: 'x', from: START, by: 2_000 });
  await work(storage, worker(storage), 100);
  expect([await ticked(storage), await storage.clock()]).toEqual([
    expected(3_000),
    { revision: expected(3_000).length, now: 3_000, asked: 0 },
  ]);
});

test.each<[string, object, Record<string, unknown>]>([
  ['at a time', { at: 1_750 }, { now: 1_750, ticks: 3 }],
  ['as soon as there is nothing to wait for', { at: 0 }, { now: START, ticks: 0 }],
  ['after the step that it waits for', { ticks: 3 }, { now: 1_500, ticks: 3 }],
  ['at its target, if what it waits for does not come', { ticks: 99 }, { now: 3_000, ticks: 11, failure: END_MISSED }],
])('an advance ends %s', async (_, until, { ticks: written, ...state }) => {
  const storage = await cluster();
  await storage.askClock({ id: 'x', from: START, by: 2_000, until: JSON.stringify(until) });
  await work(storage, worker(storage), 2);
  expect(await storage.clock()).toEqual({ revision: written, asked: 0, until: JSON.stringify(until), ...state });
});

/** Makes a copy of each object that was delivered. */
function copying(storage: Storage) {
  let delivered = 0;
  let copied = 0;
  const component: Component = {
    name: 'copy',
    interests: () => false,
    open: async ({ fence }) => ({
      hasWork: () => copied < delivered,
      async drain() {
        for (const { key, revision } of (await storage.log({ after: copied })).filter((entry) => entry.revision <= delivered)) {
          const copy = { type: 'create' as const, key: key.replace('/made/', '/copied/'), value: '', cause, at: 0 };
          if (copy.key !== key) await storage.write([copy], { fence: fence?.() });
          copied = revision;
        }
        return { more: false };
      },
      close: () => undefined,
    }),
  };
  const catchUp = async (revision: number) => {
    delivered = Math.max(delivered, revision);
  };
  return { component, catchUp };
}

test.each(['clock', 'stepClock'] as const)(
  'what was written before an advance was asked for is done in it, also if a turn has begun before (%s)',
  async (call) => {
    const storage = await cluster();
    let calls = 0;
    // Somebody else writes and asks while a turn is being taken.
    const busy = new Proxy(storage, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (name !== call) return typeof value === 'function' ? value.bind(target) : value;
        return async (...args: unknown[]) => {
          calls += 1;
          if (calls > 3) return value.apply(target, args);
          await storage.write([{ type: 'create', key: `/registry/made/${calls}`, value: '', cause, at: 0 }]);
          await storage.askClock({ id: `${calls}`, from: START, by: 0 });
          return value.apply(target, args);
        };
      },
    });
    const { component, catchUp } = copying(storage);
    const seat = worker(busy, [component], catchUp);
    await storage.askClock({ id: 'x', from: START, by: 1_000 });
    const before: string[] = [];
    while ((await storage.clock()).target !== undefined) await seat.turn({ budget: { reconciles: 100 } });
    for (const { key } of await storage.log({ after: 0 })) before.push(key);
    const made = before.filter((key) => key.includes('/made/'));
    expect([made.length > 0, before.filter((key) => key.includes('/copied/'))]).toEqual([
      true,
      made.map((key) => key.replace('/made/', '/copied/')),
    ]);
  },
);

test('a cancelled advance stops where it is', async () => {
  const storage = await cluster();
  await storage.askClock({ id: 'x', from: START, by: 2_000 });
  const seat = worker(storage);
  await seat.turn({ budget: { reconciles: 2 } });
  expect(await storage.cancelClock('cancelled')).toBe(true);
  await work(storage, seat, 100);
  expect(await storage.clock()).toEqual({ revision: 3, now: 1_500, failure: 'cancelled', asked: 0 });
});

test('with two workers and kills at any instant: every step is made once, forwards, and each request is counted once', async () => {
  const death = fc.integer({ min: 1, max: 60 });
  const round = fc.record({ first: death, second: death, together: fc.boolean(), steps: fc.integer({ min: 1, max: 4 }) });
  const property = fc.asyncProperty(fc.array(round, { maxLength: 12 }), fc.integer({ min: 0, max: 2_000 }), async (rounds, more) => {
    const storage = await cluster();
    await storage.askClock({ id: 'x', from: START, by: 2_000 });
    const mortals = (calls: number, steps: number) => {
      const its = mortal(storage, calls);
      return work(its, worker(its), steps).catch((error: unknown) => {
        if (!(error instanceof Killed || error instanceof FencedError)) throw error;
      });
    };
    for (const { first, second, together, steps } of rounds) {
      if (together) await Promise.all([mortals(first, steps), mortals(second, steps)]);
      else await mortals(first, steps);
    }
    await storage.askClock({ id: 'y', from: START, by: more });
    await storage.askClock({ id: 'y', from: START, by: more });
    await work(storage, worker(storage), 100);
    const { now, target, failure } = await storage.clock();
    expect([await ticked(storage), now, target, failure]).toEqual([expected(3_000 + more), 3_000 + more, undefined, undefined]);
  });
  await fc.assert(property, { numRuns: 150 });
});

test('a worker that was suspended while another continued writes nothing at its old time', async () => {
  const storage = await cluster();
  await storage.askClock({ id: 'x', from: START, by: 1_000 });
  let resume = (): void => undefined;
  const paused = new Promise<void>((resolve) => (resume = resolve));
  // It is suspended before its first write, and continues when the other is done.
  const stopped = new Proxy(storage, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        if (name === 'write') await paused;
        return value.apply(target, args);
      };
    },
  });
  const late = worker(stopped).turn({ budget: { reconciles: 100 } });
  await new Promise((resolve) => setTimeout(resolve, 20));
  await work(storage, worker(storage), 100);
  const before = await ticked(storage);
  resume();
  expect([(await late).fenced, before, await ticked(storage)]).toEqual([true, expected(2_000), expected(2_000)]);
});
