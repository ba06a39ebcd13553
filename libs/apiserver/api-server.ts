import { type Clock, pathNotFound, type Random } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import type { AdmissionPlugin } from './admission/admission.js';
import { admissionChain } from './admission/admission-chain.js';
import { type Authenticator, authenticate } from './authentication/authentication.js';
import { impersonate } from './authentication/impersonation.js';
import { accessOf } from './authorization/access.js';
import {
  type AuthorizationAttributes,
  type AuthorizerLink,
  authorize,
  forbiddenError,
  privilegedGroup,
} from './authorization/authorization.js';
import { RbacAuthorizer } from './authorization/rbac.js';
import { type Catalog, type Conversion, catalogOf } from './catalog.js';
import { routeResource } from './endpoints/resource-router.js';
import { errorResponse, plainResponse } from './endpoints/responses.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { KUBERNETES_VERSION, nonResourceResponse, type VersionInfo } from './non-resource/non-resource.js';
import { type ApiRequest, type ApiResponse, headerOf, queryOf } from './request/request.js';
import { type RequestInfo, requestInfo } from './request/request-info.js';
import { managerOf } from './request/user-agent.js';
import { createReader } from './rest/reader.js';
import type { ClusterScope, RestScope } from './rest/scope.js';
import { toStatusError, UnexpectedError } from './rest/storage-errors.js';
import type { ResourceStrategy, UserInfo } from './rest/strategy.js';
import { Warnings } from './rest/warnings.js';
import type { Timers } from './watch/timers.js';

/** What an API server is made of. Lists are shared by all clusters: what is worked out from them is worked out once a list. */
export interface ApiServerDependencies {
  store: ClusterStore;
  strategies: readonly ResourceStrategy[];
  conversions?: readonly Conversion[];
  admission: readonly AdmissionPlugin[];
  clock: Clock;
  random: Random;
  timers: Timers;
  authenticators?: readonly Authenticator[];
  /** Default: system:masters may do anything, everybody else what the cluster's roles say. */
  authorizers?: readonly AuthorizerLink[];
  version?: VersionInfo;
  /** The cluster's path on its host, e.g. `/clusters/ID`; it stands in addresses that clients follow. Default ''. */
  prefix?: string;
  /** host:port as clients reach it, for /api. */
  serverAddress?: string;
  limits?: Limits;
}

/** The API of one cluster. Cheap to make, holds nothing that is not shared but its store. */
export interface ApiServer {
  readonly cluster: ClusterScope;
  readonly authorizers: readonly AuthorizerLink[];
  /** Answers a request. Never throws: every failure is a response. */
  handle(request: ApiRequest): Promise<ApiResponse>;
}

const NOBODY: readonly Authenticator[] = [];

/** Makes the API of the cluster whose store is given. */
export function createApiServer(deps: ApiServerDependencies): ApiServer {
  const { store, clock, random, timers } = deps;
  const rbac = new RbacAuthorizer(store);
  const authorizers = deps.authorizers ?? [privilegedGroup, rbac];
  const cluster: ClusterScope = {
    store,
    clock,
    random,
    timers,
    catalog: catalogOf(deps.strategies, deps.conversions),
    admission: admissionChain(deps.admission),
    limits: deps.limits ?? DEFAULT_LIMITS,
    reader: createReader(store),
    access: accessOf(authorizers),
    rules: rbac,
  };
  const server = new Pipeline(cluster, deps, authorizers);
  return { cluster, authorizers, handle: (request) => server.handle(request) };
}

class Pipeline {
  constructor(
    private readonly cluster: ClusterScope,
    private readonly deps: ApiServerDependencies,
    private readonly authorizers: readonly AuthorizerLink[],
  ) {}

  async handle(request: ApiRequest): Promise<ApiResponse> {
    const warnings = new Warnings();
    try {
      return await this.answer(request, warnings);
    } catch (error) {
      const status = toStatusError(error, { group: '', resource: '' }, request.method.toLowerCase());
      const accept = headerOf(request, 'accept');
      if (!(status instanceof UnexpectedError)) return errorResponse(status, accept, warnings.texts);
      const response = errorResponse(new UnexpectedError(status.cause, request.requestId), accept, warnings.texts);
      return { ...response, failure: status.cause };
    }
  }

  private async answer(request: ApiRequest, warnings: Warnings): Promise<ApiResponse> {
    const query = queryOf(request);
    const info = requestInfo(request.method, request.path, query);
    const requestor = await authenticate(request, this.deps.authenticators ?? NOBODY);
    const user = await impersonate(attributesOf(info, requestor), request.headers, this.authorizers);
    const attributes = attributesOf(info, user);
    const { decision, reason } = await authorize(attributes, this.authorizers);
    if (decision !== 'allow') throw forbiddenError(attributes, reason);
    return info.isResource ? this.resource(request, query, info, user, warnings) : this.other(request, query);
  }

  private other(request: ApiRequest, query: URLSearchParams): Promise<ApiResponse> {
    const { version = KUBERNETES_VERSION, prefix = '', serverAddress = '' } = this.deps;
    const probe = () => this.cluster.store.revision();
    return nonResourceResponse({ request, query, version, place: { prefix, serverAddress }, probe });
  }

  private async resource(
    request: ApiRequest,
    query: URLSearchParams,
    info: RequestInfo,
    user: UserInfo,
    warnings: Warnings,
  ): Promise<ApiResponse> {
    const { catalog } = this.cluster;
    const endpoint = catalog.endpoint(info.group, info.version, info.resource);
    if (endpoint === undefined) return unknownResource(catalog, info);
    const scope: RestScope = {
      cluster: this.cluster,
      endpoint,
      // A Namespace stands in no namespace, whatever its path looks like.
      namespace: endpoint.namespaced ? info.namespace : '',
      name: info.name,
      subresource: info.subresource,
      verb: info.verb,
      user,
      requestId: request.requestId,
      warnings,
      manager: query.get('fieldManager') || managerOf(headerOf(request, 'user-agent')),
    };
    try {
      return await routeResource({ scope, request, query }, info);
    } catch (error) {
      throw toStatusError(error, endpoint.groupResource, info.verb);
    }
  }
}

function attributesOf(info: RequestInfo, user: UserInfo): AuthorizationAttributes {
  const { verb, path, group, version, resource, subresource, namespace, name } = info;
  return { user, verb, isResource: info.isResource, path, group, version, resource, subresource, namespace, name };
}

/** A group version that is served knows the resource not: Status; one that is not: what any unknown path gets. */
function unknownResource(catalog: Catalog, info: RequestInfo): ApiResponse {
  if (catalog.served(info.group, info.version)) throw pathNotFound();
  return plainResponse(404, '404 page not found\n');
}
