import { Composer, type CST, type Document, Lexer, Parser } from 'yaml';
import type { KubeObject } from '#apimachinery';
import { badInput } from './errors.js';
import { limits } from './limits.js';

type Turn = () => Promise<void> | undefined;

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

/** A text that is one JSON document; undefined for YAML. */
function jsonIn(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Lexes and parses piece by piece, and composes document by document: the library reads a megabyte in seconds. */
async function documentsIn(text: string, turn: Turn): Promise<unknown[]> {
  const parser = new Parser();
  const composer = new Composer({ prettyErrors: false });
  const values: unknown[] = [];
  const add = async (tokens: Iterable<CST.Token>): Promise<void> => {
    for (const token of tokens) for (const document of composer.next(token)) await read(document);
  };
  const read = async (document: Document.Parsed): Promise<void> => {
    await turn();
    const [error] = document.errors;
    if (error) throw badInput(`document ${values.length + 1}: ${error.message}`);
    values.push(document.toJS({ maxAliasCount: 100 }));
  };
  for (const lexeme of new Lexer().lex(text)) {
    const wait = turn();
    if (wait) await wait;
    await add(parser.next(lexeme));
  }
  await add(parser.end());
  for (const document of composer.end()) await read(document);
  return values;
}

/** The objects of a manifest: YAML or JSON, several documents, Lists opened. Throws a GraphQLError that names the document. */
export async function parseManifest(text: string, turn: Turn): Promise<KubeObject[]> {
  if (text.length > limits.manifestLength) throw badInput(`the manifest is longer than ${limits.manifestLength} characters`);
  const json = jsonIn(text);
  const documents = json === undefined ? await documentsIn(text, turn) : [json];
  const objects = documents.flatMap((document, index) => objectsIn(document, `document ${index + 1}`));
  if (objects.length === 0) throw badInput('no objects in the manifest');
  if (objects.length > limits.manifestObjects) throw badInput(`the manifest holds more than ${limits.manifestObjects} objects`);
  return objects;
}
