import { openQueues, shardOf, type TurnQueueOptions } from '#controller-runtime/bullmq';

/** Removes what the work queue stores about a deleted cluster: waiting jobs, timers, and the marks that prevent duplicates. */
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
          // An active job cannot be removed: it finds that the cluster does not exist, and ends.
          await queue?.remove(jobId).catch(() => undefined);
        }),
      );
    },
    close: async () => void (await Promise.all(queues.map((queue) => queue.close()))),
  };
}
