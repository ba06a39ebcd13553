import { badRequest, invalid, invalidValue, type KubeObject, unsupportedMediaType } from '#apimachinery';
import { type DecodedValue, DecodeError, type FieldValidation, parseJson } from './decode-value.js';
import { JsonSyntaxError } from './json-text.js';
import { type KindSchema, kindSchema, type SchemaLookup } from './kind-schema.js';
import { decodeProtobuf, ProtobufError } from './protobuf/envelope.js';
import { type GroupVersionKind, groupVersionOf, parseGroupVersion, scheme } from './scheme.js';
import { type ConvertedYaml, yamlToJson } from './yaml/yaml-to-json.js';

/** The media types of request bodies that hold an object. */
export const bodyMediaTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'] as const;

export interface DecodeRequest {
  body: Uint8Array;
  /** The Content-Type header; '' means JSON. */
  contentType: string;
  /** The kind that the request's resource (or subresource) accepts; the body may omit kind and apiVersion. */
  expected: GroupVersionKind;
  /** Default Warn, as upstream's. */
  fieldValidation?: FieldValidation;
  /** The JSON of a YAML body; by default it is converted here. */
  yaml?: ConvertedYaml;
  /** The parsed JSON of the body; by default it is parsed here. */
  parsed?: { value: unknown };
  /** The kinds that the cluster serves; default the built-in ones. */
  schemaFor?: SchemaLookup;
  /** The schema of the expected kind, if it is a custom one: such bodies are read as unstructured objects. */
  custom?: KindSchema;
}

export interface Decoded {
  object: KubeObject;
  /** Texts for Warning headers (fieldValidation=Warn). */
  warnings: string[];
}

/** A body whose own kind is known when decoding fails. */
interface Typed {
  actual: GroupVersionKind;
  schema: KindSchema;
}

const interpretType = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
const kindError = (message: string): DecodeError => new DecodeError(`couldn't get version/kind; json parse error: ${message}`);
const jsonWord = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value);

/** The body's own kind (serializer/json SimpleMetaFactory.Interpret), completed from the expected one (gvkWithDefaults). */
function kindOf(value: unknown, expected: GroupVersionKind): GroupVersionKind {
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw kindError(`json: cannot unmarshal ${jsonWord(value)} into Go value of type ${interpretType}`);
  }
  const { kind, apiVersion } = (value ?? {}) as { kind?: unknown; apiVersion?: unknown };
  for (const [name, given] of Object.entries({ kind, apiVersion })) {
    if (given !== undefined && given !== null && typeof given !== 'string') {
      throw kindError(`json: cannot unmarshal ${jsonWord(given)} into Go struct field .${name} of type string`);
    }
  }
  const text = typeof apiVersion === 'string' ? apiVersion : '';
  if (text.split('/').length > 2) throw new DecodeError(`unexpected GroupVersion string: ${text}`);
  const { group, version } = parseGroupVersion(text);
  return {
    kind: typeof kind === 'string' && kind ? kind : expected.kind,
    group: version ? group : expected.group,
    version: version || expected.version,
  };
}

const NO_KIND: GroupVersionKind = { group: '', version: '', kind: '' };
/** How many characters of a body an error shows. Upstream shows all of it. */
const MAX_SHOWN = 16 * 1024;

/** The kind that an unstructured object names; it must name one (runtime.NewMissingKindErrWithBody). */
function ownKindOf(value: unknown, body: Uint8Array): GroupVersionKind {
  const own = kindOf(value, NO_KIND);
  if (own.kind === '') throw new DecodeError(`Object 'Kind' is missing in '${bodyText(body.subarray(0, MAX_SHOWN))}'`);
  return own;
}

/** An unstructured object of another kind is refused by its validation (registry/customresource/validator.go ValidateTypeMeta). */
function wrongKind(object: Record<string, unknown>, { group, kind }: GroupVersionKind, expected: GroupVersionKind) {
  const name = (object.metadata as { name?: string } | undefined)?.name ?? '';
  return invalid({ group, kind }, name, [invalidValue('kind', kind, `must be ${expected.kind}`)]);
}

/** Pairs of kinds with the same internal type: both Events, both HorizontalPodAutoscalers. */
function sameHub(a: GroupVersionKind, b: GroupVersionKind): boolean {
  if (a.kind !== b.kind) return false;
  if (a.group === b.group) return true;
  const stored = (k: GroupVersionKind): string => scheme.resourceOfKind(k)?.storedAs ?? groupVersionOf(k.group, k.version);
  return stored(a) === stored(b);
}

/** Go's package of the internal type: `core`, `apps`, `rbac` … */
const hubPackage = (group: string): string => group.split('.')[0] || 'core';

function schemaOf(actual: GroupVersionKind, expected: GroupVersionKind, schemaFor: SchemaLookup): KindSchema {
  const schema = schemaFor(actual);
  if (schema) return schema;
  const gv = JSON.stringify(groupVersionOf(actual.group, actual.version));
  throw new DecodeError(
    expected.kind.endsWith('Options')
      ? `no kind ${JSON.stringify(actual.kind)} is registered for version ${gv} in scheme "pkg/apis/meta/internalversion/scheme/register.go:27"`
      : `no kind ${JSON.stringify(actual.kind)} is registered for version ${gv} in scheme "pkg/api/legacyscheme/scheme.go:30"`,
  );
}

/** The first characters of a body as upstream shows them (handlers/rest.go summarizeData). */
function summary(body: Uint8Array): string {
  if (body.length === 0) return '<empty>';
  const head = Buffer.from(body.subarray(0, 30));
  const more = body.length > 30 ? ' ...' : '';
  return `${head[0] === 0x7b ? head.toString('utf8') : head.toString('hex')}${more}`;
}

const isDecodeError = (error: unknown): error is Error =>
  error instanceof DecodeError || error instanceof JsonSyntaxError || error instanceof ProtobufError;

/** A body's text: UTF-8. */
export function bodyText(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
}

function decodeYaml(converted: ConvertedYaml, { parsed, found, fieldValidation }: Decoding): DecodedValue {
  if ('error' in converted) throw new DecodeError(converted.error);
  const { json, repeated } = converted;
  // Its keys are unique, and it is no deeper than allowed.
  const value: unknown = parsed ? parsed.value : JSON.parse(json);
  const decoded = found(value).schema.decode(value, fieldValidation);
  return repeated && fieldValidation !== 'Ignore' ? { ...decoded, strict: [repeated, ...decoded.strict] } : decoded;
}

function decodeJson({ body, parsed, found, fieldValidation }: Decoding): DecodedValue {
  const text = bodyText(body);
  let value: unknown;
  try {
    value = parsed ? parsed.value : parseJson(text);
  } catch (error) {
    throw error instanceof JsonSyntaxError ? kindError(error.message) : error;
  }
  return found(value).schema.decodeJson(text, value, fieldValidation);
}

function mediaTypeOf(contentType: string): (typeof bodyMediaTypes)[number] {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() || 'application/json';
  const known = bodyMediaTypes.find((media) => media === type);
  if (!known) throw unsupportedMediaType(bodyMediaTypes);
  return known;
}

/** Whether the decoded object is acceptable: the same kind, and the version in the path (handlers/create.go). */
function accept(actual: GroupVersionKind, expected: GroupVersionKind, schema: KindSchema): void {
  if (schema.definition?.allGroups) return;
  if (!sameHub(actual, expected)) {
    const from = `${actual.version}.${actual.kind}`;
    throw new DecodeError(`converting (${from}) to (${hubPackage(expected.group)}.${expected.kind}): unknown conversion`);
  }
}

/**
 * Decodes a request's body like upstream's negotiated decoder and its create and update handlers. Throws StatusError: 415 for other media
 * types, 400 in upstream's words for every error in the body.
 */
export function decodeBody(request: DecodeRequest): Decoded {
  const { body, contentType, expected, fieldValidation = 'Warn', yaml, parsed, schemaFor = kindSchema, custom } = request;
  const media = mediaTypeOf(contentType);
  let typed: Typed | undefined;
  let actual: GroupVersionKind | undefined;
  const found = (value: unknown): Typed => {
    actual = custom ? ownKindOf(value, body) : kindOf(value, expected);
    typed = { actual, schema: custom ?? schemaOf(actual, expected, schemaFor) };
    return typed;
  };
  try {
    const decoded = decodeAs(media, { found, body, fieldValidation, yaml, parsed });
    const { actual: gvk, schema } = found(decoded.object);
    if (!custom) accept(gvk, expected, schema);
    if (decoded.strict.length && fieldValidation === 'Strict') throw new DecodeError(`strict decoding error: ${decoded.strict.join(', ')}`);
    requireVersion(gvk, expected, schema);
    if (custom && gvk.kind !== expected.kind) throw wrongKind(decoded.object, gvk, expected);
    return { object: named(decoded.object, gvk), warnings: decoded.strict };
  } catch (error) {
    if (error instanceof RangeError) throw badRequest(unreadable(actual, expected, 'exceeded max depth', body));
    if (!isDecodeError(error)) throw error;
    throw badRequest(unreadable(actual, expected, error.message, body));
  }
}

interface Decoding {
  body: Uint8Array;
  fieldValidation: FieldValidation;
  yaml: ConvertedYaml | undefined;
  parsed: { value: unknown } | undefined;
  found(value: unknown): Typed;
}

function decodeAs(media: (typeof bodyMediaTypes)[number], decoding: Decoding): DecodedValue {
  const { body, yaml, found } = decoding;
  if (media === 'application/vnd.kubernetes.protobuf') return decodeProtobuf(body, (meta) => protobufDefinition(found(meta)));
  return media === 'application/yaml' ? decodeYaml(yaml ?? yamlToJson(bodyText(body)), decoding) : decodeJson(decoding);
}

/** Custom kinds have no protobuf form: 415 (apiextensions-apiserver crdhandler's negotiated serializer). */
function protobufDefinition({ schema }: Typed) {
  const { definition } = schema;
  if (definition === undefined) throw unsupportedMediaType(bodyMediaTypes.filter((media) => !media.endsWith('protobuf')));
  return { definition };
}

function unreadable(actual: GroupVersionKind | undefined, expected: GroupVersionKind, message: string, body: Uint8Array): string {
  // Options are decoded without the handlers' wrapping (handlers/delete.go).
  if (expected.kind.endsWith('Options')) return message;
  if (actual) return `${actual.kind} in version ${JSON.stringify(actual.version)} cannot be handled as a ${expected.kind}: ${message}`;
  return `the object provided is unrecognized (must be of type ${expected.kind}): ${message} (${summary(body)})`;
}

function requireVersion(actual: GroupVersionKind, expected: GroupVersionKind, schema: KindSchema): void {
  if (schema.definition?.allGroups || (actual.group === expected.group && actual.version === expected.version)) return;
  const data = groupVersionOf(actual.group, actual.version);
  throw badRequest(
    `the API version in the data (${data}) does not match the expected API version (${groupVersionOf(expected.group, expected.version)})`,
  );
}

/** Adds kind and apiVersion at the front if the body omits them. */
function named(object: Record<string, unknown>, { group, version, kind }: GroupVersionKind): KubeObject {
  const apiVersion = groupVersionOf(group, version);
  if (object.kind === kind && object.apiVersion === apiVersion) return object as unknown as KubeObject;
  return { ...{ kind, apiVersion }, ...object, kind, apiVersion } as unknown as KubeObject;
}
