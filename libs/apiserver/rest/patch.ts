import { DecodeError, JsonSyntaxError, type KindSchema, parseJson } from '#api';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicPatch,
  badRequest,
  decodeJsonPatch,
  decodeMergePatch,
  decodeStrategicPatch,
  type FieldError,
  failureStatus,
  getOwn,
  goValue,
  invalid,
  invalidValue,
  type KubeObject,
  StatusError,
  unknownJsonPatchFields,
} from '#apimachinery';
import { bareMediaType } from '../request/negotiation.js';
import type { WriteOptions } from '../request/options.js';
import { ownInput } from './own-input.js';
import type { Warnings } from './warnings.js';

/** Patch types, by the media type of their bodies. */
export type PatchKind = 'json' | 'merge' | 'strategic' | 'apply';

const KINDS: Readonly<Record<string, PatchKind>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** 415 as go-restful words it. */
function unsupported(message: string): StatusError {
  return new StatusError(failureStatus({ code: 415, reason: 'UnsupportedMediaType', message, details: {} }));
}

/** The type of a patch from its Content-Type; throws 415. */
export function patchKindOf(contentType: string | undefined): PatchKind {
  const kind = getOwn(KINDS, bareMediaType(contentType ?? ''));
  if (kind === undefined) throw unsupported('415: Unsupported Media Type');
  return kind;
}

/** A parsed patch. */
export interface Patch {
  kind: PatchKind;
  /** Decoded JSON. */
  body: unknown;
}

/** Parses a JSON body as a patch; throws 400 with upstream's message. */
export function readPatch(kind: PatchKind, body: Uint8Array): Patch {
  try {
    return { kind, body: parseJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')) };
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof DecodeError) {
      throw badRequest(kind === 'strategic' ? error.message : `error decoding patch: ${error.message}`);
    }
    throw error;
  }
}

/** The kind of the patched object, and how strictly fields are validated. */
export interface PatchTarget {
  schema: KindSchema;
  options: WriteOptions;
  warnings: Warnings;
}

/** How many characters of a patched object an error shows. */
const MAX_SHOWN = 16 * 1024;

const NO_KIND = { group: '', kind: '' };

/** Truncates a text that would make an error unreadable. Upstream shows all of it. */
function cut(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** `shown` is what upstream shows: the patched text, or the strategic patch as Go prints maps. */
function unusable(shown: string, message: string): StatusError {
  const errors: FieldError[] = [invalidValue('patch', shown, message)];
  return invalid(NO_KIND, '', errors);
}

/** The patched document, and warnings about the patch itself. */
function applied(document: KubeObject, patch: Patch, target: PatchTarget): { patched: KubeObject; strict: string[] } {
  const { body, kind } = patch;
  if (kind === 'json') {
    const operations = decodeJsonPatch(body);
    const strict = target.options.fieldValidation === 'Ignore' ? [] : unknownJsonPatchFields(body).map((text) => `json patch ${text}`);
    return { patched: applyJsonPatch(document, operations), strict };
  }
  if (kind === 'merge') return { patched: applyMergePatch(document, decodeMergePatch(body)), strict: [] };
  return { patched: applyStrategicPatch(document, decodeStrategicPatch(body), target.schema.struct), strict: [] };
}

/**
 * Applies a patch to an object and decodes and defaults the result (endpoints/handlers/patch.go). Returns a new object that may share parts
 * with the old one. Throws StatusError.
 */
export function applyPatch(document: KubeObject, patch: Patch, target: PatchTarget): KubeObject {
  const { patched, strict } = applied(document, patch, target);
  const shown = () => cut(patch.kind === 'strategic' ? goValue(patch.body) : JSON.stringify(patched));
  const decoded = decode(patched, patch, { shown, target });
  const complaints = [...strict, ...decoded.strict];
  if (complaints.length > 0 && target.options.fieldValidation === 'Strict') {
    throw unusable(shown(), `strict decoding error: ${complaints.join(', ')}`);
  }
  for (const text of complaints) target.warnings.add(text);
  const object = decoded.object as unknown as KubeObject;
  object.kind = document.kind;
  object.apiVersion = document.apiVersion;
  object.metadata ??= { name: '' };
  target.schema.applyDefaults(object);
  return object;
}

function decode(patched: KubeObject, { kind }: Patch, { shown, target }: { shown: () => string; target: PatchTarget }) {
  const { schema, options } = target;
  try {
    // The decoder takes ownership of its input, but the current object is shared.
    const own = ownInput(schema, patched);
    return kind === 'strategic' ? schema.decodePatched(own, options.fieldValidation) : schema.decode(own, options.fieldValidation);
  } catch (error) {
    if (error instanceof DecodeError) throw unusable(shown(), error.message);
    if (error instanceof RangeError) throw unusable('', 'exceeded max depth');
    throw error;
  }
}
