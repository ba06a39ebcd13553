import type { KubeObject } from '#apimachinery';
import type { ConvertedYaml } from './yaml-to-json.js';

/** A manifest that cannot be read, and why. */
export class ManifestError extends Error {}

/** How long a manifest may be, and how much it may hold. */
export interface ManifestLimits {
  /** Characters. */
  length: number;
  /** Documents, including empty ones. */
  documents: number;
  objects: number;
}

/** What is needed to read a manifest. */
export interface ManifestReading {
  /** Converts one YAML document. */
  convert(text: string): Promise<ConvertedYaml>;
  /** Waits between documents until it is the operation's turn. */
  turn(): Promise<void> | undefined;
  limits: ManifestLimits;
}

function objectsIn(value: unknown, at: string): KubeObject[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object' || Array.isArray(value)) throw new ManifestError(`${at}: expected an object`);
  const { kind, apiVersion, metadata, items } = value as Partial<KubeObject> & { items?: unknown };
  if (typeof kind !== 'string' || kind === '') throw new ManifestError(`${at}: Object 'Kind' is missing`);
  if (typeof apiVersion !== 'string' || apiVersion === '') throw new ManifestError(`${at}: Object 'apiVersion' is missing`);
  if (kind === 'List' && Array.isArray(items)) return items.flatMap((item, index) => objectsIn(item, `${at}: items[${index}]`));
  if (typeof metadata !== 'object' || metadata === null) throw new ManifestError(`${at}: metadata is missing`);
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
async function documentsIn(text: string, { convert, turn, limits }: ManifestReading): Promise<unknown[]> {
  const values: unknown[] = [];
  for (const document of text.split(separator, limits.documents + 1)) {
    if (values.length === limits.documents) throw new ManifestError(`the manifest holds more than ${limits.documents} documents`);
    await turn();
    const converted = await convert(document);
    if ('error' in converted) throw new ManifestError(`document ${values.length + 1}: ${converted.error}`);
    values.push(JSON.parse(converted.json));
  }
  return values;
}

/** The objects of a manifest: YAML or JSON, several documents, items of Lists. Throws a ManifestError that names the document. */
export async function parseManifest(text: string, reading: ManifestReading): Promise<KubeObject[]> {
  const { limits } = reading;
  if (text.length > limits.length) throw new ManifestError(`the manifest is longer than ${limits.length} characters`);
  const json = jsonIn(text);
  const documents = json === undefined ? await documentsIn(text, reading) : [json];
  const objects = documents.flatMap((document, index) => objectsIn(document, `document ${index + 1}`));
  if (objects.length === 0) throw new ManifestError('no objects in the manifest');
  if (objects.length > limits.objects) throw new ManifestError(`the manifest holds more than ${limits.objects} objects`);
  return objects;
}
