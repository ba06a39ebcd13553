import { stringify } from 'yaml';
import { encodeProtobuf, ProtobufError } from '#api';
import { type KubeObject, type Status, statusOf } from '#apimachinery';
import { MEDIA_TYPES, type Negotiated, negotiatePlain, prettyIfWanted } from '../request/negotiation.js';
import { type ApiRequest, type ApiResponse, headerOf, queryOf } from '../request/request.js';
import { YAML_FORM } from './yaml-pieces.js';

/** Quotes the text of a Warning header (apimachinery/pkg/util/net NewWarningHeader). */
function warningHeader(text: string): string {
  const clean = text.replaceAll('\n', ' ').replaceAll('\r', ' ').replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  // Header values are bytes: characters beyond Latin-1 are sent as UTF-8.
  return Buffer.from(`299 - "${clean}"`, 'utf8').toString('latin1');
}

function headersFor(contentType: string, warnings: readonly string[]): ApiResponse['headers'] {
  const headers: ApiResponse['headers'] = { 'content-type': contentType };
  if (warnings.length > 0) headers.warning = warnings.map(warningHeader);
  return headers;
}

export interface ResponseForm {
  negotiated: Negotiated;
  status: number;
  warnings: readonly string[];
}

/** A response whose body is streamed. */
export function emptyResponse(encoding: 'json' | 'yaml', { status, warnings }: ResponseForm): ApiResponse {
  return { status, headers: headersFor(MEDIA_TYPES[encoding], warnings) };
}

/** A response of encoded protobuf. */
export function encodedResponse(body: Uint8Array, { status, warnings }: ResponseForm): ApiResponse {
  return { status, headers: headersFor(MEDIA_TYPES.protobuf, warnings), body };
}

/** A response of encoded JSON. */
export function textResponse(json: string, { negotiated, status, warnings }: ResponseForm): ApiResponse {
  const headers = headersFor(MEDIA_TYPES.json, warnings);
  return { status, headers, body: negotiated.pretty ? `${JSON.stringify(JSON.parse(json), null, 2)}\n` : `${json}\n` };
}

/** Any object, in the negotiated encoding. Objects without a protobuf form are sent as JSON. */
export function objectResponse(object: object, form: ResponseForm): ApiResponse {
  const { negotiated, status, warnings } = form;
  if (negotiated.encoding === 'yaml') {
    return { status, headers: headersFor(MEDIA_TYPES.yaml, warnings), body: stringify(object, YAML_FORM) };
  }
  if (negotiated.encoding === 'protobuf') {
    try {
      return { status, headers: headersFor(MEDIA_TYPES.protobuf, warnings), body: encodeProtobuf(object as KubeObject) };
    } catch (error) {
      if (!(error instanceof ProtobufError)) throw error;
    }
  }
  return textResponse(JSON.stringify(object), form);
}

/** JSON that is always indented (responsewriters.WriteRawJSON). */
export function rawJsonResponse(object: object, status: number, warnings: readonly string[] = []): ApiResponse {
  return { status, headers: headersFor(MEDIA_TYPES.json, warnings), body: JSON.stringify(object, null, 2) };
}

/** What the form of an error depends on; none: compact JSON. */
export type Asker = Pick<ApiRequest, 'headers' | 'query'>;

/** A failure as a Status, in an encoding that the client accepts. */
export function errorResponse(error: unknown, asker: Asker | undefined, warnings: readonly string[] = []): ApiResponse {
  const status = statusOf(error);
  const response = statusResponse(status, asker, warnings);
  const retry = status.details?.retryAfterSeconds;
  if (retry) response.headers['retry-after'] = String(retry);
  return response;
}

/** A Status, sent with its own code. */
function statusResponse(status: Status, asker: Asker | undefined, warnings: readonly string[]): ApiResponse {
  const code = status.code ?? 500;
  const negotiated = negotiatePlain(asker && headerOf(asker, 'accept'));
  if (negotiated === undefined) return rawJsonResponse(status, code, warnings);
  const form = asker ? prettyIfWanted(negotiated, queryOf(asker), headerOf(asker, 'user-agent')) : negotiated;
  return objectResponse(status, { negotiated: form, status: code, warnings });
}

/** Flow control answers in plain text, as upstream does. */
export function tooManyRequestsResponse({ message }: Error): ApiResponse {
  const response = plainResponse(429, `${message}\n`);
  return { ...response, headers: { ...response.headers, 'retry-after': '1' } };
}

/** Plain text, as for health checks and unknown paths. */
export function plainResponse(status: number, body: string): ApiResponse {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
  return { status, headers, body };
}
