import type { rbacv1 } from '#api';
import { inlineYaml, type YamlDecoder } from '#api/yaml';
import { type Clock, type RandomSource } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import type { VersionInfo } from '#component-base';
import type { AdmissionPlugin } from './admission/admission.js';
import { Auditor, type AuditSink } from './audit/auditor.js';
import type { Authenticator, Credentials } from './authentication/authentication.js';
import { authenticationOf } from './authentication/authenticators.js';
import type { ClientAuthority } from './authentication/client-certificate.js';
import { requestorOf } from './authentication/requestor.js';
import type { SigningKey } from './authentication/service-account/tokens.js';
import { accessOf } from './authorization/access.js';
import { type AuthorizerLink } from './authorization/authorization.js';
import { configuredAuthorizers } from './authorization/modes.js';
import { nodeAuthorizer } from './authorization/node/node-authorizer.js';
import { RbacAuthorizer } from './authorization/rbac.js';
import { ClusterStorages } from './cluster-storages.js';
import { type ControlPlane, WHOLE } from './control-plane.js';
import type { AddOn } from './custom-resources/add-ons.js';
import type { CustomKindOf } from './custom-resources/definitions.js';
import { Dispatcher } from './dispatcher.js';
import { clusterFlowControl } from './flow-control/cluster-flow-control.js';
import type { FlowLimits } from './flow-control/flow-control.js';
import { UNDIVIDED, type WorkShare } from './flow-control/work-share.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { loopbackClient } from './loopback.js';
import { RequestMetrics } from './metrics/request-metrics.js';
import { Pipeline } from './pipeline.js';
import { type ApiRequest, type ApiResponse } from './request/request.js';
import type { Conversion } from './rest/api-resource.js';
import { Ordinals } from './rest/ordinals.js';
import { createReader } from './rest/reader.js';
import type { ClusterScope } from './rest/scope.js';
import type { StorageProvider } from './rest/storage.js';
import type { ResourceStrategy, UserInfo } from './rest/strategy.js';
import { ControllerManagerSource } from './settings/controller-manager-settings.js';
import { SettingsSource } from './settings/settings-source.js';
import { builtInStorages } from './storage-map.js';
import type { Timers } from './watch/timers.js';
import { ClusterWebhooks } from './webhooks/cluster-webhooks.js';
import type { WebhookRoutes } from './webhooks/webhook-caller.js';

/** What an API server is made of. The lists are shared by all clusters; anything derived from a list is computed once. */
export interface ApiServerDependencies {
  store: ClusterStore;
  strategies: readonly ResourceStrategy[];
  conversions?: readonly Conversion[];
  /** Storages that replace or extend those of the generic registry. */
  providers?: readonly StorageProvider[];
  admission: readonly AdmissionPlugin[];
  /** Kinds, `resource.group`, that no controller works on: a client that creates such an object is warned. */
  unworked?: ReadonlySet<string>;
  /** Makes the kinds that CustomResourceDefinitions define; unset: they are not served. */
  customKinds?: CustomKindOf;
  /** Kinds of API servers that may run in a cluster's pods. */
  addOns?: readonly AddOn[];
  clock: Clock;
  random: RandomSource;
  timers: Timers;
  /** Asked after the one for ServiceAccount tokens. */
  authenticators?: readonly Authenticator[];
  /** Signs ServiceAccount tokens; read when it is first needed. Unset where only components send requests. */
  serviceAccountKey?: SigningKey;
  /** The CA for client certificates; read when one is first presented. Unset: none is accepted. */
  clientAuthority?: ClientAuthority;
  /** Default: system:masters may do anything, other users what the cluster's roles allow. */
  authorizers?: readonly AuthorizerLink[];
  /** Rules for kubelets, used by the default authorizers. */
  nodeRules?: readonly rbacv1.PolicyRule[];
  /** Flow control for the cluster's requests in this process; unset where only components send requests. */
  flowLimits?: () => FlowLimits;
  /** Keeps what happens to clients' requests; unset where only components send requests. */
  audit?: AuditSink;
  /** Lets long work yield to other tenants; by default it does not yield. */
  share?: Pick<WorkShare, 'task'>;
  /** Converts YAML bodies to JSON; by default synchronously. */
  yaml?: YamlDecoder;
  version?: VersionInfo;
  /** The cluster's path on its host, e.g. `/clusters/ID`; part of the URLs that clients follow. Default ''. */
  prefix?: string;
  /** host:port as clients reach it, for /api. */
  serverAddress?: string;
  limits?: Limits;
  /** The parts of the control plane that may fail; by default they work. */
  controlPlane?: ControlPlane;
  /** The ways to webhooks; by default there are none, and calls fail as if nothing were reachable. */
  webhooks?: WebhookRoutes;
}

/** The API of one cluster. Cheap to create: apart from its store, everything it holds is shared. */
export interface ApiServer {
  readonly cluster: ClusterScope;
  readonly dispatcher: Dispatcher;
  /** Follows clients' requests. */
  readonly auditor: Auditor;
  /** What the flags of its manifest decide. */
  readonly settings: SettingsSource;
  /** What the flags in the manifest of kube-controller-manager decide. */
  readonly controllerManager: ControllerManagerSource;
  /** Answers a request. Never throws: failures become responses. */
  handle(request: ApiRequest): Promise<ApiResponse>;
  /** The user of a request, before impersonation: anonymous without credentials. Throws 401 for invalid ones. */
  authenticate(request: Credentials): Promise<UserInfo>;
  /** The host has answered this request with 401. */
  refused(request: Omit<ApiRequest, 'body'>): void;
}

/** The limits of flow control, of which the flags of the server may take seats away. */
function limitsWith(limits: () => FlowLimits, settings: SettingsSource): () => FlowLimits {
  let kept: { from: FlowLimits; limits: FlowLimits } | undefined;
  return () => {
    const given = limits();
    const outcome = settings.outcome();
    const seats = 'seats' in outcome ? outcome.seats : undefined;
    if (seats === undefined || seats >= given.seats) return given;
    if (kept?.from !== given || kept.limits.seats !== seats) kept = { from: given, limits: { ...given, seats } };
    return kept.limits;
  };
}

/** Creates the API of the cluster with the given store. */
export function createApiServer(deps: ApiServerDependencies): ApiServer {
  const { store, clock, random, timers } = deps;
  const rbac = new RbacAuthorizer(store);
  const share = deps.share ?? UNDIVIDED;
  const relations = { store, pause: () => share.task(store.cluster).turn() };
  const settings = new SettingsSource(store, deps.admission);
  const own = { ...(deps.nodeRules ? { Node: nodeAuthorizer(deps.nodeRules, relations) } : {}), RBAC: rbac };
  const authorizers = deps.authorizers ?? configuredAuthorizers(settings, own);
  const reader = createReader(store);
  const { tokens, authenticators, ownerOf } = authenticationOf({ ...deps, reader, settings, api: () => api });
  const cluster: ClusterScope = {
    store,
    clock,
    random,
    generating: new Ordinals(),
    timers,
    share,
    yaml: deps.yaml ?? inlineYaml,
    storages: new ClusterStorages(
      builtInStorages(deps),
      deps.customKinds && { store, kindOf: deps.customKinds, work: () => share.task(store.cluster) },
      deps.addOns,
    ),
    get settings() {
      return settings.current();
    },
    get admission() {
      return settings.current().admission;
    },
    limits: deps.limits ?? DEFAULT_LIMITS,
    reader,
    access: { ...accessOf(authorizers), authenticate: ownerOf },
    webhooks: new ClusterWebhooks(reader, deps.webhooks ?? {}, clock),
    tokens,
    rules: rbac,
    unworked: deps.unworked ?? new Set(),
    controlPlane: deps.controlPlane ?? WHOLE,
    loopback: loopbackClient(() => api, authorizers),
  };
  const flowControl = deps.flowLimits && clusterFlowControl(store, limitsWith(deps.flowLimits, settings), timers);
  const dispatcher = new Dispatcher(authorizers, flowControl, settings, deps.controlPlane);
  const metrics = new RequestMetrics();
  const auditor = new Auditor(() => timers.now(), clock, deps.audit, metrics);
  const startedAt = clock.now() / 1000;
  const authenticated = (request: Credentials) => requestorOf(request, authenticators, settings);
  const server = new Pipeline(cluster, { authenticated, authorizers, dispatcher, auditor, metrics, startedAt, place: deps });
  const api: ApiServer = {
    cluster,
    dispatcher,
    auditor,
    handle: (request) => server.handle(request),
    settings,
    controllerManager: new ControllerManagerSource(store),
    authenticate: async (request) => authenticated(request),
    refused: (request) => server.refused(request),
  };
  return api;
}
