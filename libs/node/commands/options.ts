import { CommandError } from '../shell/process.js';

/** The options of a command line. */
export interface Options {
  has(letter: string): boolean;
  /** The value of an option that takes one; the last occurrence counts. */
  value(letter: string): string | undefined;
  values(letter: string): readonly string[];
  operands: string[];
}

/**
 * Reads options as getopt does: letters may be combined, `--` ends them. `valued`: letters that take a value. `long`: long names and the
 * letters that they stand for. Throws CommandError.
 */
export function optionsOf(
  argv: readonly string[],
  { flags = '', valued = '', long = {} }: { flags?: string; valued?: string; long?: Readonly<Record<string, string>> },
): Options {
  const found = new Map<string, string[]>();
  const add = (letter: string, value = '') => {
    const list = found.get(letter);
    if (list) list.push(value);
    else found.set(letter, [value]);
  };
  const operands: string[] = [];
  let over = false;
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (over || word === '-' || !word.startsWith('-')) operands.push(word);
    else if (word === '--') over = true;
    else if (word.startsWith('--')) {
      const [name = '', value] = word.slice(2).split(/=(.*)/s);
      const letter = Object.hasOwn(long, name) ? long[name] : undefined;
      if (letter === undefined) throw new CommandError(`unrecognized option: ${name}`);
      add(letter, value ?? (valued.includes(letter) ? argv[++at] : ''));
    } else {
      for (let index = 1; index < word.length; index++) {
        const letter = word[index] ?? '';
        if (valued.includes(letter)) {
          const rest = word.slice(index + 1);
          if (rest === '' && at + 1 >= argv.length) throw new CommandError(`option requires an argument: ${letter}`);
          add(letter, rest === '' ? argv[++at] : rest);
          break;
        }
        if (!flags.includes(letter)) throw new CommandError(`unrecognized option: ${letter}`);
        add(letter);
      }
    }
  }
  return {
    has: (letter) => found.has(letter),
    value: (letter) => found.get(letter)?.at(-1),
    values: (letter) => found.get(letter) ?? [],
    operands,
  };
}
