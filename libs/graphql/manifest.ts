import type { ConvertedYaml } from '#api/yaml';
import type { KubeObject } from '#apimachinery';
import { badInput } from './errors.js';
import { limits } from './limits.js';

/** What is needed to read a manifest. */
export interface ManifestReading {
  /** Converts one YAML document. */
  convert(text: string): Promise<ConvertedYaml>;
  /** Waits between documents until it is the operation's turn. */
  turn(): Promise<void> | undefined;
}

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

/** A text that is a single JSON document; undefined for YAML. */
function jsonIn(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const separator = /\n(?=---(?:[ \t\r\n]|$))/g;

/** The documents of a YAML stream, split as kubectl does; each is parsed separately (apimachinery/pkg/util/yaml YAMLReader). */
async function documentsIn(text: string, { convert, turn }: ManifestReading): Promise<unknown[]> {
  const values: unknown[] = [];
  for (const document of text.split(separator, limits.manifestDocuments + 1)) {
    if (values.length === limits.manifestDocuments) throw badInput(`the manifest holds more than ${limits.manifestDocuments} documents`);
    await turn();
    const converted = await convert(document);
    if ('error' in converted) throw badInput(`document ${values.length + 1}: ${converted.error}`);
    values.push(JSON.parse(converted.json));
  }
  return values;
}

/** The objects of a manifest: YAML or JSON, several documents, items of Lists. Throws a GraphQLError that names the document. */
export async function parseManifest(text: string, reading: ManifestReading): Promise<KubeObject[]> {
  if (text.length > limits.manifestLength) throw badInput(`the manifest is longer than ${limits.manifestLength} characters`);
  const json = jsonIn(text);
  const documents = json === undefined ? await documentsIn(text, reading) : [json];
  const objects = documents.flatMap((document, index) => objectsIn(document, `document ${index + 1}`));
  if (objects.length === 0) throw badInput('no objects in the manifest');
  if (objects.length > limits.manifestObjects) throw badInput(`the manifest holds more than ${limits.manifestObjects} objects`);
  return objects;
}
