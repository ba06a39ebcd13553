import { admissionPlugins } from '#admission';
import type { YamlDecoder } from '#api/yaml';
import { type Clock, seededRandom } from '#apimachinery';
import {
  type AdmissionPlugin,
  type ApiServer,
  type AuditSink,
  type ClientAuthority,
  createApiServer,
  type FlowLimits,
  inProcessClient,
  type SigningKey,
  type Timers,
  type WebhookRoutes,
  type WorkShare,
} from '#apiserver';
import { type ClusterStore } from '#cacher';
import { type Family, versionInfoOf } from '#component-base';
import { nodeRules } from '#kubeadm';
import { adapterMetrics, conversions, customKindOf, providers as registryProviders, resourceMetrics, strategies } from '#registry';
import { streamProviders } from '#streaming';
import { publishClientAuthority } from './client-authority.js';
import { ClusterFaults } from './faults/cluster-faults.js';
import { ControlPlaneGate, type GateOptions } from './faults/control-plane-gate.js';
import { unworked } from './kind-workers.js';
import { podServer } from './webhook-routes.js';

export interface ClusterApiOptions {
  store: ClusterStore;
  clock: Clock;
  /** What the cluster's random values are derived from. */
  seed: string;
  timers: Timers;
  /** Signs ServiceAccount tokens. Unset where only components send requests. */
  serviceAccountKey?: SigningKey;
  /** The CA for client certificates. Unset where only components send requests. */
  clientAuthority?: ClientAuthority;
  /** The cluster's path on its host: `/clusters/ID`. */
  prefix?: string;
  /** host:port as clients reach it. */
  serverAddress?: string;
  /** Flow control for the cluster's requests in this process. */
  flowLimits?: () => FlowLimits;
  /** Keeps what happens to clients' requests; unset where only components send requests. */
  audit?: AuditSink;
  /** Lets long work yield to other tenants. */
  share?: Pick<WorkShare, 'task'>;
  /** Converts YAML bodies to JSON; by default synchronously. */
  yaml?: YamlDecoder;
  /** Default: all plugins. */
  admission?: readonly AdmissionPlugin[];
  /** The version of Kubernetes that it says it has, `v1.36.2`. */
  version?: string;
  /** What a component counts of the cluster, in whatever process; unset: nothing is known. */
  metrics?: (component: string) => Promise<readonly Family[]>;
  /** Calls webhooks outside of the cluster; unset: none is reachable. */
  outside?: WebhookRoutes['outside'];
}

const providers = [...registryProviders, ...streamProviders];
const addOns = [resourceMetrics, ...adapterMetrics];

/** The API of one cluster with everything it serves. Cheap to create, so an idle cluster need not keep one. */
export function clusterApi(options: ClusterApiOptions): ApiServer {
  const { store, clock, seed, outside, clientAuthority, version, admission = admissionPlugins, metrics, ...others } = options;
  const random = seededRandom(seed, () => `${store.known}@${clock.now()}`);
  const pod: WebhookRoutes['pod'] = (at, port) => podServer({ objects: api.cluster.reader, clock }, at, port);
  const webhooks = { pod, ...(outside ? { outside } : {}) };
  const published = async (authority: ClientAuthority) => {
    const certificate = await authority();
    await publishClientAuthority(inProcessClient(api, { manager: 'kube-apiserver' }), certificate);
    return certificate;
  };
  const changeMembers: GateOptions['changeMembers'] = (change) => new ClusterFaults(api).changeMembers(change);
  const api = createApiServer({
    ...others,
    ...(version !== undefined && { version: versionInfoOf(version) }),
    webhooks,
    controlPlane: new ControlPlaneGate({ store, clock, timers: options.timers, ...(metrics && { metrics }), changeMembers }),
    ...(clientAuthority && { clientAuthority: () => published(clientAuthority) }),
    store,
    clock,
    random,
    strategies,
    conversions,
    providers,
    nodeRules,
    admission,
    customKinds: customKindOf,
    addOns,
    unworked,
  });
  return api;
}
