import { RE2JS } from 're2js';
import { LONGEST_MATCHED_LINE, LONGEST_REGEX } from '../shell/limits.js';
import { CommandError } from '../shell/process.js';

/** Regular expressions of grep and sed, matched in linear time (RE2): back references are not supported. */

/** Translates a basic regular expression: `\(`, `\{`, `\|`, `\+` and `\?` have the meaning, the bare characters are literal. */
function extendedOf(basic: string): string {
  let text = '';
  for (let at = 0; at < basic.length; at++) {
    const character = basic[at] ?? '';
    if (character === '\\') {
      at += 1;
      const next = basic[at] ?? '\\';
      text += '(){}|+?'.includes(next) ? next : `\\${next}`;
    } else if (character === '[') {
      const end = setEnd(basic, at);
      text += basic.slice(at, end);
      at = end - 1;
    } else if ('(){}|+?'.includes(character)) text += `\\${character}`;
    else if (character === '*' && (text === '' || text === '^')) text += '\\*';
    else text += character;
  }
  return text;
}

/** The end of a bracket expression that starts at a position. */
function setEnd(text: string, start: number): number {
  let at = start + 1;
  if (text[at] === '^') at += 1;
  if (text[at] === ']') at += 1;
  while (at < text.length && text[at] !== ']') at += text.startsWith('[:', at) ? Math.max(1, text.indexOf(':]', at) + 2 - at) : 1;
  return at + 1;
}

/** Throws for a line that is too long to be matched without holding others up. */
export function checkLine(line: string): void {
  if (line.length > LONGEST_MATCHED_LINE) throw new CommandError('line too long', 2);
}

/** Compiles a pattern. Throws CommandError. */
export function compileRegex(pattern: string, { extended, ignoreCase = false }: { extended: boolean; ignoreCase?: boolean }): RE2JS {
  if (pattern.length > LONGEST_REGEX) throw new CommandError('regular expression too big', 2);
  const source = (extended ? pattern : extendedOf(pattern)).replace(/\\</g, '\\b').replace(/\\>/g, '\\b');
  try {
    return RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch {
    throw new CommandError(`bad regex '${pattern}': Invalid regexp`, 2);
  }
}
