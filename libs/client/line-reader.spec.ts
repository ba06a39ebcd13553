import { expect, test } from '@jest/globals';
import { LineReader } from './line-reader.js';

test.each<[string, string[], string[]]>([
  ['whole lines', ['a\nb\n'], ['a', 'b']],
  ['a line in pieces', ['a', 'b', 'c\nd'], ['abc']],
  ['empty lines are none', ['\n\na\n\n'], ['a']],
  ['a character in two pieces', ['\xc3', '\xa4\n'], ['ä']],
])('%s', (_what, chunks, lines) => {
  const seen: string[] = [];
  const reader = new LineReader((line) => seen.push(line));
  for (const chunk of chunks) reader.push(Buffer.from(chunk, 'latin1'));
  expect(seen).toEqual(lines);
});
