import type { KubeObject } from '#apimachinery';
import { maxDepth } from '../limits.js';
import type { TextPlace } from './yaml-error.js';
import type { ConvertedYaml } from './yaml-to-json.js';

/** A manifest that cannot be read, and why. `line`: of the manifest, from 1. */
export class ManifestError extends Error {
  constructor(
    message: string,
    readonly place: Partial<TextPlace> & { document?: number } = {},
  ) {
    super(message);
  }
}

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

/** A document of a manifest. */
export interface ManifestDocument {
  /** From 1; empty ones count. */
  number: number;
  text: string;
  /** The line of the manifest in which the text begins, from 1. */
  line: number;
  /** Keys that occur twice in a map, in goyaml's words. */
  repeated?: string;
}

/** An object of a manifest, or why there is none. `within`: its path in the document if that is a List. */
export type ManifestEntry = { document: ManifestDocument; within: string } & ({ object: KubeObject } | { error: ManifestError });

const nameOf = ({ number }: ManifestDocument, within: string): string => `document ${number}${within && `: ${within}`}`;

function entriesIn(value: unknown, document: ManifestDocument, within = ''): ManifestEntry[] {
  const wrong = (message: string): ManifestEntry[] => [
    {
      document,
      within,
      error: new ManifestError(`${nameOf(document, within)}: ${message}`, { document: document.number, line: document.line }),
    },
  ];
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object' || Array.isArray(value)) return wrong('expected an object');
  const { kind, apiVersion, metadata, items } = value as Partial<KubeObject> & { items?: unknown };
  if (typeof kind !== 'string' || kind === '') return wrong("Object 'Kind' is missing");
  if (typeof apiVersion !== 'string' || apiVersion === '') return wrong("Object 'apiVersion' is missing");
  if (kind === 'List' && Array.isArray(items)) {
    return items.flatMap((item, index) => entriesIn(item, document, `${within && `${within}.`}items[${index}]`));
  }
  if (typeof metadata !== 'object' || metadata === null) return wrong('metadata is missing');
  return [{ document, within, object: value as KubeObject }];
}

/** Whether brackets are nested too deeply for a parser, which as YAML is the document's error; those in texts are counted, too. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length && depth <= maxDepth; at += 1) {
    const c = text.charCodeAt(at);
    if (c === 91 || c === 123) depth += 1;
    else if (c === 93 || c === 125) depth -= 1;
  }
  return depth > maxDepth;
}

/** A text that is a single JSON document; undefined for YAML. */
function jsonIn(text: string): unknown {
  if (!/^\s*[{[]/.test(text) || isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const separator = /\n(?=---(?:[ \t\r\n]|$))/g;

function linesIn(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

/** Upstream's message without its line, which counts from the beginning of the document. */
function unreadable(document: ManifestDocument, { error, place }: Extract<ConvertedYaml, { error: string }>): ManifestError {
  const at = { document: document.number, ...(place && { line: document.line + place.line - 1, column: place.column }) };
  const where = at.line === undefined ? '' : `, line ${at.line}, column ${at.column}`;
  return new ManifestError(`document ${document.number}${where}: ${place ? error.replace(/ line \d+:/, '') : error}`, at);
}

/** The documents of a YAML stream, split as kubectl does; each is parsed separately (apimachinery/pkg/util/yaml YAMLReader). */
async function entriesOf(text: string, { convert, turn, limits }: ManifestReading): Promise<ManifestEntry[]> {
  const entries: ManifestEntry[] = [];
  let line = 1;
  for (const [index, part] of text.split(separator, limits.documents + 1).entries()) {
    if (index === limits.documents) throw new ManifestError(`the manifest holds more than ${limits.documents} documents`);
    await turn();
    const converted = await convert(part);
    const document = { number: index + 1, text: part, line };
    line += linesIn(part);
    if ('error' in converted) entries.push({ document, within: '', error: unreadable(document, converted) });
    else
      entries.push(...entriesIn(JSON.parse(converted.json), { ...document, ...(converted.repeated && { repeated: converted.repeated }) }));
  }
  return entries;
}

/** What is in a manifest: YAML or JSON, several documents, items of Lists. Throws a ManifestError if it is too much, or nothing. */
export async function readManifest(text: string, reading: ManifestReading): Promise<ManifestEntry[]> {
  const { limits } = reading;
  if (text.length > limits.length) throw new ManifestError(`the manifest is longer than ${limits.length} characters`);
  const json = jsonIn(text);
  const entries = json === undefined ? await entriesOf(text, reading) : entriesIn(json, { number: 1, text, line: 1 });
  if (entries.length === 0) throw new ManifestError('no objects in the manifest');
  if (entries.length > limits.objects) throw new ManifestError(`the manifest holds more than ${limits.objects} objects`);
  return entries;
}

/** The objects of a manifest. Throws a ManifestError that names the first document that cannot be read. */
export async function parseManifest(text: string, reading: ManifestReading): Promise<KubeObject[]> {
  return (await readManifest(text, reading)).map((entry) => {
    if ('error' in entry) throw entry.error;
    return entry.object;
  });
}
