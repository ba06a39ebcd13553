import type { Call } from './builtin.js';
import type { Body } from './kernel.js';
import { writeTo } from './streams.js';

const quoted = (text: string): string => `'${text.replaceAll("'", `'"'"'`)}'`;

/** export, readonly, local. */
export function* assign({ shell, argv, io }: Call, how: 'export' | 'readonly' | 'local'): Body {
  const words = argv.slice(1).filter((word) => !/^-[a-zA-Z]+$/.test(word));
  if (words.length === 0 && how === 'export') {
    for (const [name, value] of shell.state.environment()) yield* writeTo(io.output, `export ${name}=${quoted(value)}\n`);
  }
  for (const word of words) {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    if (how === 'local') shell.state.makeLocal(name);
    if (equals >= 0) shell.state.set(name, word.slice(equals + 1), how === 'export' ? true : undefined);
    else if (how === 'export' || how === 'local') shell.state.set(name, shell.state.get(name) ?? '', how === 'export' ? true : undefined);
    const variable = shell.state.variables.get(name);
    if (how === 'readonly' && variable) variable.readOnly = true;
  }
  return 0;
}

const OPTIONS = { e: 'errexit', u: 'nounset', x: 'xtrace', f: 'noglob' } as const;

/** set: options and positional parameters. */
export function* set({ shell, argv, io }: Call): Body {
  const { state } = shell;
  if (argv.length === 1) {
    for (const [name, { value }] of [...state.variables].sort()) yield* writeTo(io.output, `${name}=${quoted(value)}\n`);
    return 0;
  }
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--') {
      state.positional = argv.slice(at + 1);
      return 0;
    }
    if (!/^[-+]./.test(word)) {
      state.positional = argv.slice(at);
      return 0;
    }
    const on = word.startsWith('-');
    if (word.slice(1).includes('o')) {
      const option = argv[++at] ?? '';
      if (option in state.options) state.options[option as 'errexit'] = on;
    }
    for (const letter of word.slice(1)) if (Object.hasOwn(OPTIONS, letter)) state.options[OPTIONS[letter as 'e']] = on;
  }
  return 0;
}
