import { createHash } from 'node:crypto';
import {
  type AggregatedVersion,
  aggregatedContentType,
  aggregatedDiscovery,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  discoveryForm,
  type OpenApiDocument,
  openapiV2,
  openapiV2Protobuf,
  openapiV3,
  openapiV3Index,
  type Served,
  swaggerProtobufType,
} from '#api';
import { objectResponse } from '../endpoints/responses.js';
import { negotiateStrict, prettyIfWanted, wantsPretty } from '../request/negotiation.js';
import { type ApiRequest, type ApiResponse, headerOf, queryOf } from '../request/request.js';

/** What discovery needs to know about the cluster's address and resources. */
export interface DiscoveryPlace {
  /** The cluster's path on its host: '' or `/clusters/ID`. */
  prefix: string;
  /** host:port as clients reach it. */
  serverAddress: string;
  /** What the cluster serves. */
  served: Served;
}

interface Document {
  body: string;
  etag: string;
}

const aggregated = new WeakMap<Served, Map<string, Document>>();

/** An aggregated document, made once for all clusters that serve the same resources. */
function aggregatedDocument(served: Served, legacy: boolean, as: AggregatedVersion): Document {
  const id = `${legacy} ${as}`;
  const documents = aggregated.get(served) ?? new Map<string, Document>();
  aggregated.set(served, documents);
  let made = documents.get(id);
  if (made === undefined) {
    const body = JSON.stringify(aggregatedDiscovery(legacy, as, served));
    made = { body, etag: `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"` };
    documents.set(id, made);
  }
  return made;
}

function plain(request: ApiRequest, object: object): ApiResponse {
  const negotiated = prettyIfWanted(negotiateStrict(headerOf(request, 'accept')), queryOf(request), headerOf(request, 'user-agent'));
  return objectResponse(object, { negotiated, status: 200, warnings: [] });
}

/** GET /api or /apis: an aggregated document if the client accepts one, the plain list otherwise. */
function rootDocument(request: ApiRequest, legacy: boolean, place: DiscoveryPlace): ApiResponse {
  const form = discoveryForm(headerOf(request, 'accept') ?? '');
  if (form === 'plain') {
    const response = plain(request, legacy ? apiVersions(place.serverAddress) : apiGroupList(place.served));
    return { ...response, headers: { ...response.headers, vary: 'Accept' } };
  }
  const { body, etag } = aggregatedDocument(place.served, legacy, form);
  const headers = { 'content-type': aggregatedContentType(form), etag, vary: 'Accept', 'cache-control': 'public' };
  if (headerOf(request, 'if-none-match') === etag) return { status: 304, headers: { etag, vary: 'Accept' } };
  const pretty = wantsPretty(queryOf(request), headerOf(request, 'user-agent'));
  return { status: 200, headers, body: pretty ? `${JSON.stringify(JSON.parse(body), null, 2)}\n` : body };
}

function document(request: ApiRequest, { body, hash }: OpenApiDocument, contentType: string): ApiResponse {
  const etag = `"${hash}"`;
  const headers = { 'content-type': contentType, etag, vary: 'Accept' };
  if (headerOf(request, 'if-none-match') === etag) return { status: 304, headers: { etag, vary: 'Accept' } };
  return { status: 200, headers, body };
}

const FAR_FUTURE = 'Fri, 31 Dec 2100 00:00:00 GMT';

function openApi(request: ApiRequest, query: URLSearchParams, parts: readonly string[], place: DiscoveryPlace): ApiResponse {
  if (parts[1] === 'v2') {
    const accept = headerOf(request, 'accept') ?? '';
    const protobuf = accept.includes('application/com.github.proto-openapi.spec.v2');
    if (protobuf) return document(request, openapiV2Protobuf(place.served), swaggerProtobufType);
    return document(request, openapiV2(place.served), 'application/json');
  }
  const path = parts.slice(2).join('/');
  if (path === '') {
    return {
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8', vary: 'Accept' },
      body: JSON.stringify(openapiV3Index(place.served)),
    };
  }
  const found = openapiV3(path, place.served);
  if (found === undefined) return { status: 404, headers: {} };
  const response = document(request, found, 'application/json');
  const hash = query.get('hash');
  if (hash === null) return response;
  if (hash !== found.hash) {
    const location = `${place.prefix}/openapi/v3/${path}?hash=${found.hash}`;
    return { status: 301, headers: { location, 'content-type': 'text/plain; charset=utf-8' }, body: '' };
  }
  // A document that is requested by its hash never changes.
  return { ...response, headers: { ...response.headers, 'cache-control': 'public, immutable', expires: FAR_FUTURE } };
}

/** Answers GET of /api, /apis and the paths below them, and of /openapi. Undefined: no such document. */
export function discoveryResponse(request: ApiRequest, query: URLSearchParams, place: DiscoveryPlace): ApiResponse | undefined {
  const parts = request.path.split('/').filter((part) => part !== '');
  const [first, second = '', third, fourth] = parts;
  if (fourth === undefined && (first === 'api' || first === 'apis')) {
    if (second === '') return rootDocument(request, first === 'api', place);
    const object =
      first === 'api'
        ? third === undefined
          ? apiResourceList('', second, place.served)
          : undefined
        : groupDocument(place.served, second, third);
    return object && plain(request, object);
  }
  if (first === 'openapi' && (second === 'v2' || second === 'v3')) return openApi(request, query, parts, place);
  return undefined;
}

function groupDocument(served: Served, group: string, version: string | undefined): object | undefined {
  return version === undefined ? apiGroup(group, served) : apiResourceList(group, version, served);
}
