import type { Part, Word } from './ast.js';
import { BRACE_BYTES, MOST_WORDS } from './limits.js';
import { ShellError } from './state.js';

/** Brace expansion of bash: `{a,b}`, `{1..5}`. */

/** One unquoted character, or a part that is kept as it is. */
type Item = string | Part;

/** Words with more characters are left as they are. */
const LONGEST = 1_000;

function itemsOf(word: Word): Item[] {
  return word.flatMap((part): Item[] => (part.part === 'text' && !part.quoted ? [...part.text] : [part]));
}

function wordOf(items: readonly Item[]): Word {
  const parts: Part[] = [];
  let text = '';
  for (const item of [...items, undefined]) {
    if (typeof item === 'string') {
      text += item;
      continue;
    }
    if (text !== '') parts.push({ part: 'text', text, quoted: false });
    text = '';
    if (item) parts.push(item);
  }
  return parts;
}

/** The alternatives of a group that opens at a position, and its end; undefined if it is none. */
function groupAt(items: readonly Item[], open: number): { alternatives: Item[][]; end: number } | undefined {
  const alternatives: Item[][] = [];
  let depth = 0;
  let start = open + 1;
  for (let at = open; at < items.length; at++) {
    const item = items[at];
    if (item === '{') depth += 1;
    if (item === ',' && depth === 1) {
      alternatives.push(items.slice(start, at));
      start = at + 1;
    }
    if (item === '}') depth -= 1;
    if (depth > 0) continue;
    alternatives.push(items.slice(start, at));
    const [only] = alternatives;
    const found = alternatives.length > 1 ? alternatives : only && sequence(only);
    return found && { alternatives: found, end: at + 1 };
  }
  return undefined;
}

/** `1..5`, `01..10`, `5..1..2`, `a..e`. */
function sequence(items: readonly Item[]): Item[][] | undefined {
  if (items.some((item) => typeof item !== 'string')) return undefined;
  const [, from = '', to = '', by] = /^(-?\d{1,9}|[A-Za-z])\.\.(-?\d{1,9}|[A-Za-z])(?:\.\.(-?\d{1,9}))?$/.exec(items.join('')) ?? [];
  const letters = /[A-Za-z]/.test(from);
  if (from === '' || letters !== /[A-Za-z]/.test(to)) return undefined;
  const [first, last] = letters ? [from.charCodeAt(0), to.charCodeAt(0)] : [Number(from), Number(to)];
  const step = Math.max(1, Math.abs(Number(by ?? 1)));
  const count = Math.floor(Math.abs(last - first) / step) + 1;
  if (count > MOST_WORDS) throw new ShellError('argument list too long');
  const width = /^-?0\d/.test(from) || /^-?0\d/.test(to) ? Math.max(from.length, to.length) : 0;
  return Array.from({ length: count }, (_, at) => {
    const value = first + (last < first ? -step : step) * at;
    return [
      ...(letters
        ? String.fromCharCode(value)
        : value < 0
          ? `-${String(-value).padStart(width - 1, '0')}`
          : String(value).padStart(width, '0')),
    ];
  });
}

function expanded(items: readonly Item[], budget: { left: number }): Item[][] {
  for (let open = items.indexOf('{'); open >= 0; open = items.indexOf('{', open + 1)) {
    const group = groupAt(items, open);
    if (!group) continue;
    const head = items.slice(0, open);
    const tails = expanded(items.slice(group.end), budget);
    const results: Item[][] = [];
    for (const alternative of group.alternatives) {
      for (const inner of expanded(alternative, budget)) {
        for (const tail of tails) {
          budget.left -= head.length + inner.length + tail.length + 1;
          if (budget.left < 0) throw new ShellError('argument list too long');
          results.push([...head, ...inner, ...tail]);
        }
      }
    }
    return results;
  }
  return [[...items]];
}

/** The words that a word with braces stands for. */
export function withoutBraces(word: Word): Word[] {
  if (!word.some((part) => part.part === 'text' && !part.quoted && part.text.includes('{'))) return [word];
  const items = itemsOf(word);
  return items.length > LONGEST ? [word] : expanded(items, { left: BRACE_BYTES }).map(wordOf);
}
