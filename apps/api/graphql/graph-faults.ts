import type { ApiServer } from '#apiserver';
import { ClusterFaults, FaultRefused, faultRequestOf, faultWords } from '#cluster';
import type { GraphFaults } from '#graphql';

/** The faults of a cluster for the graph. `check` throws for users who may not see or change them. */
export function graphFaults(api: ApiServer, check: () => Promise<void>): GraphFaults {
  const faults = new ClusterFaults(api);
  return {
    list: () => check().then(async () => (await faults.list()).map(faultWords)),
    etcd: () => check().then(() => faults.etcd()),
    heal: (id) => check().then(() => faults.heal(id)),
    async inject(request) {
      await check();
      try {
        return faultWords(await faults.inject(faultRequestOf(request)));
      } catch (error) {
        if (error instanceof FaultRefused) return { refused: error.message };
        throw error;
      }
    },
  };
}
