import type { Component } from '../component.js';
import type { HostedCluster } from '../turn.js';
import { OpenClusters } from './open-clusters.js';

const component: Component = {
  name: 'a',
  interests: () => true,
  open: () => Promise.resolve({ drain: () => Promise.resolve({ more: false }), close: () => undefined }),
};

/** Clusters with the given sizes in bytes; those whose names begin with `stepped` have a stepped clock. */
function openClusters(bytes: Readonly<Record<string, number>>) {
  let now = 0;
  const closed: string[] = [];
  const open = (cluster: string): Promise<HostedCluster> =>
    Promise.resolve({
      cluster,
      contextFor: () => ({ context: {}, setFence: () => undefined }),
      ...(cluster.startsWith('stepped') && { conductor: 'clock' }),
      bytes: () => bytes[cluster] ?? 0,
      close: () => closed.push(cluster),
    } as unknown as HostedCluster);
  const clusters = new OpenClusters(open, () => now);
  return {
    clusters,
    closed,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    use: async (cluster: string) => (await clusters.hold(cluster, component)).release(false),
  };
}

const BOUNDS = { idle: 100, conductedIdle: 1_000, most: 10, bytes: 1_000 };
const settled = () => new Promise((resolve) => setImmediate(resolve));

test.each<[string, Partial<typeof BOUNDS>, string[]]>([
  ['everything fits', {}, []],
  ['too many', { most: 2 }, ['first']],
  ['too many bytes: the least recently used go, until the rest fit', { bytes: 450 }, ['first', 'second']],
  ['a byte too many', { bytes: 599 }, ['first']],
  ['exactly as many bytes as may be', { bytes: 600 }, []],
])('%s', async (_, bounds, gone) => {
  const { clusters, closed, pass, use } = openClusters({ first: 100, second: 100, third: 400 });
  for (const cluster of ['first', 'second', 'third']) {
    await use(cluster);
    pass(1);
  }
  clusters.evict({ ...BOUNDS, ...bounds });
  await settled();
  expect([closed, clusters.size]).toEqual([gone, 3 - gone.length]);
});

test('unused clusters are closed after a while; those with a stepped clock are kept for longer', async () => {
  const { clusters, closed, pass, use } = openClusters({});
  await use('real');
  await use('stepped');
  pass(99);
  clusters.evict(BOUNDS);
  await settled();
  expect(closed).toEqual([]);
  pass(1);
  clusters.evict(BOUNDS);
  await settled();
  expect(closed).toEqual(['real']);
  pass(900);
  clusters.evict(BOUNDS);
  await settled();
  expect(closed).toEqual(['real', 'stepped']);
});

test('a cluster with a running turn is kept regardless of the limits, and is closed after its release', async () => {
  const { clusters, closed } = openClusters({ busy: 5_000 });
  const { release } = await clusters.hold('busy', component);
  clusters.evict({ ...BOUNDS, most: 0, bytes: 0 });
  await settled();
  expect([closed, clusters.size]).toEqual([[], 1]);
  clusters.forget('busy');
  expect([closed, clusters.size]).toEqual([[], 0]);
  release(false);
  await settled();
  expect(closed).toEqual(['busy']);
});
