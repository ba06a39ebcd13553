import { encodeProtobufList, ProtobufError } from '#api';
import { methodNotAllowed } from '#apimachinery';
import type { CachedObject } from '#cacher';
import { MEDIA_TYPES, type Negotiated, negotiateStream, noSuchConversion } from '../request/negotiation.js';
import { listOptions } from '../request/options.js';
import { type ApiResponse, headerOf } from '../request/request.js';
import type { Listing } from '../rest/list.js';
import { includeObjectOf, tableOf } from '../rest/table.js';
import { itemText, unstored } from '../rest/view.js';
import { openWatch } from '../watch/watch-response.js';
import { batches, headOf, type ListForm, listBody, memberOf } from './list-body.js';
import { answerObject, formOf, outputOf, type ResourceCall } from './resource-call.js';
import { emptyResponse, encodedResponse, objectResponse, type ResponseForm, textResponse } from './responses.js';
import { deleteOptionsOf } from './write-handlers.js';

/** GET of one object. */
export async function handleGet(call: ResourceCall): Promise<ApiResponse> {
  const negotiated = outputOf(call);
  const { scope, query } = call;
  const { get } = scope.storage;
  if (get === undefined) throw methodNotAllowed(scope.resource.groupResource, 'get');
  return answerObject(call, negotiated, await get(scope, query.get('resourceVersion') ?? ''));
}

/** `unstructured`: the list of a custom kind, which always has a continue token. */
function listMetadata(listing: Listing, unstructured: boolean): Record<string, unknown> {
  return {
    ...(listing.revision === 0 ? {} : { resourceVersion: String(listing.revision) }),
    ...(listing.continue || unstructured ? { continue: listing.continue } : {}),
    ...(listing.remaining === undefined ? {} : { remainingItemCount: listing.remaining }),
  };
}

/** Lists of up to so many objects, which take up to so much memory, are encoded in one piece: streaming them would cost more. */
const SHORT = { items: 100, bytes: 1.5 * 1024 * 1024 };

function isShort(items: readonly CachedObject[]): boolean {
  if (items.length > SHORT.items) return false;
  let bytes = 0;
  // No further ones are measured than is needed.
  return items.every((item) => {
    bytes += item.bytes;
    return bytes <= SHORT.bytes;
  });
}

/** Answers a list, as objects, Table or metadata; a long one in chunks. */
async function answerList(call: ResourceCall, negotiated: Negotiated, listing: Listing): Promise<ApiResponse> {
  const { scope } = call;
  const { resource } = scope;
  const { convert, encoding } = negotiated;
  if (convert !== undefined && convert.kind !== 'Table' && convert.kind !== 'PartialObjectMetadataList') throw noSuchConversion();
  const form: ListForm = {
    resource,
    metadata: listMetadata(listing, convert === undefined && resource.schema.definition === undefined),
    now: scope.cluster.clock.now(),
    pretty: negotiated.pretty,
    include: convert?.kind === 'Table' ? includeObjectOf(call.query) : 'Metadata',
    ...(convert ? { convert } : {}),
  };
  const as = { negotiated, status: 200, warnings: scope.warnings.texts };
  if (isShort(listing.items) && (encoding !== 'yaml' || listing.items.length === 0)) return shortList(listing, form, as);
  const task = scope.cluster.share.task(scope.cluster.store.cluster);
  if (encoding === 'protobuf' && convert?.kind !== 'Table') {
    const encoded = await encodeProtobufList(headOf(form), batches(listing.items, form, task)).catch((error: unknown) => {
      if (error instanceof ProtobufError) return undefined;
      throw error;
    });
    if (encoded !== undefined) return encodedResponse(encoded, as);
  }
  const release = call.seat.hold();
  const text = encoding === 'yaml' ? 'yaml' : 'json';
  return { ...emptyResponse(text, as), pieces: { chunks: listBody(listing.items, { ...form, encoding: text }, task), close: release } };
}

function shortList(listing: Listing, form: ListForm, as: ResponseForm): ApiResponse {
  const { resource, convert, metadata, now } = form;
  const make = memberOf(form);
  if (convert?.kind === 'Table') {
    const rows = listing.items.map((item) => make(item) as Record<string, unknown>);
    return objectResponse(tableOf(resource, metadata, rows, convert.version), as);
  }
  if (convert === undefined && as.negotiated.encoding === 'json') {
    const items = listing.items.map((item) => itemText(resource, item, now));
    return textResponse(`${JSON.stringify(headOf(form)).slice(0, -1)},"items":[${items.join(',')}]}`, as);
  }
  return objectResponse({ ...headOf(form), items: listing.items.map(make) }, as);
}

/** GET of a collection: a list, or a watch if the query requests one. */
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
  const stream = negotiateStream(headerOf(call.request, 'accept'), formOf(scope));
  const include = stream.convert?.kind === 'Table' ? includeObjectOf(query) : 'Metadata';
  const release = call.seat.watch();
  const body = await openWatch(scope, options, { resource: scope.resource, negotiated: stream, include, onEnd: release }).catch((error) => {
    release();
    throw error;
  });
  const type = stream.encoding === 'json' ? MEDIA_TYPES.json : `${MEDIA_TYPES[stream.encoding]};stream=watch`;
  return { status: 200, headers: { 'content-type': type }, stream: body };
}

/** A GET of an add-on whose resources are not fixed. */
export async function handleAnswer(call: ResourceCall): Promise<ApiResponse> {
  const { scope, query } = call;
  const { answer } = scope.storage;
  if (answer === undefined) throw methodNotAllowed(scope.resource.groupResource, scope.verb);
  return answerObject(call, outputOf(call), unstored(await answer(scope, query)));
}

/** DELETE of a collection: deletes what the options select and answers with the list. */
export async function handleDeleteCollection(call: ResourceCall): Promise<ApiResponse> {
  const { scope, query } = call;
  const { deleteCollection } = scope.storage;
  const negotiated = outputOf(call);
  const options = listOptions(query);
  const deletion = await deleteOptionsOf(call);
  if (deleteCollection === undefined) throw methodNotAllowed(scope.resource.groupResource, 'deletecollection');
  return answerList(call, negotiated, await deleteCollection(scope, options, deletion));
}
