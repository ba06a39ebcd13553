import type { Word } from './ast.js';
import { withoutBraces } from './braces.js';
import { parseScript } from './parser.js';

/** The first word of a command, expanded. */
function words(text: string): string[] {
  const [item] = parseScript(text).items;
  const word: Word = item?.command.node === 'simple' ? (item.command.words[0] ?? []) : [];
  return withoutBraces(word).map((one) => one.map((part) => (part.part === 'text' ? part.text : '$')).join(''));
}

test.each<[string, string[]]>([
  ['{a,b}', ['a', 'b']],
  ['x{a,b}{1,2}y', ['xa1y', 'xa2y', 'xb1y', 'xb2y']],
  ['{a,{b,c}d}', ['a', 'bd', 'cd']],
  ['x{,y}', ['x', 'xy']],
  ['{1..3}', ['1', '2', '3']],
  ['{3..1}', ['3', '2', '1']],
  ['{01..10..4}', ['01', '05', '09']],
  ['{-1..1}', ['-1', '0', '1']],
  ['{a..e..2}', ['a', 'c', 'e']],
  ['{}', ['{}']],
  ['{a}', ['{a}']],
  ['{a,b', ['{a,b']],
  ['{1..x}', ['{1..x}']],
  ['"{a,b}"', ['{a,b}']],
  ['{$x,"y z"}', ['$', 'y z']],
])('%s', (text, want) => expect(words(text)).toEqual(want));

test.each([['{1..100000}'], ['{a,b}'.repeat(30)], [`{${'1..9999,'.repeat(2)}}${'{1..9999}'.repeat(3)}`]])('%s is refused', (text) => {
  expect(() => words(text)).toThrow('argument list too long');
});

test('what does not close costs little', () => expect(words('{'.repeat(100_000))).toHaveLength(1));
