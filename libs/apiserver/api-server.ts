import type { apiregistrationv1, corev1, rbacv1 } from '#api';
import { inlineYaml, type YamlDecoder } from '#api/yaml';
import { type Clock, type KubeObject, type RandomSource, StatusError, unauthorized } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import type { AdmissionPlugin } from './admission/admission.js';
import { failed, NO_RESOURCE, NOBODY, originOf, withFlow } from './answers.js';
import { type AuditEvent, Stage } from './audit/audit-event.js';
import { Auditor, type AuditSink } from './audit/auditor.js';
import type { Authenticator, Credentials } from './authentication/authentication.js';
import { authenticationOf } from './authentication/authenticators.js';
import type { ClientAuthority } from './authentication/client-certificate.js';
import { impersonate } from './authentication/impersonation.js';
import { requestorOf } from './authentication/requestor.js';
import type { SigningKey } from './authentication/service-account/tokens.js';
import { accessOf } from './authorization/access.js';
import { type AuthorizerLink, attributesOf, authorize } from './authorization/authorization.js';
import { configuredAuthorizers } from './authorization/modes.js';
import { nodeAuthorizer } from './authorization/node/node-authorizer.js';
import { RbacAuthorizer } from './authorization/rbac.js';
import { ClusterStorages } from './cluster-storages.js';
import type { CustomKindOf } from './custom-resources/definitions.js';
import { Dispatcher, type Seat } from './dispatcher.js';
import { routeOf, serviceUnavailable, unknownPath } from './endpoints/resource-router.js';
import { clusterFlowControl } from './flow-control/cluster-flow-control.js';
import type { FlowLimits } from './flow-control/flow-control.js';
import { widthOf } from './flow-control/width.js';
import { UNDIVIDED, type WorkShare } from './flow-control/work-share.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { loopbackClient } from './loopback.js';
import { RequestMetrics } from './metrics/request-metrics.js';
import { KUBERNETES_VERSION, nonResourceResponse, type VersionInfo } from './non-resource/non-resource.js';
import { type ApiRequest, type ApiResponse, headerOf, queryOf } from './request/request.js';
import { type RequestInfo, requestInfo } from './request/request-info.js';
import { managerOf } from './request/user-agent.js';
import type { Conversion } from './rest/api-resource.js';
import { listPrefix } from './rest/keys.js';
import { Ordinals } from './rest/ordinals.js';
import { createReader } from './rest/reader.js';
import type { ClusterScope, RestScope } from './rest/scope.js';
import type { StorageProvider } from './rest/storage.js';
import { toStatusError } from './rest/storage-errors.js';
import type { ResourceStrategy, UserInfo } from './rest/strategy.js';
import { Warnings } from './rest/warnings.js';
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
  /** Answers a request. Never throws: failures become responses. */
  handle(request: ApiRequest): Promise<ApiResponse>;
  /** The user of a request, before impersonation: anonymous without credentials. Throws 401 for invalid ones. */
  authenticate(request: Credentials): Promise<UserInfo>;
  /** The host has answered this request with 401. */
  refused(request: Omit<ApiRequest, 'body'>): void;
}

/** The group that is authorized without looking at roles. */
const PRIVILEGED = 'system:masters';

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
  const { tokens, authenticators, ownerOf } = authenticationOf(deps, reader, () => api);
  const cluster: ClusterScope = {
    store,
    clock,
    random,
    generating: new Ordinals(),
    timers,
    share,
    yaml: deps.yaml ?? inlineYaml,
    storages: new ClusterStorages(builtInStorages(deps), deps.customKinds && { store, kindOf: deps.customKinds }),
    get admission() {
      return settings.current().admission;
    },
    limits: deps.limits ?? DEFAULT_LIMITS,
    reader,
    access: { ...accessOf(authorizers), authenticate: ownerOf },
    webhooks: new ClusterWebhooks(reader, deps.webhooks ?? {}),
    tokens,
    rules: rbac,
    unworked: deps.unworked ?? new Set(),
    loopback: loopbackClient(() => api, authorizers),
  };
  const flowControl = deps.flowLimits && clusterFlowControl(store, deps.flowLimits, timers);
  const dispatcher = new Dispatcher(authorizers, flowControl, settings);
  const metrics = new RequestMetrics();
  const auditor = new Auditor(() => timers.now(), clock, deps.audit, metrics);
  const startedAt = clock.now() / 1000;
  const authenticated = (request: Credentials) => requestorOf(request, authenticators, settings);
  const server = new Pipeline(cluster, deps, { authenticated, authorizers, dispatcher, auditor, metrics, startedAt });
  const api: ApiServer = {
    cluster,
    dispatcher,
    auditor,
    handle: (request) => server.handle(request),
    settings,
    authenticate: authenticated,
    refused: (request) => server.refused(request),
  };
  return api;
}

class Pipeline {
  constructor(
    private readonly cluster: ClusterScope,
    private readonly deps: ApiServerDependencies,
    private readonly access: {
      authenticated(request: Credentials): Promise<UserInfo>;
      authorizers: readonly AuthorizerLink[];
      dispatcher: Dispatcher;
      auditor: Auditor;
      metrics: RequestMetrics;
      startedAt: number;
    },
  ) {}

  async handle(request: ApiRequest): Promise<ApiResponse> {
    const { auditor } = this.access;
    const warnings = new Warnings();
    const audit = auditor.begin(originOf(request));
    try {
      const response = withFlow(await this.answer(request, { warnings, audit }), audit.flow);
      auditor.end(audit, { code: response.status, warnings: warnings.texts });
      return response;
    } catch (error) {
      const response = failed(error, request, warnings);
      auditor.end(audit, { code: response.status, failure: toStatusError(error, NO_RESOURCE).status, warnings: warnings.texts });
      return withFlow(response, audit.flow);
    }
  }

  refused(request: Omit<ApiRequest, 'body'>): void {
    const { auditor } = this.access;
    const audit = auditor.begin(originOf(request));
    audit.attributes = attributesOf(requestInfo(request.method, request.path, queryOf(request)), NOBODY);
    auditor.end(audit, { code: 401, failure: unauthorized().status });
  }

  private async answer(request: ApiRequest, { warnings, audit }: { warnings: Warnings; audit: AuditEvent }): Promise<ApiResponse> {
    const query = queryOf(request);
    const info = requestInfo(request.method, request.path, query);
    const { authenticated, authorizers, dispatcher } = this.access;
    audit.attributes = attributesOf(info, NOBODY);
    const requestor = await authenticated(request);
    audit.attributes = attributesOf(info, requestor);
    const user = await impersonate(audit.attributes, request.headers, authorizers);
    if (user !== requestor) audit.impersonator = requestor;
    audit.mark(Stage.authentication);
    const attributes = user === requestor ? audit.attributes : attributesOf(info, user);
    const width = () => widthOf(attributes, { body: request.body?.byteLength ?? 0, objects: () => this.objectsOf(info) });
    const response = await dispatcher.run(attributes, { width, audit }, (seat) =>
      info.isResource ? this.resource(request, { query, info, user, warnings, seat, audit }) : this.other(request, query),
    );
    return response.stream && !user.groups.includes(PRIVILEGED)
      ? { ...response, stillAllowed: () => this.isAllowed(info, requestor, request) }
      : response;
  }

  /** Authorizes an open stream again: the impersonation first, then the request itself. */
  private async isAllowed(info: RequestInfo, requestor: UserInfo, { headers }: ApiRequest): Promise<boolean> {
    const authorizers = this.access.authorizers;
    try {
      const user = await impersonate(attributesOf(info, requestor), headers, authorizers);
      return (await authorize(attributesOf(info, user), authorizers)).decision === 'allow';
    } catch (error) {
      if (error instanceof StatusError) return false;
      throw error;
    }
  }

  /** How many objects a list has to look at, as far as the cache knows. */
  private objectsOf({ group, version, resource, namespace }: RequestInfo): number | undefined {
    const { store, storages } = this.cluster;
    const found = storages.find(group, version, resource)?.resource;
    if (found === undefined) return 0;
    return store.countOf(listPrefix(found.stored.group, found.stored.resource, found.namespaced ? namespace : ''));
  }

  private async other(request: ApiRequest, query: URLSearchParams): Promise<ApiResponse> {
    if (showsKinds(request.path)) await this.cluster.storages.refresh();
    const { version = KUBERNETES_VERSION, prefix = '', serverAddress = '' } = this.deps;
    const probe = () => this.cluster.store.revision();
    const response = await nonResourceResponse({
      request,
      query,
      version,
      place: { prefix, serverAddress, served: this.cluster.storages.served() },
      keySet: () => this.cluster.tokens.keySet(),
      probe,
      metrics: {
        requests: this.access.metrics,
        store: this.cluster.store,
        storages: this.cluster.storages,
        version,
        startedAt: this.access.startedAt,
      },
      now: this.cluster.clock.now(),
      server: async () => {
        const pods = await this.cluster.reader.list<corev1.Pod>('', 'pods', 'kube-system');
        return pods.find(({ metadata }) => metadata.labels?.component === 'kube-apiserver');
      },
    });
    const [, group, groupVersion] = response.status === 404 ? (GROUP_VERSION.exec(request.path) ?? []) : [];
    const asked = group && groupVersion ? { group, version: groupVersion } : undefined;
    return asked && (await this.isAggregated(asked)) ? serviceUnavailable() : response;
  }

  /** Whether another API server is registered for a group version: none can be reached. */
  private async isAggregated({ group, version }: Pick<RequestInfo, 'group' | 'version'>): Promise<boolean> {
    const name = `${version}.${group}`;
    const found = await this.cluster.reader.get<KubeObject & apiregistrationv1.APIService>(
      'apiregistration.k8s.io',
      'apiservices',
      '',
      name,
    );
    return found?.spec?.service !== undefined;
  }

  private async resource(request: ApiRequest, asked: Asked): Promise<ApiResponse> {
    const { query, info, user, warnings, seat, audit } = asked;
    const preparing = this.cluster.storages.prepare(info.group, info.version, info.resource);
    if (preparing) await preparing;
    const route = routeOf(this.cluster.storages, info, request.method);
    if (route === undefined) return (await this.isAggregated(info)) ? serviceUnavailable() : unknownPath();
    const { storage, handler } = route;
    audit.served = true;
    audit.dryRun = query.get('dryRun') === 'All';
    audit.applies = request.method === 'PATCH' && headerOf(request, 'content-type') === APPLY;
    const { resource } = storage;
    const scope: RestScope = {
      cluster: this.cluster,
      storage,
      resource,
      // A Namespace object is cluster-scoped, although its path contains a namespace.
      namespace: resource.namespaced ? info.namespace : '',
      name: info.name,
      subresource: info.subresource,
      verb: info.verb,
      user,
      requestId: request.requestId,
      warnings,
      audit,
      work: this.cluster.share.task(this.cluster.store.cluster),
      manager: query.get('fieldManager') || managerOf(headerOf(request, 'user-agent')),
    };
    const { deprecated } = resource.strategy;
    if (deprecated !== undefined) {
      warnings.add(deprecated);
      audit.deprecated = true;
      audit.annotate('k8s.io/deprecated', 'true');
    }
    try {
      return await handler({ scope, request, query, seat });
    } catch (error) {
      throw toStatusError(error, resource.groupResource);
    }
  }
}

/** What has been determined about a request so far. */
interface Asked {
  query: URLSearchParams;
  info: RequestInfo;
  user: UserInfo;
  warnings: Warnings;
  seat: Seat;
  audit: AuditEvent;
}

const APPLY = 'application/apply-patch+yaml';

/** The path of a group version's discovery document. */
const GROUP_VERSION = /^\/apis\/([^/]+)\/([^/]+)\/?$/;

/** Whether a document shows the cluster's own kinds: discovery and OpenAPI. */
const showsKinds = (path: string): boolean => path.startsWith('/apis') || path.startsWith('/openapi');
