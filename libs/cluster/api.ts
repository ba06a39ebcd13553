import { admissionPlugins } from '#admission';
import type { Clock, Random } from '#apimachinery';
import { type ApiServer, createApiServer, type Timers } from '#apiserver';
import { type ClusterStore } from '#cacher';
import { nodeRules } from '#kubeadm';
import { conversions, providers, strategies } from '#registry';

export interface ClusterApiOptions {
  store: ClusterStore;
  clock: Clock;
  random: Random;
  timers: Timers;
  /** Path of the cluster on its host: `/clusters/ID`. */
  prefix?: string;
  /** host:port as clients reach it. */
  serverAddress?: string;
}

/** The API of one cluster with everything it serves: cheap, so that an idle cluster need not keep one. */
export function clusterApi(options: ClusterApiOptions): ApiServer {
  return createApiServer({ ...options, strategies, conversions, providers, nodeRules, admission: admissionPlugins });
}
