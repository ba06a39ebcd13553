import { describe, expect, it } from '@jest/globals';
import { SteppedClock } from '#apimachinery';
import { FencedError, memoryStorage } from '#storage';
import type { ClusterContext, Component, DrainResult } from './component.js';
import { LocalHost, type LocalHostOptions } from './local-host.js';
import type { HostedCluster } from './turn.js';

const START = 1_000;

/** A host of components whose drains the spec defines. Records every drain with its time. */
async function host(drains: Record<string, (now: number) => DrainResult>, more: Partial<LocalHostOptions> = {}) {
  const admin = memoryStorage();
  await admin.create('c');
  const turns = admin.open('c');
  const clock = new SteppedClock(START);
  const log: Array<[name: string, at: number]> = [];
  const hosted: HostedCluster = {
    cluster: 'c',
    turns,
    contextFor: () => ({ context: { cluster: 'c' } as ClusterContext, setFence: () => undefined }),
    catchUp: async () => undefined,
    delivered: () => 0,
    delayUntil: (at) => at - clock.now(),
    close: () => undefined,
  };
  const components = Object.entries(drains).map(
    ([name, drain]): Component => ({
      name,
      interests: ({ resource }) => resource === name,
      open: () =>
        Promise.resolve({
          async drain() {
            log.push([name, clock.now()]);
            return drain(clock.now());
          },
          close: () => undefined,
        }),
    }),
  );
  const local = new LocalHost({ hosted, components, clock, autorun: false, ...more });
  const change = (resource: string) => local.changed({ resource } as Parameters<LocalHost['changed']>[0]);
  return { local, log, clock, change, turns };
}

describe('LocalHost', () => {
  it('takes the turns of interested components, in order, until no work is left', async () => {
    let left = 2;
    const { local, log, change } = await host({ a: () => ({ more: left-- > 0 }), b: () => ({ more: false }) });
    await local.settle();
    expect(log.splice(0).map(([name]) => name)).toEqual(['a', 'a', 'a', 'b']);
    change('b');
    change('b');
    await local.settle();
    await local.settle();
    expect(log.map(([name]) => name)).toEqual(['b']);
  });

  it('advances past any number of timers, as long as time goes on', async () => {
    let turns = 0;
    const { local, clock } = await host({
      a: (now) => {
        turns += 1;
        return { more: false, nextAt: now + 10 };
      },
    });
    await local.advance(1_200_000);
    expect([turns, clock.now()]).toEqual([120_001, START + 1_200_000]);
  });

  it('advances the clock to each timer in order, and to the target', async () => {
    const every = (period: number) => (now: number) => ({ more: false, nextAt: START + (Math.floor((now - START) / period) + 1) * period });
    const { local, log, clock } = await host({ a: every(300), b: every(500) });
    await local.advance(1_000);
    expect(log.slice(2)).toEqual([
      ['a', 1_300],
      ['b', 1_500],
      ['a', 1_600],
      ['a', 1_900],
      ['b', 2_000],
    ]);
    expect(clock.now()).toBe(2_000);
  });

  it('runs duties when they are due', async () => {
    const due = [START + 100, START + 250];
    const ran: number[] = [];
    const duty = { nextAt: () => Promise.resolve(due[0]), run: (now: number) => Promise.resolve(void ran.push(now, due.shift() ?? 0)) };
    const { local } = await host({ a: () => ({ more: false }) }, { duties: [duty] });
    await local.advance(200);
    expect([ran, due]).toEqual([[START + 100, START + 100], [START + 250]]);
  });

  it("runs by itself on the machine's timers, and again after a failure", async () => {
    const timers: Array<[wait: number, run: () => void]> = [];
    const errors: unknown[] = [];
    let call = 0;
    const drain = (): DrainResult => {
      call += 1;
      if (call === 2) throw new Error('away');
      return { more: false, nextAt: START + 40 };
    };
    const schedule = (wait: number, run: () => void) => {
      timers.push([wait, run]);
      return () => undefined;
    };
    const { local, log, change, clock } = await host({ a: drain }, { autorun: true, schedule, onError: (error) => errors.push(error) });
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    change('a');
    await settled();
    expect([log.length, timers.map(([wait]) => wait)]).toEqual([1, [40]]);
    clock.advance(40);
    timers.splice(0).forEach(([, run]) => {
      run();
    });
    await settled();
    expect([errors, timers.map(([wait]) => wait)]).toEqual([[new Error('away')], [1_000]]);
    timers.splice(0).forEach(([, run]) => {
      run();
    });
    await settled();
    expect(log.length).toBe(3);
    local.close();
  });

  it('repeats a turn that was superseded', async () => {
    let overtaken = 1;
    const { local, log, turns } = await host({
      a: () => {
        if (overtaken-- > 0) throw new FencedError('a');
        return { more: false };
      },
    });
    await local.settle();
    expect([log.length, (await turns.beginTurn('a')).token]).toEqual([2, 3]);
  });
});
