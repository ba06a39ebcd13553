import type { corev1, Served } from '#api';
import { failureStatus, type Instant, StatusError } from '#apimachinery';
import type { VersionInfo } from '#component-base';
import { plainResponse, rawJsonResponse } from '../endpoints/responses.js';
import { type MetricSources, metricsResponse, slisResponse } from '../metrics/cluster-metrics.js';
import type { ApiRequest, ApiResponse } from '../request/request.js';
import { type DiscoveryPlace, discoveryResponse } from './discovery-handler.js';
import { HEALTH_CHECKS, healthResponse } from './health.js';
import { openIdResponse } from './openid.js';
import { zpageResponse } from './zpages.js';

export interface NonResourceCall {
  request: ApiRequest;
  query: URLSearchParams;
  version: VersionInfo;
  place: DiscoveryPlace;
  /** The public keys of ServiceAccount tokens. */
  keySet(): Promise<object>;
  /** The issuer of ServiceAccount tokens. */
  issuer: string;
  /** Throws if the store cannot be reached. */
  probe(): Promise<unknown>;
  /** What is counted about the cluster's requests. */
  metrics: MetricSources;
  now: Instant;
  /** The API server's static pod. */
  server(): Promise<corev1.Pod | undefined>;
}

const paths = new WeakMap<Served, readonly string[]>();

const EXTRA_PATHS = [
  '/.well-known/openid-configuration',
  '/flagz',
  '/metrics',
  '/metrics/slis',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/',
];

/** The paths that `/` lists. */
function rootPaths(served: Served): readonly string[] {
  const known = paths.get(served);
  if (known !== undefined) return known;
  const found = new Set(['/api', '/api/v1', '/apis', '/apis/', '/openid/v1/jwks', '/statusz', '/version', ...EXTRA_PATHS]);
  for (const { group, versions } of served.groups) {
    if (group === '') continue;
    found.add(`/apis/${group}`);
    for (const version of versions) found.add(`/apis/${group}/${version}`);
  }
  for (const [name, checks] of Object.entries(HEALTH_CHECKS)) {
    found.add(`/${name}`);
    for (const check of checks) found.add(`/${name}/${check}`);
  }
  const sorted = [...found].sort();
  paths.set(served, sorted);
  return sorted;
}

function methodNotServed(): StatusError {
  const message = 'the server does not allow this method on the requested resource';
  return new StatusError(failureStatus({ code: 405, reason: 'MethodNotAllowed', message, details: {} }));
}

/** Answers non-resource paths: version, health, discovery, OpenAPI, the list of paths. */
export async function nonResourceResponse(call: NonResourceCall): Promise<ApiResponse> {
  const { request, query } = call;
  const path = request.path.replace(/\/+$/, '');
  const { probe, metrics } = call;
  const checked = (type: string, check: string, passed: boolean) => metrics.requests.checked(type, check, passed);
  const health = await healthResponse(path, query, { probe, checked });
  if (health !== undefined) return health;
  if (path === '/version') {
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotServed();
    return rawJsonResponse(call.version, 200);
  }
  if (path === '/metrics') return metricsResponse(call.metrics);
  if (path === '/metrics/slis') return slisResponse(call.metrics);
  const metadata = await openIdResponse(path, call);
  if (metadata !== undefined) return metadata;
  if (path === '') return rawJsonResponse({ paths: rootPaths(call.place.served) }, 200);
  if (path === '/statusz' || path === '/flagz') {
    const { version, now, place } = call;
    const pages = { server: await call.server(), version, now, paths: rootPaths(place.served) };
    return zpageResponse(path === '/statusz' ? 'statusz' : 'flagz', request, pages);
  }
  const found = discoveryResponse(request, query, call.place);
  if (found === undefined) return plainResponse(404, '404 page not found\n');
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotServed();
  return found;
}
