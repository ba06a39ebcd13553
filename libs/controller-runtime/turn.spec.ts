import { SteppedClock } from '#apimachinery';
import { CLOCK, memoryStorage, type Storage } from '#storage';
import type { ClusterContext } from './component.js';
import { type HostedCluster, Seat } from './turn.js';

/** A host of one component of cluster c, with the number of times it was opened. */
function host(storage: Storage, component: string, conductor?: string): { turn(): Promise<number> } {
  let opened = 0;
  const hosted: HostedCluster = {
    cluster: 'c',
    turns: storage,
    ...(conductor === undefined ? {} : { conductor }),
    contextFor: () => ({ context: { cluster: 'c', clock: new SteppedClock(0) } as unknown as ClusterContext, setFence: () => undefined }),
    catchUp: async () => undefined,
    delivered: () => 0,
    delayUntil: () => undefined,
    close: () => undefined,
  };
  const seat = new Seat(hosted, {
    name: component,
    interests: () => false,
    async open() {
      opened += 1;
      return { drain: async () => ({ more: false }), close: () => undefined };
    },
  });
  return {
    async turn() {
      await seat.turn({ budget: { reconciles: 1 } });
      return opened;
    },
  };
}

test.each([
  ['with a stepped clock', CLOCK, CLOCK, [1, 1, 1, 2, 2]],
  ['with a real clock', 'kubelet', undefined, [1, 1, 1, 1, 1]],
])('%s, a component that another host has had in the meantime is reopened or continues', async (_, component, conductor, opened) => {
  const admin = memoryStorage();
  await admin.create('c');
  const [one, other] = [1, 2].map(() => host(admin.open('c'), component, conductor)) as [ReturnType<typeof host>, ReturnType<typeof host>];
  const seen = [await one.turn(), await one.turn(), await other.turn(), await one.turn(), await one.turn()];
  expect(seen).toEqual(opened);
});

test('a lingering turn processes new work, unless the informers do not follow everything that is served', async () => {
  const admin = memoryStorage();
  await admin.create('c');
  const storage = admin.open('c');
  let outdated = false;
  const hosted: HostedCluster = {
    cluster: 'c',
    turns: storage,
    contextFor: () => ({ context: { cluster: 'c', clock: new SteppedClock(0) } as unknown as ClusterContext, setFence: () => undefined }),
    catchUp: async () => undefined,
    delivered: () => 0,
    outdated: () => outdated,
    delayUntil: () => undefined,
    close: () => undefined,
  };
  const seat = new Seat(hosted, {
    name: 'a',
    interests: () => false,
    open: async () => ({ drain: async () => ({ more: false }), hasWork: () => false, onWork: () => undefined, close: () => undefined }),
  });
  const seen: boolean[] = [];
  const wait = () => {
    seen.push(seat.absorbs);
    outdated = true;
    seen.push(seat.absorbs);
    return { promise: Promise.resolve(false), come: () => undefined };
  };
  await seat.turn({ budget: { reconciles: 1 }, linger: { othersWait: () => false, wait } });
  expect([...seen, seat.absorbs]).toEqual([true, false, false]);
});
