import { afterEach } from '@jest/globals';
import { createLocalCluster, type LocalCluster, type LocalClusterOptions } from '#cluster';

const open: LocalCluster[] = [];

afterEach(() => {
  for (const cluster of open.splice(0)) cluster.close();
});

/** A cluster of its own for a test, in memory, on a stepped clock; it is closed after the test. */
export async function openCluster(options: LocalClusterOptions = {}): Promise<LocalCluster> {
  const cluster = await createLocalCluster(options);
  open.push(cluster);
  return cluster;
}
