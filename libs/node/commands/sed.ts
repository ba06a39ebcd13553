import { type Command, CommandError, linesOf, pathIn, print, readOperands } from '../shell/process.js';
import { optionsOf } from './options.js';
import { checkLine, compileRegex } from './regex.js';

/** sed with addresses, `s`, `p`, `d`, `q`, `a`, `i`, `c`, `y` and `=`. */

type Address = { line: number } | { last: true } | { regex: ReturnType<typeof compileRegex> };

interface Edit {
  from?: Address;
  to?: Address;
  negated: boolean;
  name: string;
  /** Of `s`: the pattern, the replacement and the flags; of others the text. */
  regex?: ReturnType<typeof compileRegex>;
  text: string;
  flags: string;
  /** Whether a range has begun. */
  active: boolean;
}

class Script {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly extended: boolean,
  ) {}

  edits(): Edit[] {
    const edits: Edit[] = [];
    for (;;) {
      while (/[\s;]/.test(this.text[this.at] ?? '')) this.at += 1;
      if (this.at >= this.text.length) return edits;
      edits.push(this.edit());
    }
  }

  private edit(): Edit {
    const from = this.address();
    let to: Address | undefined;
    if (from && this.text[this.at] === ',') {
      this.at += 1;
      to = this.address();
    }
    while (this.text[this.at] === ' ') this.at += 1;
    const negated = this.text[this.at] === '!';
    if (negated) this.at += 1;
    const name = this.text[this.at++] ?? '';
    const edit: Edit = { negated, name, text: '', flags: '', active: false, ...(from ? { from } : {}), ...(to ? { to } : {}) };
    if (name === 's' || name === 'y') this.substitution(edit);
    else if ('aic'.includes(name)) this.insertion(edit);
    else if (!'pdq=n'.includes(name)) throw new CommandError(`unsupported command ${name}`);
    return edit;
  }

  private address(): Address | undefined {
    const digits = /\d+/y;
    digits.lastIndex = this.at;
    const number = digits.exec(this.text)?.[0];
    if (number !== undefined) {
      this.at += number.length;
      return { line: Number(number) };
    }
    if (this.text[this.at] === '$') {
      this.at += 1;
      return { last: true };
    }
    if (this.text[this.at] !== '/') return undefined;
    this.at += 1;
    return { regex: compileRegex(this.upTo('/'), { extended: this.extended }) };
  }

  /** The text up to a delimiter, which is consumed. */
  private upTo(delimiter: string): string {
    let text = '';
    for (; this.at < this.text.length; this.at++) {
      const character = this.text[this.at] ?? '';
      if (character === delimiter) {
        this.at += 1;
        return text;
      }
      if (character === '\\') {
        this.at += 1;
        const next = this.text[this.at] ?? '';
        text += next === delimiter ? next : `\\${next}`;
      } else text += character;
    }
    throw new CommandError(`unmatched '${delimiter}'`);
  }

  private substitution(edit: Edit): void {
    const delimiter = this.text[this.at++] ?? '';
    const pattern = this.upTo(delimiter);
    edit.text = this.upTo(delimiter);
    const flags = /[a-zA-Z0-9]*/y;
    flags.lastIndex = this.at;
    edit.flags = flags.exec(this.text)?.[0] ?? '';
    this.at += edit.flags.length;
    if (edit.name === 's') edit.regex = compileRegex(pattern, { extended: this.extended, ignoreCase: /[iI]/.test(edit.flags) });
    else edit.flags = pattern;
  }

  private insertion(edit: Edit): void {
    // The text may begin on the next line: `a\` and a newline.
    const continued = /[ \t]*\\\n/y;
    continued.lastIndex = this.at;
    this.at += continued.exec(this.text)?.[0].length ?? 0;
    const end = this.text.indexOf('\n', this.at);
    const line = this.text.slice(this.at, end < 0 ? undefined : end);
    edit.text = line.replace(/^\s*\\?\s*/, '');
    this.at = end < 0 ? this.text.length : end;
  }
}

function substitute(edit: Edit, line: string): { line: string; changed: boolean } {
  const matcher = edit.regex?.matcher(line);
  if (!matcher) return { line, changed: false };
  const all = edit.flags.includes('g');
  const nth = Number(/\d+/.exec(edit.flags)?.[0] ?? 1);
  let result = '';
  let at = 0;
  let count = 0;
  while (matcher.find()) {
    count += 1;
    if (count < nth) continue;
    result += line.slice(at, matcher.start());
    result += edit.text.replace(/\\(\d)|\\n|\\(.)|&/gs, (whole, group: string | undefined, escaped: string | undefined) => {
      if (whole === '&') return matcher.group() ?? '';
      if (whole === '\\n') return '\n';
      if (group !== undefined) return Number(group) <= matcher.groupCount() ? (matcher.group(Number(group)) ?? '') : '';
      return escaped ?? '';
    });
    at = matcher.end();
    if (!all) break;
  }
  return count < nth ? { line, changed: false } : { line: result + line.slice(at), changed: true };
}

const matchesAddress = (address: Address, number: number, last: boolean, line: string): boolean =>
  'line' in address ? address.line === number : 'last' in address ? last : address.regex.matcher(line).find();

function applies(edit: Edit, number: number, last: boolean, line: string): boolean {
  const { from, to } = edit;
  if (!from) return true;
  if (!to) return matchesAddress(from, number, last, line) !== edit.negated;
  if (!edit.active) {
    if (!matchesAddress(from, number, last, line)) return edit.negated;
    edit.active = !('line' in to && to.line <= number);
    return !edit.negated;
  }
  if ('line' in to ? number >= to.line : matchesAddress(to, number, last, line)) edit.active = false;
  return !edit.negated;
}

interface Edited {
  text: string;
  quit: boolean;
}

function editLine(
  edits: readonly Edit[],
  line: string,
  { number, last, quiet }: { number: number; last: boolean; quiet: boolean },
): Edited {
  let current = line;
  let before = '';
  let after = '';
  let quit = false;
  for (const edit of edits) {
    if (!applies(edit, number, last, current)) continue;
    if (edit.name === 's') {
      const { line: next, changed } = substitute(edit, current);
      current = next;
      if (changed && edit.flags.includes('p')) before += `${current}\n`;
    } else if (edit.name === 'y')
      current = [...current].map((one) => (edit.flags.includes(one) ? (edit.text[edit.flags.indexOf(one)] ?? one) : one)).join('');
    else if (edit.name === 'p') before += `${current}\n`;
    else if (edit.name === '=') before += `${number}\n`;
    else if (edit.name === 'a') after += `${edit.text}\n`;
    else if (edit.name === 'i') before += `${edit.text}\n`;
    else if (edit.name === 'c') return { text: `${before}${edit.text}\n${after}`, quit };
    else if (edit.name === 'd') return { text: before + after, quit };
    else if (edit.name === 'q') {
      quit = true;
      break;
    }
  }
  return { text: `${before}${quiet ? '' : `${current}\n`}${after}`, quit };
}

/** The stream editor. */
export const sed: Command = function* (process) {
  const options = optionsOf(process.argv, { flags: 'nErisz', valued: 'ef' });
  const scripts = options.has('e') ? [...options.values('e')] : options.operands.splice(0, 1);
  const edits = new Script(scripts.join('\n'), options.has('E') || options.has('r')).edits();
  const { texts, code } = yield* readOperands(process, options.operands);
  const inPlace = options.has('i');
  for (const [index, text] of (inPlace ? texts : [texts.join('')]).entries()) {
    const lines = linesOf(text);
    const results: string[] = [];
    for (const [at, line] of lines.entries()) {
      checkLine(line);
      const edited = editLine(edits, line, { number: at + 1, last: at === lines.length - 1, quiet: options.has('n') });
      results.push(edited.text);
      if (edited.quit) break;
      if (at % 64 === 63) yield undefined;
    }
    const result = results.join('');
    const whole = !text.endsWith('\n') && text !== '' && result.endsWith('\n') ? result.slice(0, -1) : result;
    if (inPlace) process.files.write(pathIn(process, options.operands[index] ?? ''), whole);
    else yield* print(process, whole);
  }
  return code;
};
