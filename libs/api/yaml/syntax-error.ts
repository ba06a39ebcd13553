import type { YAMLException } from 'js-yaml';
import { maxDepth } from '../limits.js';
import { YamlError } from './yaml-error.js';

/**
 * goyaml.v2 counts the lines of its scanner's errors from 1, those of its parser from 0, and gives no line for errors of its reader
 * (decode.go fail).
 */
type By = 'scanner' | 'parser' | 'reader';
type Words = readonly [by: By, text: string];

const scanner = (text: string): Words => ['scanner', text];
const parser = (text: string): Words => ['parser', text];

const noValues = scanner('mapping values are not allowed in this context');
const noSequence = scanner('block sequence entries are not allowed in this context');
const noToken = scanner('found character that cannot start any token');
const noContent = parser('did not find expected node content');
const noKey = parser('did not find expected key');
const noDash = parser("did not find expected '-' indicator");
const noColon = scanner("could not find expected ':'");
const noDocument = parser('did not find expected <document start>');
const noName = scanner('did not find expected alphabetic or numeric character');
const noBreak = scanner('did not find expected whitespace or line break');

/** Error codes of the parser with a single meaning (scannerc.go, parserc.go). */
const reasons: Readonly<Record<string, Words>> = {
  'bad indentation of a sequence entry': noDash,
  'can not read a block mapping entry; a multiline key may not be an implicit key': noColon,
  "expected ':' after a mapping key": noColon,
  "expected the node content, but found ','": noContent,
  'unexpected end of the stream within a single quoted scalar': scanner('found unexpected end of stream'),
  'unexpected end of the stream within a double quoted scalar': scanner('found unexpected end of stream'),
  'unexpected end of the document within a single quoted scalar': scanner('found unexpected document indicator'),
  'unexpected end of the document within a double quoted scalar': scanner('found unexpected document indicator'),
  'unknown escape sequence': scanner('found unknown escape character'),
  'expected hexadecimal character': scanner('did not find expected hexdecimal number'),
  'a line break is expected': scanner('did not find expected comment or line break'),
  'name of an anchor node must contain at least one character': noName,
  'name of an alias node must contain at least one character': noName,
  'unexpected end of the stream within a verbatim tag': scanner("did not find the expected '>'"),
  'tag suffix cannot contain flow indicator characters': noBreak,
  'tag suffix cannot contain exclamation marks': noBreak,
  'tab characters must not be used in indentation': noToken,
  'bad explicit indentation width of a block scalar; it cannot be less than one': scanner('found an indentation indicator equal to 0'),
  'duplication of an anchor property': noContent,
  'duplication of a tag property': noContent,
  'alias node should not have any properties': noContent,
  'directives end mark is expected': noDocument,
  'unacceptable YAML version of the document': parser('found incompatible YAML document'),
  'duplication of %YAML directive': parser('found duplicate %YAML directive'),
  'the stream contains non-printable characters': ['reader', 'control characters are not allowed'],
  'null byte is not allowed in input': ['reader', 'control characters are not allowed'],
};

/** If a code has several meanings, it depends on the character at which the parser stopped. */
function wordsAt(text: string, position: number, otherwise: Words): Words {
  const lineStart = text.lastIndexOf('\n', position - 1) + 1;
  const before = text.slice(lineStart, position);
  const character = text[position] ?? '';
  if (('@`%'.includes(character) && character !== '') || /^ *\t/.test(before.slice(0, 100))) return noToken;
  if (character === ':') return noValues;
  if (character === '-' && /:[ \t]+$/.test(before.slice(-100))) return noSequence;
  if (',]}'.includes(character) && character !== '' && /(?::[ \t]+|^[ \t]*)$/.test(before.slice(-100))) return noContent;
  return otherwise;
}

/** The bracket that is open at the end of the text, as far as that can be determined without parsing it again. */
function openBracket(text: string): string {
  let depth = 0;
  for (let i = text.length - 1; i >= 0; i--) {
    const c = text[i];
    if (c === ']' || c === '}') depth++;
    else if ((c === '[' || c === '{') && depth-- === 0) return c;
  }
  return '[';
}

function inFlow(text: string): Words {
  return parser(`did not find expected ',' or '${openBracket(text) === '{' ? '}' : ']'}'`);
}

function wordsFor(text: string, reason: string, position: number): Words {
  if (reason === 'bad indentation of a mapping entry') return wordsAt(text, position, noKey);
  if (reason === 'end of the stream or a document separator is expected') {
    const sequence = /^(?:---)?\s*-(?:\s|$)/m.test(text.slice(0, 1000));
    const otherwise = sequence ? noDash : /^\s/.test(text) ? noDocument : noKey;
    return wordsAt(text, position, otherwise);
  }
  if (reason === 'missed comma between flow collection entries' || reason === 'deficient indentation') {
    return text[position] === ':' ? noValues : inFlow(text.slice(0, position));
  }
  if (reason === 'unexpected end of the stream within a flow collection') {
    return '[{,:'.includes(text.trimEnd().at(-1) ?? '') ? noContent : inFlow(text);
  }
  if (reason.startsWith('nesting exceeded maxDepth')) return scanner(`exceeded max depth of ${maxDepth}`);
  if (reason.startsWith('undeclared tag handle')) return parser('found undefined tag handle');
  if (reason.startsWith('tag name cannot contain')) return noBreak;
  return reasons[reason] ?? noKey;
}

/** The parser's error in goyaml.v2's words. `inserted`: characters at the start of its line that are not in the source. */
export function syntaxError(text: string, { reason, mark }: YAMLException, { inserted }: { inserted: number }): YamlError {
  const [by, words] = wordsFor(text, reason, mark?.position ?? 0);
  const line = mark?.line ?? 0;
  const named = line === 0 || by === 'reader' ? '' : `line ${by === 'scanner' ? line + 1 : line}: `;
  return new YamlError(`yaml: ${named}${words}`, { line: line + 1, column: Math.max(0, (mark?.column ?? 0) - inserted) + 1 });
}
