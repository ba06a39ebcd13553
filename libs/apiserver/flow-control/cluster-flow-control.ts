import type { flowcontrolv1 } from '#api';
import type { ClusterStore } from '#cacher';
import { listPrefix } from '../rest/keys.js';
import type { Timers } from '../watch/timers.js';
import { ClusterFlowControl, type FlowControl, type FlowLimits } from './flow-control.js';
import type { PriorityObjects } from './priority-levels.js';

const GROUP = 'flowcontrol.apiserver.k8s.io';
const SCHEMAS = listPrefix(GROUP, 'flowschemas', '');
const LEVELS = listPrefix(GROUP, 'prioritylevelconfigurations', '');

/** The FlowSchemas and PriorityLevelConfigurations of a cluster, as cached; none while the cache is cold. */
function objectsOf(store: ClusterStore): PriorityObjects {
  const all = (prefix: string) => store.cached(prefix).map(({ object }) => object as unknown);
  return {
    version() {
      const [schemas, levels] = [store.changeOf(SCHEMAS), store.changeOf(LEVELS)];
      // Both only grow.
      return schemas === undefined || levels === undefined ? undefined : schemas + levels;
    },
    flowSchemas: () => all(SCHEMAS) as flowcontrolv1.FlowSchema[],
    priorityLevels: () => all(LEVELS) as flowcontrolv1.PriorityLevelConfiguration[],
  };
}

/** Flow control with a cluster's own configuration. */
export function clusterFlowControl(store: ClusterStore, limits: () => FlowLimits, timers: Timers): FlowControl {
  const after = (wait: number, callback: () => void) => timers.after(wait, callback);
  return new ClusterFlowControl({ limits, objects: objectsOf(store), size: () => store.size(), now: () => timers.now(), after });
}
