import { type KubeObject, methodNotAllowed } from '#apimachinery';
import { MEDIA_TYPES, type Negotiated, negotiateStream, noSuchConversion } from '../request/negotiation.js';
import { listOptions } from '../request/options.js';
import { type ApiResponse, headerOf } from '../request/request.js';
import type { Listing } from '../rest/list.js';
import { type IncludeObject, includeObjectOf, tableOf, tableRow } from '../rest/table.js';
import { itemText, partialMetadata, viewObject } from '../rest/view.js';
import { openWatch } from '../watch/watch-response.js';
import { answerObject, outputOf, type ResourceCall } from './resource-call.js';
import { objectResponse, textResponse } from './responses.js';
import { deleteOptionsOf } from './write-handlers.js';

/** GET of one object. */
export async function handleGet(call: ResourceCall): Promise<ApiResponse> {
  const negotiated = outputOf(call);
  const { scope, query } = call;
  const { get } = scope.storage;
  if (get === undefined) throw methodNotAllowed(scope.resource.groupResource, 'get');
  return answerObject(call, negotiated, await get(scope, query.get('resourceVersion') ?? ''));
}

function listMetadata(listing: Listing): Record<string, unknown> {
  return {
    resourceVersion: String(listing.revision),
    ...(listing.continue ? { continue: listing.continue } : {}),
    ...(listing.remaining === undefined ? {} : { remainingItemCount: listing.remaining }),
  };
}

/** Answers a list, whole or as Table or metadata. */
function answerList(call: ResourceCall, negotiated: Negotiated, listing: Listing): ApiResponse {
  const { scope } = call;
  const { resource } = scope;
  const now = scope.cluster.clock.now();
  const form = { negotiated, status: 200, warnings: scope.warnings.texts };
  const metadata = listMetadata(listing);
  const { convert } = negotiated;
  const head = { kind: `${resource.kind}List`, apiVersion: resource.apiVersion };
  if (convert === undefined && negotiated.encoding === 'json') {
    const items = listing.items.map((item) => itemText(resource, item, now));
    return textResponse(
      `{"kind":"${head.kind}","apiVersion":"${head.apiVersion}","metadata":${JSON.stringify(metadata)},"items":[${items.join(',')}]}`,
      form,
    );
  }
  if (convert === undefined) {
    const items = listing.items.map((item) => withoutType(viewObject(resource, item, now)));
    return objectResponse({ ...head, metadata, items }, form);
  }
  if (convert.kind === 'Table') {
    const include: IncludeObject = includeObjectOf(call.query);
    const rows = listing.items.map((item) => tableRow(resource, item, include, now, convert.version));
    return objectResponse(tableOf(resource, metadata, rows, convert.version), form);
  }
  if (convert.kind !== 'PartialObjectMetadataList') throw noSuchConversion();
  const items = listing.items.map((item) => partialMetadata(viewObject(resource, item, now), convert.version));
  return objectResponse({ kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${convert.version}`, metadata, items }, form);
}

function withoutType({ kind: _kind, apiVersion: _apiVersion, ...rest }: KubeObject) {
  return rest;
}

/** GET of a collection: a list, or a watch where the query says so. */
export async function handleList(call: ResourceCall, watchPath = false): Promise<ApiResponse> {
  const { scope, query } = call;
  const negotiated = outputOf(call);
  const options = listOptions(query, watchPath);
  const { list, watch } = scope.storage;
  if (!options.watch) {
    if (list === undefined) throw methodNotAllowed(scope.resource.groupResource, 'list');
    return answerList(call, negotiated, await list(scope, options));
  }
  if (watch === undefined) throw methodNotAllowed(scope.resource.groupResource, 'watch');
  const stream = negotiateStream(headerOf(call.request, 'accept'));
  const include = stream.convert?.kind === 'Table' ? includeObjectOf(query) : 'Metadata';
  const body = await openWatch(scope, options, { resource: scope.resource, negotiated: stream, include });
  const type = stream.encoding === 'json' ? MEDIA_TYPES.json : `${MEDIA_TYPES[stream.encoding]};stream=watch`;
  return { status: 200, headers: { 'content-type': type }, stream: body };
}

/** DELETE of a collection: what the options select goes, and is answered as a list. */
export async function handleDeleteCollection(call: ResourceCall): Promise<ApiResponse> {
  const { scope, query } = call;
  const { deleteCollection } = scope.storage;
  const negotiated = outputOf(call);
  const options = listOptions(query);
  const deletion = deleteOptionsOf(call);
  if (deleteCollection === undefined) throw methodNotAllowed(scope.resource.groupResource, 'deletecollection');
  return answerList(call, negotiated, await deleteCollection(scope, options, deletion));
}
