// The heap of a cluster that is open and has nothing to do, without its store, which is PostgreSQL in the service.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** KiB of heap for each open cluster: its cached objects and its components. Clusters of a template share what they have in common. */
export async function measureIdleHeap(clusters = 30) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const heap = () => {
    for (let i = 0; i < 4; i += 1) collect();
    return process.memoryUsage().heapUsed;
  };
  const { createLocalCluster } = await import('../../dist/libs/cluster/index.js');
  const made = [];
  const make = async (count) => {
    for (let i = 0; i < count; i += 1) made.push(await createLocalCluster());
    return made.slice(-count);
  };
  // What is shared is learned from the first ones.
  for (const { settle } of await make(16)) await settle();
  const closed = await make(clusters);
  const before = heap();
  for (const { settle } of closed) await settle();
  const kib = Math.round((heap() - before) / clusters / 1024);
  for (const { close } of made) close();
  return { clusters, kib };
}
