import type { ApiServer } from '#apiserver';
import { ClusterFaults, type Fault, FaultRefused, faultRequestOf, faultWords, followFaults } from '#cluster';
import type { GraphFaults } from '#graphql';
import type { StartStream } from './standing-streams.js';

const inWords = (faults: readonly Fault[]) => faults.map(faultWords);

/** The faults of a cluster for the graph. `check` throws for users who may not see or change them. */
export function graphFaults(api: ApiServer, { check, start }: { check(): Promise<void>; start: StartStream }): GraphFaults {
  const faults = new ClusterFaults(api);
  return {
    list: () => check().then(async () => inWords(await faults.list())),
    async follow({ next, end }) {
      await check();
      return start({
        check,
        end,
        start: () =>
          followFaults(api, {
            next: (change) => next({ faults: inWords(change.faults), injected: inWords(change.injected), healed: inWords(change.healed) }),
            end,
          }),
      });
    },
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
