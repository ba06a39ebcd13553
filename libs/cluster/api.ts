import { admissionPlugins } from '#admission';
import type { YamlDecoder } from '#api/yaml';
import { type Clock, seededRandom } from '#apimachinery';
import { type ApiServer, createApiServer, type FlowLimits, type Timers, type WorkShare } from '#apiserver';
import { type ClusterStore } from '#cacher';
import { nodeRules } from '#kubeadm';
import { conversions, providers, strategies } from '#registry';

export interface ClusterApiOptions {
  store: ClusterStore;
  clock: Clock;
  /** What the cluster's random values are drawn from. */
  seed: string;
  timers: Timers;
  /** Path of the cluster on its host: `/clusters/ID`. */
  prefix?: string;
  /** host:port as clients reach it. */
  serverAddress?: string;
  /** Bounds of the cluster's requests in this process. */
  flowLimits?: () => FlowLimits;
  /** Where long work gives way to other tenants'. */
  share?: Pick<WorkShare, 'task'>;
  /** Where YAML bodies become JSON; default at once. */
  yaml?: YamlDecoder;
}

/** The API of one cluster with everything it serves: cheap, so that an idle cluster need not keep one. */
export function clusterApi(options: ClusterApiOptions): ApiServer {
  const { store, clock, seed, ...others } = options;
  const random = seededRandom(seed, () => `${store.known}@${clock.now()}`);
  return createApiServer({ ...others, store, clock, random, strategies, conversions, providers, nodeRules, admission: admissionPlugins });
}
