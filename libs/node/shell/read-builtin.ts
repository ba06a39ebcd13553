import type { Call } from './builtin.js';
import type { Body, Wait } from './kernel.js';
import { LONGEST_VALUE } from './limits.js';
import { ShellError, type Streams } from './state.js';
import { readFrom, writeTo } from './streams.js';

/** Reads one line without taking more of the input than that, as far as the input allows it. */
function* readLine({ input }: Streams): Generator<Wait, string | undefined, void> {
  let line = '';
  for (;;) {
    const data = yield* readFrom(input);
    if (data === undefined) return line === '' ? undefined : line;
    const end = data.indexOf('\n');
    if (line.length + data.length > LONGEST_VALUE && end < 0) throw new ShellError('out of memory');
    if (end < 0) line += data;
    else {
      const rest = data.slice(end + 1);
      if (rest !== '') pushBack(input, rest);
      return `${line}${data.slice(0, end)}\n`;
    }
  }
}

/** Puts data back in front of what an input gives next. */
function pushBack(input: Streams['input'], data: string): void {
  const original = input.take;
  let rest: string | undefined = data;
  input.take = function take(this: Streams['input']) {
    if (rest === undefined) return original.call(this);
    const first = rest;
    rest = undefined;
    input.take = original;
    return first;
  };
}

/** read: a line of the input, in words. */
export function* read({ shell, argv, io }: Call): Body {
  const raw = argv.includes('-r');
  const names: string[] = [];
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '-p') yield* writeTo(io.errors, argv[++at] ?? '');
    else if (word === '-t' || word === '-n' || word === '-d') at += 1;
    else if (!word.startsWith('-')) names.push(word);
  }
  const line = yield* readLine(io);
  let text = (line ?? '').replace(/\n$/, '');
  if (!raw) text = text.replace(/\\(.)/g, '$1');
  const last = names.length === 0 ? 'REPLY' : (names.at(-1) ?? 'REPLY');
  const separators = shell.state.get('IFS') ?? ' \t\n';
  const isSeparator = (character: string | undefined): boolean => character !== undefined && separators.includes(character);
  let at = 0;
  while (isSeparator(text[at]) && /\s/.test(text[at] ?? '')) at += 1;
  for (const name of names.slice(0, -1)) {
    const start = at;
    while (at < text.length && !isSeparator(text[at])) at += 1;
    shell.state.set(name, text.slice(start, at));
    if (at < text.length) at += 1;
    while (isSeparator(text[at]) && /\s/.test(text[at] ?? '')) at += 1;
  }
  let end = text.length;
  while (end > at && isSeparator(text[end - 1]) && /\s/.test(text[end - 1] ?? '')) end -= 1;
  shell.state.set(last, text.slice(at, end));
  return line?.endsWith('\n') ? 0 : 1;
}
