import { afterEach } from '@jest/globals';
import type { Client } from '#client';
import { createLocalCluster, type LocalCluster, type LocalClusterOptions } from '#cluster';

/** A cluster on a stepped clock as a story sees it, wherever it runs. */
export interface StoryCluster {
  readonly client: Client;
  readonly clock: { now(): number };
  /** Waits until there is no work left at the current time. */
  settle(): Promise<void>;
  /** Advances the clock by the given milliseconds. */
  advance(milliseconds: number): Promise<void>;
  close(): void;
}

const open: Array<Pick<StoryCluster, 'close'>> = [];
let opener: (() => Promise<StoryCluster>) | undefined;

afterEach(() => {
  for (const cluster of open.splice(0)) cluster.close();
});

/** A cluster of its own for a test, in memory, on a stepped clock; it is closed after the test. */
export async function openCluster(options: LocalClusterOptions = {}): Promise<LocalCluster> {
  const cluster = await createLocalCluster(options);
  open.push(cluster);
  return cluster;
}

/** The same for a story that is also told on the service: it uses nothing but what clients have. */
export async function openStory(): Promise<StoryCluster> {
  if (opener === undefined) return openCluster();
  const cluster = await opener();
  open.push(cluster);
  return cluster;
}

/** From now on `openStory` opens clusters this way: for a spec that imports specs of stories. */
export function tellStoriesOn(how: () => Promise<StoryCluster>): void {
  opener = how;
}
