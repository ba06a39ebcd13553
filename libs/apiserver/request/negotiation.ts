import { Memo, notAcceptable, type StatusError, unsupportedMediaType } from '#apimachinery';
import { ACCEPT_CLAUSES, ACCEPT_PARAMETERS } from '../limits.js';

/** The encodings of the API. */
export type Encoding = 'json' | 'yaml' | 'protobuf';

/** The negotiated form of a response: its encoding, and the kind it is converted to. */
export interface Negotiated {
  encoding: Encoding;
  /** `as=Table;v=v1;g=meta.k8s.io` and the like; unset: the object itself. */
  convert?: { kind: string; group: string; version: string };
  pretty: boolean;
}

export const MEDIA_TYPES: Readonly<Record<Encoding, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};

const ENCODINGS: readonly Encoding[] = ['json', 'yaml', 'protobuf'];
const ACCEPTED = ENCODINGS.map((encoding) => MEDIA_TYPES[encoding]);
/** YAML has no form for a stream (runtime/serializer/codec_factory.go). */
const STREAM_ACCEPTED = [MEDIA_TYPES.json, MEDIA_TYPES.protobuf].map((type) => `${type};stream=watch`);

interface Clause {
  type: string;
  subType: string;
  q: number;
  params: Map<string, string>;
}

/** The clauses of an Accept header, in order of preference (github.com/munnerz/goautoneg). */
function parseAccept(header: string): Clause[] {
  const clauses: Clause[] = [];
  for (const part of header.split(',', ACCEPT_CLAUSES)) {
    const [media = '', ...rest] = part.split(';', 1 + ACCEPT_PARAMETERS);
    const [type = '', subType = ''] = media.trim().split('/');
    if (type === '') continue;
    const clause: Clause = { type: type.trim(), subType: subType === '' && type === '*' ? '*' : subType.trim(), q: 1, params: new Map() };
    for (const param of rest) {
      const at = param.indexOf('=');
      if (at < 0) continue;
      const name = param.slice(0, at).trim();
      const value = param.slice(at + 1).trim();
      if (name === 'q') clause.q = Number(value) || 0;
      else clause.params.set(name, value);
    }
    clauses.push(clause);
  }
  return clauses.sort((a, b) => b.q - a.q || wildness(a) - wildness(b));
}

const wildness = (clause: Clause): number => (clause.type === '*' ? 2 : 0) + (clause.subType === '*' ? 1 : 0);

function matches(clause: Clause, encoding: Encoding): boolean {
  const subType = MEDIA_TYPES[encoding].slice('application/'.length);
  if (clause.type === '*' && clause.subType === '*') return true;
  return clause.type === 'application' && (clause.subType === subType || clause.subType === '*');
}

const METADATA_KINDS = new Set(['PartialObjectMetadata', 'PartialObjectMetadataList']);

function allowsConversion(convert: Negotiated['convert'], encoding: Encoding): boolean {
  if (convert === undefined) return true;
  if (convert.group !== 'meta.k8s.io' || (convert.version !== 'v1' && convert.version !== 'v1beta1')) return false;
  if (convert.kind === 'Table') return encoding !== 'protobuf';
  return METADATA_KINDS.has(convert.kind);
}

/** What a response may be: an object in any form, as itself only, or that of a custom kind, which has no protobuf form. */
type Form = 'any' | 'itself' | 'custom';

function accept(clause: Clause, encoding: Encoding, form: Form): Negotiated | undefined {
  let convert: Negotiated['convert'];
  const { params } = clause;
  if (params.has('as') || params.has('g') || params.has('v')) {
    convert = { kind: params.get('as') ?? '', group: params.get('g') ?? '', version: params.get('v') ?? '' };
  }
  const stream = params.get('stream');
  if (stream && stream !== 'watch') return undefined;
  const serverVersion = params.get('sv');
  if (serverVersion && serverVersion !== 'v1') return undefined;
  if (convert !== undefined && (form === 'itself' || !allowsConversion(convert, encoding))) return undefined;
  if (convert === undefined && form === 'custom' && encoding === 'protobuf') return undefined;
  return { encoding, pretty: params.get('pretty') === '1', ...(convert ? { convert } : {}) };
}

const negotiated = new Memo<Negotiated | undefined>();
const PLAIN_JSON: Negotiated = Object.freeze({ encoding: 'json', pretty: false });

const MARKS: Readonly<Record<Form, string>> = { any: '', itself: '-', custom: '=' };

function negotiate(header: string | undefined, form: Form): Negotiated | undefined {
  if (header === undefined || header === '' || header === 'application/json' || header === '*/*') return PLAIN_JSON;
  return negotiated.of(MARKS[form] + header, () => firstAccepted(header, form));
}

function firstAccepted(header: string, form: Form): Negotiated | undefined {
  for (const clause of parseAccept(header)) {
    for (const encoding of ENCODINGS) {
      const found = matches(clause, encoding) ? accept(clause, encoding, form) : undefined;
      if (found) return found;
    }
  }
  return undefined;
}

/** Negotiates the form of a resource's response; throws 406 (endpoints/handlers/negotiation NegotiateOutputMediaType). */
export function negotiateOutput(header: string | undefined, form: Form = 'any'): Negotiated {
  const found = negotiate(header, form);
  if (!found) throw notAcceptable(ACCEPTED);
  return found;
}

/** Like negotiateOutput, for reviews, which have no Table form. */
export function negotiateWithoutTable(header: string | undefined): Negotiated {
  const found = negotiateOutput(header);
  return found.convert?.kind === 'Table' ? negotiateStrict(header) : found;
}

/** The form of a watch. */
export interface NegotiatedStream extends Negotiated {
  encoding: 'json' | 'protobuf';
}

/** Like negotiateOutput, for a watch. */
export function negotiateStream(header: string | undefined, form: Form): NegotiatedStream {
  const found = negotiate(header, form);
  if (!found || found.encoding === 'yaml') throw notAcceptable(STREAM_ACCEPTED);
  return { ...found, encoding: found.encoding };
}

/** The encoding of an error; undefined if the client accepts nothing that is supported. */
export function negotiatePlain(header: string | undefined): Negotiated | undefined {
  return negotiate(header, 'itself');
}

/** Like negotiatePlain, but throws 406. */
export function negotiateStrict(header: string | undefined): Negotiated {
  const found = negotiate(header, 'itself');
  if (!found) throw notAcceptable(ACCEPTED);
  return found;
}

/** The form of a debugging page: text, or an object of the kind in a version of config.k8s.io. */
type ZpageForm = { encoding: 'text'; version?: undefined } | { encoding: 'json' | 'yaml'; version: string };

const ZPAGE_TYPES = [MEDIA_TYPES.json, MEDIA_TYPES.yaml, 'text/plain'];

function zpageForm({ type, subType, params }: Clause, kind: string): ZpageForm | undefined {
  const fits = (mediaType: string): boolean => {
    const [own, sub] = mediaType.split('/');
    return (type === '*' || type === own) && (subType === '*' || subType === sub);
  };
  const version = params.get('v') ?? '';
  if (params.has('as') || params.has('g') || params.has('v')) {
    const known = params.get('as') === kind && params.get('g') === 'config.k8s.io' && (version === 'v1beta1' || version === 'v1alpha1');
    const encoding = (['json', 'yaml'] as const).find((one) => fits(MEDIA_TYPES[one]));
    return known && encoding !== undefined ? { encoding, version } : undefined;
  }
  return fits('text/plain') ? { encoding: 'text' } : undefined;
}

/** Negotiates the form of /statusz or /flagz; throws 406 (apiserver/pkg/server/statusz/negotiate). */
export function negotiateZpage(header: string | undefined, kind: string): ZpageForm {
  if (header === undefined || header.trim() === '') return { encoding: 'text' };
  for (const clause of parseAccept(header)) {
    const form = zpageForm(clause, kind);
    if (form) return form;
  }
  throw notAcceptable(ZPAGE_TYPES);
}

/** The 406 for a conversion that the object does not support. */
export function noSuchConversion(): StatusError {
  return notAcceptable(ACCEPTED);
}

/** A media type in lower case, without parameters (mime.ParseMediaType). */
export function bareMediaType(contentType: string): string {
  const at = contentType.indexOf(';');
  return (at < 0 ? contentType : contentType.slice(0, at)).trim().toLowerCase();
}

/** The encoding of a request's body; throws 415. */
export function negotiateInput(contentType: string | undefined): Encoding {
  if (contentType === undefined || contentType === '' || contentType === 'application/json') return 'json';
  const bare = bareMediaType(contentType);
  const encoding = ENCODINGS.find((candidate) => MEDIA_TYPES[candidate] === bare);
  if (!encoding) throw unsupportedMediaType(ACCEPTED);
  return encoding;
}

/** The form with indented JSON if the request asks for it (endpoints/handlers/negotiation isPrettyPrint). */
export function prettyIfWanted(negotiated: Negotiated, query: URLSearchParams, userAgent: string | undefined): Negotiated {
  return wantsPretty(query, userAgent) ? { ...negotiated, pretty: true } : negotiated;
}

/** Whether JSON is indented: `pretty` in the query, or a client that people use directly. */
export function wantsPretty(query: URLSearchParams, userAgent: string | undefined): boolean {
  const asked = query.size === 0 ? null : query.get('pretty');
  if (asked) return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(asked);
  return userAgent !== undefined && (userAgent.startsWith('curl') || userAgent.startsWith('Wget') || userAgent.startsWith('Mozilla/5.0'));
}
