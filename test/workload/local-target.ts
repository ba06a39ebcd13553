import { parseGoDuration } from '#apimachinery';
import { ClusterCloud, ClusterFaults, type LocalCluster } from '#cluster';
import type { Target } from './step.js';

/** The user that a cluster's token stands for. */
const ADMIN = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };

/** Steps to a cluster in this process. */
export function localTarget({ api, advance, settle }: LocalCluster): Target {
  const faults = new ClusterFaults(api);
  return {
    async request(method, path, body, type) {
      const [pathname = '', query = ''] = path.split('?');
      const { status } = await api.handle({
        ...{ method, path: pathname, query, user: ADMIN, requestId: 'r' },
        headers: body === undefined ? {} : { 'content-type': type },
        ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
      });
      return status;
    },
    async advance(by) {
      const milliseconds = parseGoDuration(by);
      if (milliseconds === undefined) throw new Error(`not a duration: ${by}`);
      if (milliseconds === 0) await settle();
      else await advance(milliseconds);
    },
    inject: async (fault) => void (await faults.inject(fault as Parameters<ClusterFaults['inject']>[0])),
    healOldest: async () => void (await faults.heal((await faults.list())[0]?.id ?? '')),
    power: async (machine, running) => void (await new ClusterCloud(api).power(machine, running)),
  };
}
