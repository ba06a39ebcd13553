import { type Command, CommandError, print } from '../shell/process.js';

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  e: '\x1b',
  '\\': '\\',
};

/** Replaces backslash escapes; `\c` ends the output. */
export function unescaped(text: string, octalZero: boolean): { text: string; ends: boolean } {
  let ends = false;
  const result = text.replace(
    /\\(?:x([0-9a-fA-F]{1,2})|(0[0-7]{0,3}|[0-7]{1,3})|(.))/gs,
    (whole, hex: string, octal: string, letter: string) => {
      if (ends) return '';
      if (hex) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal) return octalZero || octal.length <= 3 ? String.fromCharCode(Number.parseInt(octal, 8) & 255) : whole;
      if (letter === 'c') {
        ends = true;
        return '';
      }
      return ESCAPES[letter] ?? whole;
    },
  );
  return { text: ends ? result.slice(0, result.length) : result, ends };
}

/** echo. */
export const echo: Command = function* (process) {
  let words = process.argv.slice(1);
  let newline = true;
  let escapes = false;
  while (/^-[neE]+$/.test(words[0] ?? '')) {
    const [flags = ''] = words;
    if (flags.includes('n')) newline = false;
    if (flags.includes('e')) escapes = true;
    words = words.slice(1);
  }
  const joined = words.join(' ');
  const { text, ends } = escapes ? unescaped(joined, true) : { text: joined, ends: false };
  yield* print(process, newline && !ends ? `${text}\n` : text);
  return 0;
};

function formatOne(spec: string, conversion: string, value: string): string {
  const [, flags = '', width = '', precision] = /^%([-+ 0#]*)(\d*)(?:\.(\d+))?/.exec(spec) ?? [];
  const size = Math.min(Number(width), 10_000);
  let text: string;
  if (conversion === 's' || conversion === 'b')
    text = (conversion === 'b' ? unescaped(value, true).text : value).slice(0, precision === undefined ? undefined : Number(precision));
  else if (conversion === 'c') text = value.slice(0, 1);
  else {
    const octal = /^([-+]?)0([0-7]+)$/.exec(value);
    const number =
      value.startsWith("'") || value.startsWith('"')
        ? value.charCodeAt(1)
        : octal && !'fFeEgG'.includes(conversion)
          ? Number(`${octal[1] === '-' ? -1 : 1}`) * Number.parseInt(octal[2] ?? '', 8)
          : Number(value || 0);
    if (Number.isNaN(number)) throw new CommandError(`invalid number '${value}'`);
    if ('di'.includes(conversion)) text = String(Math.trunc(number));
    else if (conversion === 'u') text = String(Math.trunc(Math.abs(number)));
    else if (conversion === 'o') text = Math.trunc(number).toString(8);
    else if (conversion === 'x' || conversion === 'X') text = Math.trunc(number).toString(16);
    else text = conversion === 'e' ? number.toExponential(Number(precision ?? 6)) : number.toFixed(Math.min(Number(precision ?? 6), 100));
    if (conversion === 'X') text = text.toUpperCase();
    if (flags.includes('+') && number >= 0) text = `+${text}`;
    if (flags.includes('0') && !flags.includes('-')) {
      const sign = /^[-+]/.exec(text)?.[0] ?? '';
      return sign + text.slice(sign.length).padStart(size - sign.length, '0');
    }
  }
  return flags.includes('-') ? text.padEnd(size) : text.padStart(size);
}

/** printf. */
export const printf: Command = function* (process) {
  const [, format = '', ...operands] = process.argv;
  let used = 0;
  for (let round = 1; ; round += 1) {
    const before = used;
    let text = '';
    let at = 0;
    for (const match of format.matchAll(/%(?:%|[-+ 0#]*\d*(?:\.\d+)?([diouxXeEfgGscb]))/g)) {
      text += unescaped(format.slice(at, match.index), false).text;
      at = match.index + match[0].length;
      if (match[1] === undefined) text += '%';
      else {
        text += formatOne(match[0], match[1], operands[used] ?? '');
        used += 1;
      }
    }
    yield* print(process, text + unescaped(format.slice(at), false).text);
    if (used === before || used >= operands.length) return 0;
    if (round % 64 === 0) yield undefined;
  }
};
