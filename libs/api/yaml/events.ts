import { type Event, parseEvents, YAMLException } from 'js-yaml';
import { maxDepth, yamlNodes } from '../limits.js';
import { syntaxError } from './syntax-error.js';
import { YamlError } from './yaml-error.js';

/** A text and its events, which refer to it. */
export interface Parsed {
  text: string;
  events: Event[];
}

/** The total number of characters that may be parsed again because of insufficiently indented lines. */
const repairBudget = 8 * 1024 * 1024;
const repairs = 200;
const indentation = ' '.repeat(256);

/** Such a line begins or ends a document, regardless of the context. */
const marker = /\n(?:---|\.\.\.)(?=[ \t\r\n]|$)/g;
const startsWithMarker = /^(?:---|\.\.\.)(?:[ \t\r]|$)/;
const isBeforeContent = /^\uFEFF?(?:[ \t]*(?:#|\r?$)|%)/;

/** Where the content of the first document begins: after comments, blank lines and directives. */
function startOfContent(text: string): number {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? Math.min(text.length, at + 1000) : Math.min(end, at + 1000));
    if (startsWithMarker.test(line) ? line.startsWith('---') : !isBeforeContent.test(line)) return at;
    if (end < 0) break;
    at = end + 1;
  }
  return text.length;
}

/** The first document of a stream: the others are ignored (goyaml.v2 Unmarshal). */
function firstDocument(text: string): string {
  marker.lastIndex = startOfContent(text);
  const next = marker.exec(text);
  return next ? text.slice(0, next.index + 1) : text;
}

/** Whether the text may have more nodes than allowed. Each one needs a line, a comma, a colon, a bracket, or a dash or question mark. */
function hasTooManyNodes(text: string): boolean {
  let found = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10 || c === 44 || c === 58 || c === 91 || c === 123) found++;
    else if ((c === 45 || c === 63) && text.charCodeAt(i + 1) <= 32) found++;
  }
  return found > yamlNodes;
}

/** The start of a line in a quoted scalar or between brackets that is not indented enough for YAML 1.2; undefined for other errors. */
function lineToIndent(text: string, error: YAMLException): number | undefined {
  if (error.reason !== 'deficient indentation') return undefined;
  const position = error.mark?.position ?? 0;
  return text.lastIndexOf('\n', position - 1) + 1;
}

/**
 * The events of the first document. goyaml.v2 accepts any indentation of lines in quoted scalars and brackets, but the parser does not:
 * such a line is indented, which does not change its meaning, and the text is parsed again. Throws YamlError.
 */
export function eventsOf(source: string): Parsed {
  let text = firstDocument(source);
  if (text.length > yamlNodes && hasTooManyNodes(text)) throw new YamlError('yaml: document has too many nodes');
  let before = -1;
  const indented = new Set<number>();
  for (let attempts = Math.min(repairs, repairBudget / (text.length + 1)); ; attempts--) {
    try {
      return { text, events: parseEvents(text, { maxDepth }) };
    } catch (error) {
      if (!(error instanceof YAMLException)) throw error;
      const line = lineToIndent(text, error);
      const number = error.mark?.line ?? 0;
      if (line === undefined || line <= before || attempts < 1) {
        throw syntaxError(text, error, { inserted: indented.has(number) ? indentation.length : 0 });
      }
      before = line;
      indented.add(number);
      text = text.slice(0, line) + indentation + text.slice(line);
    }
  }
}
