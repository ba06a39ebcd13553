import { GraphQLError } from 'graphql';
import { DecodeError, groupVersionOf, kindSchema, type Resource } from '#api';
import { fieldLines, type ManifestDocument, ManifestError, readManifest } from '#api/yaml';
import { badRequest, type KubeObject, StatusError } from '#apimachinery';
import { excessOfObject } from '../cost/values.js';
import { badInput, codeOf } from '../errors.js';
import { limits } from '../limits.js';
import { meant, similarTo } from '../similar.js';
import type { WriteContext } from './writing.js';

/** What becomes of fields that a kind does not have (metav1 FieldValidation). */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** What is written: a document of a manifest, or an object that was given as such. */
export interface WantedObject {
  /** `document 2`, `objects[0]`. */
  readonly name: string;
  /** Unset for objects that were not given as text. */
  readonly document?: ManifestDocument;
  /** Its path in the document if that is a List. */
  readonly within: string;
  readonly object?: KubeObject;
  readonly resource?: Resource;
  /** Why it is not written. */
  readonly error?: GraphQLError;
  readonly warnings: readonly string[];
}

const MANIFEST = { length: limits.manifestLength, documents: limits.manifestDocuments, objects: limits.manifestObjects };

/** An error of a manifest as a whole is the client's. */
function isManifestError(error: unknown): GraphQLError {
  if (error instanceof ManifestError) return badInput(error.message);
  throw error;
}

/** An error of one document: with its number, and line and field where they are known. */
export class DocumentError extends GraphQLError {}

/** The paths of fields that a refusal is about: causes of a Status, an unknown field, a value of a wrong type. */
function fieldsOf(error: StatusError): string[] {
  const { message = '', details } = error.status;
  const causes = (details?.causes ?? []).flatMap(({ field }) => (field ? [field] : []));
  if (causes.length > 0) return [...new Set(causes)];
  const unknown = [...message.matchAll(/(?:unknown|duplicate) field "([^"]+)"/g)].map(([, field = '']) => field);
  const mistyped = /Go struct field \w+\.(\S+) of type/.exec(message)?.[1];
  return mistyped === undefined ? unknown : [...unknown, mistyped];
}

/** The lines of fields in the manifest; for long documents they are not looked for. */
function linesOf({ document, within }: WantedObject, fields: readonly string[]): Array<number | undefined> {
  if (!document || document.text.length > limits.locatedLength) return [];
  const paths = fields.map((field) => (within ? `${within}.${field}` : field));
  return fieldLines(document.text, paths).map((line) => line && document.line + line - 1);
}

/** The error of one of several writes as the client sees it. */
export function documentError(wanted: WantedObject, error: unknown): GraphQLError {
  if (error instanceof DocumentError) return error;
  const { name, document } = wanted;
  const at = document ? { document: document.number } : {};
  if (error instanceof StatusError) {
    const fields = fieldsOf(error).slice(0, limits.locatedFields);
    const lines = linesOf(wanted, fields);
    const line = lines.find((found) => found !== undefined);
    const { status } = error;
    return new DocumentError(`${name}${line === undefined ? '' : `, line ${line}`}: ${status.message ?? ''}`, {
      extensions: {
        code: codeOf(status),
        ...at,
        ...(line !== undefined && { line }),
        ...(fields.length > 0 && { fields: fields.map((field, index) => ({ field, line: lines[index] ?? null })) }),
        status,
      },
    });
  }
  if (error instanceof GraphQLError && error.extensions.code === 'BAD_USER_INPUT') {
    // An object that was read, of a kind that is not served.
    const [line] = wanted.object && !wanted.resource ? linesOf(wanted, ['kind']) : [];
    const place = line !== undefined && { line, fields: [{ field: 'kind', line }] };
    const where = line === undefined ? name : `${name}, line ${line}`;
    return new DocumentError(`${where}: ${error.message}`, { extensions: { ...error.extensions, ...at, ...place } });
  }
  throw error;
}

/** Unknown and duplicate fields, in upstream's words (endpoints/handlers/rest.go transformDecodeError, json strict decoding). */
function checkFields(
  object: KubeObject,
  { kinds }: WriteContext,
  { validation, repeated }: { validation: FieldValidation; repeated?: string },
): string[] {
  const [version = '', group = ''] = object.apiVersion.split('/').reverse();
  const source = kinds.of(object.apiVersion, object.kind)?.source;
  const schema = source && 'own' in source ? source.own : kindSchema({ group, version, kind: object.kind });
  if (!schema || validation === 'Ignore') return [];
  const handled = `${object.kind} in version ${JSON.stringify(version)} cannot be handled as a ${object.kind}`;
  try {
    const strict = [...(repeated ? [repeated] : []), ...schema.decode(object, 'Strict').strict];
    if (strict.length > 0 && validation === 'Strict') throw badRequest(`${handled}: strict decoding error: ${strict.join(', ')}`);
    return strict;
  } catch (error) {
    throw error instanceof DecodeError ? badRequest(`${handled}: ${error.message}`) : error;
  }
}

/** What may have been meant by a kind that is not served: the version in which it is, or kinds of similar names. */
function meantKind({ kinds }: WriteContext, kind: string): string {
  const word = kind.toLowerCase();
  const served = kinds.named(word)?.info;
  if (served?.kind === kind) return meant([groupVersionOf(served.group, served.version)]);
  return meant([...new Set(similarTo(word, kinds.names()).flatMap((name) => kinds.named(name)?.info.kind ?? []))]);
}

/** The resource of an object. Throws if the cluster does not serve it. */
function resourceFor(context: WriteContext, { apiVersion, kind }: KubeObject): Resource {
  const resource = context.kinds.resource(apiVersion, kind);
  if (resource) return resource;
  const hint = meantKind(context, kind);
  throw badInput(`no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}${hint && `.${hint}`}`);
}

/** The object with the namespace that is meant where it names none. */
function placed(object: KubeObject, resource: Resource, namespace: string): KubeObject {
  if (!resource.namespaced || object.metadata.namespace) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}

interface Reading {
  namespace: string;
  validation: FieldValidation;
}

/** Reads and looks into an object that was given; what is wrong with it is kept with it. What takes long of a large one waits for its turn. */
export async function wantedObject(
  given: Pick<WantedObject, 'name' | 'document' | 'within'>,
  read: () => KubeObject,
  { namespace, validation }: Reading,
  context: WriteContext,
): Promise<WantedObject> {
  const found: { object?: KubeObject; resource?: Resource } = {};
  try {
    const object = read();
    const excess = excessOfObject(object);
    if (excess) throw badInput(excess);
    found.object = object;
    await context.meter.turn();
    const resource = resourceFor(context, object);
    found.resource = resource;
    const repeated = given.document?.repeated;
    const warnings = checkFields(object, context, { validation, ...(repeated && { repeated }) });
    return { ...given, object: placed(object, resource, namespace), resource, warnings };
  } catch (error) {
    return { ...given, ...found, error: documentError({ ...given, ...found, warnings: [] }, error), warnings: [] };
  }
}

/** The objects of a manifest, each with what is wrong with it. Throws if the manifest as a whole is too long, or empty. */
export async function manifestObjects(manifest: string, reading: Reading, context: WriteContext): Promise<WantedObject[]> {
  const { meter, yaml, cluster } = context;
  const convert = (text: string) => yaml.convert(cluster.id, text);
  const entries = await readManifest(manifest, { convert, turn: () => meter.turn(), limits: MANIFEST }).catch((error: unknown) => {
    throw isManifestError(error);
  });
  const wanted: WantedObject[] = [];
  for (const entry of entries) {
    await meter.turn();
    const { document, within } = entry;
    const given = { name: `document ${document.number}${within && `, ${within}`}`, document, within };
    if ('object' in entry) wanted.push(await wantedObject(given, () => entry.object, reading, context));
    else {
      const { message, place } = entry.error;
      wanted.push({ ...given, error: new DocumentError(message, { extensions: { code: 'BAD_USER_INPUT', ...place } }), warnings: [] });
    }
  }
  return wanted;
}
