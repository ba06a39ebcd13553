import { openQueues, shardOf, type TurnQueueOptions } from '#controller-runtime/bullmq';

/** Removes what the work queue keeps of a deleted cluster: jobs that wait, timers, and the marks that keep them from doubling. */
export function turnKeys(
  options: TurnQueueOptions,
  components: readonly string[],
): { remove(cluster: string): Promise<void>; close(): Promise<void> } {
  const queues = openQueues(options);
  return {
    async remove(cluster) {
      const queue = queues[shardOf(cluster, queues.length)];
      const ids = components.flatMap((component) => [`${cluster}/${component}`, `timer/${cluster}/${component}`]);
      await Promise.all(
        ids.map(async (id) => {
          const jobId = await queue?.getDeduplicationJobId(id);
          if (!jobId) return;
          await queue?.removeDeduplicationKey(id);
          // A job that runs can't be removed: it finds no cluster, and ends.
          await queue?.remove(jobId).catch(() => undefined);
        }),
      );
    },
    close: async () => void (await Promise.all(queues.map((queue) => queue.close()))),
  };
}
