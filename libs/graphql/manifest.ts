import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '#apimachinery';
import { badInput } from './errors.js';
import { limits } from './limits.js';

function objectsIn(value: unknown, at: string): KubeObject[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object' || Array.isArray(value)) throw badInput(`${at}: expected an object`);
  const { kind, apiVersion, metadata, items } = value as Partial<KubeObject> & { items?: unknown };
  if (typeof kind !== 'string' || kind === '') throw badInput(`${at}: Object 'Kind' is missing`);
  if (typeof apiVersion !== 'string' || apiVersion === '') throw badInput(`${at}: Object 'apiVersion' is missing`);
  if (kind === 'List' && Array.isArray(items)) return items.flatMap((item, index) => objectsIn(item, `${at}: items[${index}]`));
  if (typeof metadata !== 'object' || metadata === null) throw badInput(`${at}: metadata is missing`);
  return [value as KubeObject];
}

/** The objects of a manifest: YAML or JSON, several documents, Lists opened. Throws a GraphQLError that names the document. */
export function parseManifest(text: string): KubeObject[] {
  if (text.length > limits.manifestLength) throw badInput(`the manifest is longer than ${limits.manifestLength} characters`);
  const documents = parseAllDocuments(text, { maxAliasCount: 100 } as never);
  const objects = [...documents].flatMap((document, index) => {
    const at = `document ${index + 1}`;
    const [error] = document.errors;
    if (error) throw badInput(`${at}: ${error.message}`);
    return objectsIn(document.toJS({ maxAliasCount: 100 }), at);
  });
  if (objects.length === 0) throw badInput('no objects in the manifest');
  if (objects.length > limits.manifestObjects) throw badInput(`the manifest holds more than ${limits.manifestObjects} objects`);
  return objects;
}
