// The heap of a cluster that is open and has nothing to do: in this process's memory.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** KiB of heap for each open cluster: its objects, as text and parsed, and its components. */
export async function measureIdleHeap(clusters = 30) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const heap = () => {
    for (let i = 0; i < 4; i += 1) collect();
    return process.memoryUsage().heapUsed;
  };
  const { createLocalCluster } = await import('../../dist/libs/cluster/index.js');
  const open = async () => {
    const cluster = await createLocalCluster();
    await cluster.settle();
    return cluster;
  };
  const warm = [await open(), await open()];
  const before = heap();
  const held = [];
  for (let i = 0; i < clusters; i += 1) held.push(await open());
  const kib = Math.round((heap() - before) / clusters / 1024);
  for (const { close } of [...warm, ...held]) close();
  return { clusters, kib };
}
