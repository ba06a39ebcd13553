import type { Body } from './kernel.js';
import type { ShellState, Streams } from './state.js';
import { writeTo } from './streams.js';

/** getopts: the next option of the positional parameters. */
export function* getopts({ shell, argv, io }: { shell: { state: ShellState }; argv: readonly string[]; io: Streams }): Body {
  const { state } = shell;
  const [, spec = '', name = 'opt', ...given] = argv;
  const words = given.length > 0 ? given : state.positional;
  const index = Number(state.get('OPTIND') ?? 1) || 1;
  const offset = state.option.index === index ? state.option.offset : 1;
  const word = words[index - 1] ?? '';
  const move = (to: number, at: number): void => {
    state.option = { index: to, offset: at };
    state.set('OPTIND', String(to));
  };
  if (!/^-./.test(word) || word === '--') {
    move(word === '--' ? index + 1 : index, 1);
    state.set(name, '?');
    return 1;
  }
  const silent = spec.startsWith(':');
  const letter = word[offset] ?? '';
  const rest = word.slice(offset + 1);
  const at = letter === ':' ? -1 : spec.indexOf(letter);
  const next = (): void => (rest === '' ? move(index + 1, 1) : move(index, offset + 1));
  const refuse = function* (what: string, message: string): Body {
    state.set(name, silent ? what : '?');
    if (silent) state.set('OPTARG', letter);
    else {
      state.unset('OPTARG');
      yield* writeTo(io.errors, `${state.name}: ${message}\n`);
    }
    return 0;
  };
  if (at < 0) {
    next();
    return yield* refuse('?', `illegal option -${letter}`);
  }
  if (spec[at + 1] !== ':') {
    next();
    state.unset('OPTARG');
    state.set(name, letter);
    return 0;
  }
  const value = rest === '' ? words[index] : rest;
  move(rest === '' ? index + 2 : index + 1, 1);
  if (value === undefined) return yield* refuse(':', `no arg for -${letter} option`);
  state.set('OPTARG', value);
  state.set(name, letter);
  return 0;
}
