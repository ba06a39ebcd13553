import { bodyText, type DecodeRequest, decodeBody, type GroupVersionKind, type KindSchema, parseJson } from '#api';
import { type KubeObject, tooLarge } from '#apimachinery';
import type { Seat } from '../dispatcher.js';
import {
  MEDIA_TYPES,
  type Negotiated,
  negotiateOutput,
  negotiateWithoutTable,
  noSuchConversion,
  prettyIfWanted,
} from '../request/negotiation.js';
import type { WriteOptions } from '../request/options.js';
import { type ApiRequest, type ApiResponse, headerOf } from '../request/request.js';
import type { RestScope } from '../rest/scope.js';
import type { Written } from '../rest/storage.js';
import { includeObjectOf, tableOf, tableRow } from '../rest/table.js';
import { partialMetadata, type Stored, storedOf, viewObject, viewText } from '../rest/view.js';
import { yamlBody } from './list-body.js';
import { emptyResponse, objectResponse, type ResponseForm, textResponse } from './responses.js';
import { isLongYaml } from './yaml-pieces.js';

/** A request for a resource, ready to be executed. */
export interface ResourceCall {
  scope: RestScope;
  request: ApiRequest;
  query: URLSearchParams;
  seat: Seat;
}

/**
 * Whether the resource has a Table form. Resources that can only be created do not: reviews, bindings, evictions (upstream's storages of
 * these do not implement rest.TableConvertor).
 */
const hasTable = ({ storage }: RestScope): boolean => storage.create === undefined || storage.get !== undefined;

/** What the responses of a kind may be; those of a custom kind's subresources too. */
export const formOf = ({ resource }: RestScope): 'any' | 'custom' => (resource.schema.definition === undefined ? 'custom' : 'any');

/** The form of the response; JSON is pretty-printed where the client looks like a person. */
export function outputOf({ scope, request, query }: ResourceCall): Negotiated {
  const accept = headerOf(request, 'accept');
  const negotiated = hasTable(scope) ? negotiateOutput(accept, formOf(scope)) : negotiateWithoutTable(accept);
  return prettyIfWanted(negotiated, query, headerOf(request, 'user-agent'));
}

/** The body, if it is within the size limit. */
export function bodyOf({ request, scope }: ResourceCall): Uint8Array {
  const body = request.body ?? EMPTY;
  const limit = scope.cluster.limits.requestBody;
  if (body.byteLength > limit) throw tooLarge(`limit is ${limit}`);
  return body;
}

const EMPTY = new Uint8Array(0);

/** Answers one object, as itself, as a Table or as metadata. */
export function answerObject(call: ResourceCall, negotiated: Negotiated, stored: Stored, status = 200): ApiResponse {
  const { scope, query } = call;
  const resource = scope.storage.shape;
  const now = scope.cluster.clock.now();
  const form = { negotiated, status, warnings: scope.warnings.texts };
  const { convert } = negotiated;
  if (convert === undefined) {
    if (negotiated.encoding === 'json') return textResponse(viewText(resource, stored, now), form);
    return largeOrWhole(call, viewObject(resource, stored, now), form);
  }
  if (convert.kind === 'PartialObjectMetadata')
    return objectResponse(partialMetadata(viewObject(resource, stored, now), convert.version), form);
  if (convert.kind !== 'Table') throw noSuchConversion();
  const row = tableRow(resource, stored, includeObjectOf(query), now, convert.version);
  const { resourceVersion } = stored.object.metadata;
  return objectResponse(tableOf(resource, resourceVersion ? { resourceVersion } : {}, [row], convert.version), form);
}

/** The YAML of a large object is produced piece by piece while it is sent. */
function largeOrWhole({ scope, seat }: ResourceCall, object: object, form: ResponseForm): ApiResponse {
  if (form.negotiated.encoding !== 'yaml' || !isLongYaml(object)) return objectResponse(object, form);
  return { ...emptyResponse('yaml', form), pieces: { chunks: yamlBody(object, scope.work), close: seat.hold() } };
}

/** Answers a write with the written object. */
export function answerWritten(call: ResourceCall, negotiated: Negotiated, { value, revision }: Written, status: number): ApiResponse {
  return answerObject(call, negotiated, storedOf(value, revision), status);
}

/** Reads a body of a kind that belongs to no resource, e.g. DeleteOptions; unknown fields become warnings. */
export async function decodeAs(
  call: ResourceCall,
  expected: GroupVersionKind & { schema?: KindSchema },
  options: WriteOptions,
  contentType: string,
): Promise<KubeObject> {
  const { work, warnings, cluster } = call.scope;
  const { schema } = expected;
  const custom = schema && schema.definition === undefined ? { custom: schema } : {};
  const { schemaFor } = cluster.storages;
  const { fieldValidation } = options;
  const read = await readAhead(call, contentType);
  const decoded = await work.step(() =>
    decodeBody({ body: bodyOf(call), contentType, expected, fieldValidation, schemaFor, ...read, ...custom }),
  );
  for (const text of decoded.warnings) warnings.add(text);
  const { object } = decoded;
  object.metadata ??= { name: '' };
  await work.step(() => (schema ?? schemaFor(expected))?.applyDefaults(object));
  return object;
}

/** Bodies of this length are parsed in a step of their own, when it is their tenant's turn. */
const LONG = 64 * 1024;

/** The body before decoding: YAML has been converted to JSON, and long JSON has been parsed. */
async function readAhead(call: ResourceCall, contentType: string): Promise<Pick<DecodeRequest, 'yaml' | 'parsed'>> {
  const { work, cluster } = call.scope;
  const body = bodyOf(call);
  const isYaml = contentType === MEDIA_TYPES.yaml;
  const yaml = isYaml ? await cluster.yaml.convert(cluster.store.cluster, bodyText(body)) : undefined;
  const read = yaml ? { yaml } : {};
  const length = yaml && 'json' in yaml ? yaml.json.length : body.byteLength;
  if (length < LONG) return read;
  await work.turn();
  if (!isYaml && contentType !== MEDIA_TYPES.json) return read;
  return work.step(() => {
    const value = parsedAhead(yaml && 'json' in yaml ? yaml.json : bodyText(body));
    return value === undefined ? read : { ...read, parsed: { value } };
  });
}

/** Undefined if the text is not JSON: decoding reports it in upstream's words. */
function parsedAhead(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** Reads a body as the kind that the storage accepts, with defaults applied. */
export async function decodeShape(call: ResourceCall, options: WriteOptions, contentType: string): Promise<KubeObject> {
  const { shape } = call.scope.storage;
  const object = await decodeAs(call, shape, options, contentType);
  await call.scope.work.step(() => shape.strategy.setDefaults?.(object));
  return object;
}
