import { DecodeError, decodeValue, scheme } from '#api';
import {
  type FieldError,
  fieldPath,
  formatFieldError,
  invalidValue,
  isDNS1035Label,
  isJsonObject,
  nameIsPathSegment,
  type ObjectMeta,
  required,
  validateObjectMeta,
} from '#apimachinery';
import { ERRORS } from './limits.js';
import type { SchemaNode } from './schema-node.js';
import { fieldText, type Item, type Place } from './values.js';

/** Objects inside objects: x-kubernetes-embedded-resource (apiextensions-apiserver/pkg/apiserver/schema/objectmeta). */

const objectMeta = scheme.definition('meta.v1.ObjectMeta');

/** Visits the embedded resources of a value. */
function visit(
  value: unknown,
  node: SchemaNode | undefined,
  at: Place | undefined,
  see: (object: Item, at: Place | undefined) => void,
): void {
  if (node === undefined || typeof value !== 'object' || value === null || !node.occurs.embedded) return;
  if (Array.isArray(value)) {
    const { items } = node;
    for (const [index, item] of value.entries()) visit(item, items, { above: at, step: index }, see);
    return;
  }
  const object = value as Item;
  if (node.embedded) see(object, at);
  if (!node.hasProperties && !node.hasAdditional) return;
  for (const name of Object.keys(object)) {
    const property = node.property(name);
    const below = property ?? node.additional;
    if (below?.occurs.embedded) visit(object[name], below, { above: at, step: name, key: property === undefined }, see);
  }
}

/** What is wrong with the metadata of an embedded resource that is read: a StatusError is made of it. */
export class MalformedEmbedded extends Error {
  constructor(readonly fieldError: FieldError) {
    super(formatFieldError(fieldError));
  }
}

const child = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/**
 * Reads the metadata of embedded resources: what ObjectMeta does not have is removed. Returns the paths of such fields. Throws
 * MalformedEmbedded.
 */
export function coerceEmbedded(object: object, node: SchemaNode, tracks: boolean): string[] {
  const unknown: string[] = [];
  if (!node.occurs.embedded) return unknown;
  visit(object, node, undefined, (embedded, at) => {
    const path = fieldText(at);
    for (const name of ['apiVersion', 'kind'])
      if (embedded[name] !== undefined && typeof embedded[name] !== 'string')
        throw new MalformedEmbedded(invalidValue(child(path, name), embedded[name], 'must be a string'));
    if (embedded.metadata === undefined) return;
    const { metadata, strict } = readMetadata(embedded.metadata, path);
    embedded.metadata = metadata;
    if (tracks) for (const name of strict) unknown.push(child(path, `metadata.${name}`));
  });
  return unknown.sort();
}

function readMetadata(value: unknown, path: string): { metadata: unknown; strict: string[] } {
  try {
    const { object, strict } = decodeValue(objectMeta, value, 'Warn');
    return { metadata: object, strict: strict.map((text) => text.replace(/^unknown field "(.*)"$/, '$1')) };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new MalformedEmbedded(invalidValue(child(path, 'metadata'), value, error.message));
  }
}

function typeErrors(object: Item, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { apiVersion, kind } = object;
  if (apiVersion === undefined) errors.push(required(child(path, 'apiVersion')));
  if (kind === undefined) errors.push(required(child(path, 'kind')));
  if (apiVersion !== undefined) {
    if (typeof apiVersion !== 'string') errors.push(invalidValue(child(path, 'apiVersion'), apiVersion, 'must be a string'));
    else if (apiVersion === '') errors.push(invalidValue(child(path, 'apiVersion'), apiVersion, 'must not be empty'));
    else if (apiVersion.split('/').length > 2)
      errors.push(invalidValue(child(path, 'apiVersion'), apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  }
  if (kind === undefined) return errors;
  if (typeof kind !== 'string') return [...errors, invalidValue(child(path, 'kind'), kind, 'must be a string')];
  if (kind === '') return [...errors, invalidValue(child(path, 'kind'), kind, 'must not be empty')];
  const wrong = isDNS1035Label(kind.toLowerCase());
  if (wrong.length > 0)
    errors.push(invalidValue(child(path, 'kind'), kind, `may have mixed case, but should otherwise match: ${wrong.join(',')}`));
  return errors;
}

/** The errors of the embedded resources of an object. */
export function validateEmbedded(object: object, node: SchemaNode): FieldError[] {
  const errors: FieldError[] = [];
  if (!node.occurs.embedded) return errors;
  visit(object, node, undefined, (embedded, at) => {
    if (errors.length >= ERRORS) return;
    const path = fieldText(at);
    errors.push(...typeErrors(embedded, path));
    const { metadata } = embedded;
    if (metadata === undefined) return;
    if (!isJsonObject(metadata)) {
      errors.push(invalidValue(child(path, 'metadata'), metadata, 'must be an object'));
      return;
    }
    const meta = { ...metadata, name: metadata.name || 'fakename' } as unknown as ObjectMeta;
    errors.push(
      ...validateObjectMeta(meta, { namespaced: Boolean(meta.namespace), nameRule: nameIsPathSegment }, fieldPath(child(path, 'metadata'))),
    );
  });
  return errors;
}
