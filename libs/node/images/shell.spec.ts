import { commands } from './commands.js';
import { exit, type Program } from './program.js';
import { runScript, sleepTime } from './shell.js';

const run = (argv: readonly string[]): Program => {
  const [name = '', ...args] = argv;
  return commands[name]?.({ args, has: () => false, variables: new Map() }) ?? exit(127);
};

function summary(script: string): string {
  const program = runScript(script, run);
  if (program.does === 'not-start') return 'does not start';
  const files = program.files.map(({ path, at, exists }) => `${exists ? '+' : '-'}${path}@${at}`).join(' ');
  const what = program.does === 'serve' ? 'runs' : `exits ${program.code} after ${program.after}`;
  return files === '' ? what : `${what} ${files}`;
}

test.each([
  ['', 'exits 0 after 0'],
  ['# nothing\nsleep 1 # a second', 'exits 0 after 1000'],
  ['echo a#b; false', 'exits 1 after 0'],
  ['sleep 1 2>&1 >/dev/null; exit 4', 'exits 4 after 1000 +/dev/null@0'],
  ['false >/tmp/out 2>&1', 'exits 1 after 0 +/tmp/out@0'],
  ['echo x >> /tmp/log', 'exits 0 after 0 +/tmp/log@0'],
  ['touch /tmp/healthy; sleep 30; rm -rf /tmp/healthy; sleep 600', 'exits 0 after 630000 +/tmp/healthy@0 -/tmp/healthy@30000'],
  ['echo one | false', 'exits 1 after 0'],
  ['sleep 60 & exit 2', 'exits 2 after 0'],
  ['echo "it\'s" \'a "word"\' "an \\"escape\\""; exit 7', 'exits 7 after 0'],
  ['echo "not closed', 'exits 2 after 0'],
  ["echo 'not closed", 'exits 2 after 0'],
  ['sle"e"p 3', 'exits 0 after 3000'],
  ['sleep \\\n 3', 'exits 0 after 3000'],
  ['cat <<EOF > /tmp/page\nexit 9\n"\nEOF\nexit 3', 'exits 3 after 0 +/tmp/page@0'],
  ['(sleep 1; exit 3)', 'exits 3 after 1000'],
  ['if true; then sleep 2; fi', 'exits 0 after 2000'],
  ['for i in 1 2 3; do sleep 1; done', 'exits 0 after 1000'],
  ['while true; do sleep 5; done', 'runs'],
  ['while :\ndo sleep 5\ndone', 'runs'],
  ['sleep 1; exit 2; while true; do date; done', 'exits 2 after 1000'],
  ['touch /x; while [ 1 ]; do sleep 1; done', 'runs +/x@0'],
  ['while [[ true ]]; do date; done', 'runs'],
  ['until false; do date; done', 'runs'],
  ['for ((;;)); do date; done', 'runs'],
  ['for (( ; ; ))\ndo date; done', 'runs'],
  ['echo "while true; do"', 'exits 0 after 0'],
  ['while false; do date; done', 'exits 0 after 0'],
])('%s', (script, want) => expect(summary(script)).toBe(want));

describe('the cost of a script is linear in its length', () => {
  const MANY = 130_000;
  test.each([
    ['blanks in an endless loop', `while true${' '.repeat(MANY)}`, 'exits 0 after 0'],
    ['blanks and semicolons', `while true${' ;'.repeat(MANY / 2)}x`, 'exits 127 after 0'],
    ['escaped quotes', '\\"'.repeat(MANY / 2), 'exits 127 after 0'],
    ['a quote that is not closed, with escapes', `"${'\\"'.repeat(MANY / 2)}`, 'exits 2 after 0'],
    ['loops one in another', 'while true\t'.repeat(MANY / 11), 'exits 0 after 0'],
    ['here-documents without an end', 'cat <<E\n'.repeat(MANY / 8), 'exits 0 after 0'],
    ['brackets', '('.repeat(MANY), 'exits 0 after 0'],
    ['files', 'touch /a;'.repeat(MANY / 9), expect.stringMatching(/^exits 0 after 0( \+\/a@0){1000}$/)],
  ])('%s', (_name, script, want) => expect(summary(script)).toEqual(want));
});

test.each([
  [['30'], 30_000],
  [['1m', '1.5s'], 61_500],
  [['1d'], 86_400_000],
  [['infinity'], Number.POSITIVE_INFINITY],
  [['99999999999999999999'], Number.POSITIVE_INFINITY],
  [['1.2.3d'], undefined],
  [['x'], undefined],
  [[`${'1'.repeat(100_000)}x`], undefined],
  [[], undefined],
])('sleep %j', (operands, want) => expect(sleepTime(operands)).toBe(want));
