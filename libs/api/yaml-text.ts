import { type Document, isMap, isScalar, LineCounter, parseDocument, visit, type YAMLError } from 'yaml';
import { maxYamlAliases } from './limits.js';

/** The text is no YAML; the message is go-yaml's where we know it. */
export class YamlSyntaxError extends Error {}

/** go-yaml's words for the library's error codes (goyaml.v2 scannerc.go, parserc.go). */
const words: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  TAB_AS_INDENT: 'found character that cannot start any token',
  MISSING_CHAR: 'could not find expected token',
  BAD_INDENT: 'did not find expected key',
  UNEXPECTED_TOKEN: 'did not find expected node content',
  BAD_ALIAS: 'unknown anchor referenced',
  MULTIPLE_DOCS: 'expected a single document in the stream',
};

function messageOf(error: YAMLError): string {
  const line = error.linePos?.[0].line ?? 1;
  return `yaml: ${line > 1 ? `line ${line}: ` : ''}${words[error.code] ?? error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '')}`;
}

/** A YAML document as go-yaml's version 2 reads it: the booleans of YAML 1.1 (`y`, `no`, `on` …), timestamps and sexagesimals as strings. */
function parse(text: string): { document: Document; lines: LineCounter } {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.1',
    schema: 'yaml-1.1',
    uniqueKeys: false,
    merge: true,
    lineCounter: lines,
    customTags: (tags) =>
      tags.filter((tag) => typeof tag === 'string' || (!/timestamp|binary|omap|set|pairs/.test(tag.tag) && tag.format !== 'TIME')),
  });
  const [error] = document.errors;
  if (error) throw new YamlSyntaxError(messageOf(error));
  return { document, lines };
}

/** Keys that stand twice in a map, in the words of go-yaml's strict mode; undefined when there are none. */
function repeatedKeys(document: Document, lines: LineCounter): string | undefined {
  const found: string[] = [];
  visit(document, {
    Map(_, map) {
      if (!isMap(map)) return;
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) found.push(`line ${lines.linePos(key.range?.[0] ?? 0).line}: key ${JSON.stringify(name)} already set in map`);
        seen.add(name);
      }
    },
  });
  return found.length ? `yaml: unmarshal errors:\n  ${found.join('\n  ')}` : undefined;
}

/** Reads one YAML document into plain values. `repeated` tells of repeated keys (the last one counts). Throws YamlSyntaxError. */
export function readYaml(text: string): { value: unknown; repeated: string | undefined } {
  try {
    const { document, lines } = parse(text);
    return { value: document.toJS({ maxAliasCount: maxYamlAliases }), repeated: repeatedKeys(document, lines) };
  } catch (error) {
    if (error instanceof ReferenceError) throw new YamlSyntaxError('yaml: document contains excessive aliasing');
    // The library's own message; the merge key of something else than maps is only found here.
    if (error instanceof Error && /^Merge sources? must be/.test(error.message))
      throw new YamlSyntaxError('yaml: map merge requires map or sequence of maps as the value');
    if (error instanceof RangeError) throw new YamlSyntaxError('yaml: exceeded max depth');
    throw error;
  }
}
