import { Terminal } from './terminal.js';

interface Typed {
  lines: string | undefined;
  screen: string;
  interrupts: number;
}

function type(...keys: string[]): Typed {
  const typed: Typed = { lines: '', screen: '', interrupts: 0 };
  const terminal = new Terminal({
    show(text) {
      typed.screen += text;
    },
    interrupt() {
      typed.interrupts += 1;
    },
  });
  terminal.prompt = '$ ';
  for (const key of keys) terminal.type(key);
  typed.lines = terminal.take();
  return typed;
}

test.each<[string, string[], Partial<Typed>]>([
  ['a line', ['ls\r'], { lines: 'ls\n', screen: 'ls\r\n' }],
  ['backspace', ['lx\x7fs\r'], { lines: 'ls\n' }],
  ['the cursor', ['s\x1b[Dl\x1b[C!\r'], { lines: 'ls!\n' }],
  ['home and end', ['b\x01a\x05c\r'], { lines: 'abc\n' }],
  ['control-U, control-W, control-K', ['x y\x15a b\x17c\x01\x0bd\r'], { lines: 'd\n' }],
  ['history', ['one\rtwo\r\x1b[A\x1b[A\r'], { lines: 'one\ntwo\none\n' }],
  ['control-C', ['abc\x03ls\r'], { lines: 'ls\n', interrupts: 1 }],
  ['control-D', ['\x04'], { lines: undefined }],
  ['an unknown sequence', ['\x1b[999999999999999999999999\r'], {}],
  ['a long line', ['x'.repeat(10_000), '\r'], { lines: `${'x'.repeat(4096)}\n` }],
])('%s', (_, keys, want) => {
  expect(type(...keys)).toMatchObject(want);
});
