import { DecodeError, decodeValue, scheme } from '#api';
import {
  type FieldError,
  fieldPath,
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
import { type Item, type Place, placeText } from './values.js';

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
    const below = node.field(name);
    if (below?.occurs.embedded) visit(object[name], below, { above: at, step: name }, see);
  }
}

/** What is wrong with the metadata of an embedded resource that is read: a StatusError is made of it. */
export class MalformedEmbedded extends Error {}

/**
 * Reads the metadata of embedded resources: what ObjectMeta does not have is removed. Returns the paths of such fields. Throws
 * MalformedEmbedded.
 */
export function coerceEmbedded(object: object, node: SchemaNode, tracks: boolean): string[] {
  const unknown: string[] = [];
  if (!node.occurs.embedded) return unknown;
  visit(object, node, undefined, (embedded, at) => {
    const path = placeText(at);
    for (const name of ['apiVersion', 'kind'])
      if (embedded[name] !== undefined && typeof embedded[name] !== 'string')
        throw new MalformedEmbedded(`${path}.${name}: ${invalidValue(path, embedded[name], 'must be a string').message}`);
    if (embedded.metadata === undefined) return;
    const { metadata, strict } = readMetadata(embedded.metadata, path);
    embedded.metadata = metadata;
    if (tracks) for (const name of strict) unknown.push(`${path}.metadata.${name}`);
  });
  return unknown.sort();
}

function readMetadata(value: unknown, path: string): { metadata: unknown; strict: string[] } {
  try {
    const { object, strict } = decodeValue(objectMeta, value, 'Warn');
    return { metadata: object, strict: strict.map((text) => text.replace(/^unknown field "(.*)"$/, '$1')) };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new MalformedEmbedded(`${path}.metadata: ${invalidValue(path, value, error.message).message}`);
  }
}

function typeErrors(object: Item, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { apiVersion, kind } = object;
  if (apiVersion === undefined) errors.push(required(`${path}.apiVersion`));
  if (kind === undefined) errors.push(required(`${path}.kind`));
  if (apiVersion !== undefined) {
    if (typeof apiVersion !== 'string') errors.push(invalidValue(`${path}.apiVersion`, apiVersion, 'must be a string'));
    else if (apiVersion === '') errors.push(invalidValue(`${path}.apiVersion`, apiVersion, 'must not be empty'));
    else if (apiVersion.split('/').length > 2)
      errors.push(invalidValue(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  }
  if (kind === undefined) return errors;
  if (typeof kind !== 'string') return [...errors, invalidValue(`${path}.kind`, kind, 'must be a string')];
  if (kind === '') return [...errors, invalidValue(`${path}.kind`, kind, 'must not be empty')];
  const wrong = isDNS1035Label(kind.toLowerCase());
  if (wrong.length > 0)
    errors.push(invalidValue(`${path}.kind`, kind, `may have mixed case, but should otherwise match: ${wrong.join(',')}`));
  return errors;
}

/** The errors of the embedded resources of an object. */
export function validateEmbedded(object: object, node: SchemaNode): FieldError[] {
  const errors: FieldError[] = [];
  if (!node.occurs.embedded) return errors;
  visit(object, node, undefined, (embedded, at) => {
    if (errors.length >= ERRORS) return;
    const path = placeText(at);
    errors.push(...typeErrors(embedded, path));
    const { metadata } = embedded;
    if (metadata === undefined) return;
    if (!isJsonObject(metadata)) {
      errors.push(invalidValue(`${path}.metadata`, metadata, 'must be an object'));
      return;
    }
    const meta = { ...metadata, name: metadata.name || 'fakename' } as unknown as ObjectMeta;
    errors.push(
      ...validateObjectMeta(meta, { namespaced: Boolean(meta.namespace), nameRule: nameIsPathSegment }, fieldPath(path).child('metadata')),
    );
  });
  return errors;
}
