import type { apiregistrationv1, corev1, Served } from '#api';
import { type KubeObject, StatusError, unauthorized } from '#apimachinery';
import { KUBERNETES_VERSION, type VersionInfo } from '#component-base';
import { failed, NO_RESOURCE, NOBODY, originOf, withFlow } from './answers.js';
import { type AuditEvent, Stage } from './audit/audit-event.js';
import { levelFor } from './audit/audit-level.js';
import { Auditor } from './audit/auditor.js';
import type { Credentials } from './authentication/authentication.js';
import { impersonate, impersonates } from './authentication/impersonation.js';
import { type AuthorizerLink, attributesOf, authorize } from './authorization/authorization.js';
import { Dispatcher, type Seat } from './dispatcher.js';
import { routeOf, serviceUnavailable, unknownPath } from './endpoints/resource-router.js';
import { widthOf } from './flow-control/width.js';
import { measured } from './metrics/measured-response.js';
import { RequestMetrics } from './metrics/request-metrics.js';
import { nonResourceResponse } from './non-resource/non-resource.js';
import { type ApiRequest, type ApiResponse, headerOf, queryOf } from './request/request.js';
import { type RequestInfo, requestInfo } from './request/request-info.js';
import { managerOf } from './request/user-agent.js';
import { listPrefix } from './rest/keys.js';
import type { ClusterScope, RestScope } from './rest/scope.js';
import { toStatusError } from './rest/storage-errors.js';
import type { UserInfo } from './rest/strategy.js';
import { Warnings } from './rest/warnings.js';

/** What the pipeline of one cluster is made of. */
export interface PipelineParts {
  /** The user of a request. Throws 401. */
  authenticated(request: Credentials): UserInfo | Promise<UserInfo>;
  authorizers: readonly AuthorizerLink[];
  dispatcher: Dispatcher;
  auditor: Auditor;
  metrics: RequestMetrics;
  /** When the API was opened, in seconds of the cluster's clock. */
  startedAt: number;
  /** What non-resource paths say about the server. */
  place: { version?: VersionInfo; prefix?: string; serverAddress?: string };
}

/** The group that is authorized without looking at roles. */
const PRIVILEGED = 'system:masters';

/** Answers the HTTP requests to one cluster, from authentication to the response. */
export class Pipeline {
  constructor(
    private readonly cluster: ClusterScope,
    private readonly access: PipelineParts,
  ) {}

  async handle(request: ApiRequest): Promise<ApiResponse> {
    const { auditor } = this.access;
    const warnings = new Warnings();
    const audit = auditor.begin(originOf(request));
    try {
      const response = measured(withFlow(await this.answer(request, { warnings, audit }), audit.flow), audit);
      auditor.end(audit, { code: response.status, warnings: warnings.texts });
      return response;
    } catch (error) {
      const response = measured(failed(error, request, warnings), audit);
      if (audit.decision === undefined && audit.attributes) audit.level = levelFor(audit.attributes);
      auditor.end(audit, { code: response.status, failure: toStatusError(error, NO_RESOURCE).status, warnings: warnings.texts });
      return withFlow(response, audit.flow);
    }
  }

  refused(request: Omit<ApiRequest, 'body'>): void {
    const { auditor } = this.access;
    const audit = auditor.begin(originOf(request));
    audit.attributes = attributesOf(requestInfo(request.method, request.path, queryOf(request)), NOBODY);
    audit.level = levelFor(audit.attributes);
    auditor.end(audit, { code: 401, failure: unauthorized().status });
  }

  private async answer(request: ApiRequest, { warnings, audit }: { warnings: Warnings; audit: AuditEvent }): Promise<ApiResponse> {
    const query = queryOf(request);
    const info = requestInfo(request.method, request.path, query);
    const { authenticated, authorizers, dispatcher } = this.access;
    audit.attributes = attributesOf(info, NOBODY);
    const authenticating = authenticated(request);
    const requestor = authenticating instanceof Promise ? await authenticating : authenticating;
    audit.attributes = attributesOf(info, requestor);
    const user = impersonates(request.headers) ? await impersonate(audit.attributes, request.headers, authorizers) : requestor;
    if (user !== requestor) audit.impersonator = requestor;
    audit.mark(Stage.authentication);
    const attributes = user === requestor ? audit.attributes : attributesOf(info, user);
    const width = () => widthOf(attributes, { body: request.body?.byteLength ?? 0, objects: () => this.objectsOf(info) });
    const response = await dispatcher.run(
      attributes,
      { width, audit, cached: query.get('resourceVersion') === '0' && isRead(info.verb) },
      (seat) => (info.isResource ? this.resource(request, { query, info, user, warnings, seat, audit }) : this.other(request, query)),
    );
    return (response.stream || response.takeover) && !user.groups.includes(PRIVILEGED)
      ? { ...response, stillAllowed: () => this.isStillAllowed(response, { info, requestor, request }) }
      : response;
  }

  private async isStillAllowed(
    { stillAllowed }: ApiResponse,
    { info, requestor, request }: { info: RequestInfo; requestor: UserInfo; request: ApiRequest },
  ): Promise<boolean> {
    return (await this.isAllowed(info, requestor, request)) && ((await stillAllowed?.()) ?? true);
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
    const { version = KUBERNETES_VERSION, prefix = '', serverAddress = '' } = this.access.place;
    const { store, controlPlane } = this.cluster;
    const probe = () => (controlPlane.hasStore ? store.revision() : Promise.reject(new Error('etcd has no leader')));
    const response = await nonResourceResponse({
      request,
      query,
      version,
      place: { prefix, serverAddress, served: await this.served(request.path) },
      keySet: () => this.cluster.tokens.keySet(),
      issuer: this.cluster.settings.tokens.issuers[0] ?? '',
      probe,
      metrics: {
        requests: this.access.metrics,
        store: this.cluster.store,
        storages: this.cluster.storages,
        version,
        flowControl: this.access.dispatcher.flowControl,
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

  /** What the cluster serves, with the resources of an add-on where they are asked for. */
  private async served(path: string): Promise<Served> {
    const { storages } = this.cluster;
    const [, group = '', version = ''] = GROUP_VERSION.exec(path) ?? [];
    const served = storages.served();
    const any = group === '' ? undefined : storages.any?.(group, version);
    return any ? { ...served, resources: [...served.resources, ...(await any.resources(this.cluster))] } : served;
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

const isRead = (verb: string): boolean => verb === 'get' || verb === 'list';

/** The path of a group version's discovery document. */
const GROUP_VERSION = /^\/apis\/([^/]+)\/([^/]+)\/?$/;

/** Whether a document shows the cluster's own kinds: discovery and OpenAPI. */
const showsKinds = (path: string): boolean => path.startsWith('/apis') || path.startsWith('/openapi');
