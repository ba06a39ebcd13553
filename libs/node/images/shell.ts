import { parseGoDuration } from '#apimachinery';
import { exit, type FileChange, type Program, serve } from './program.js';

/** A simple understanding of shell scripts: which statements run, how long they take, what they leave behind. */

/** Runs one command line of a script. */
export type Run = (argv: readonly string[]) => Program;

interface Statement {
  argv: string[];
  /** How it hangs on the one before: always, after success, after failure. */
  after: ';' | '&&' | '||';
  background: boolean;
}

/** Splits a script into words and operators, minding quotes. */
function words(script: string): string[] {
  const tokens = script.match(/"(?:\\.|[^"\\])*"|'[^']*'|&&|\|\||[;&|\n<>()]|[^\s;&|<>()"']+/g) ?? [];
  return tokens.map((token) => (/^["']/.test(token) ? `\u0001${token.slice(1, -1)}` : token));
}

const bare = (word: string): string => word.replace('\u0001', '');

function statements(script: string): Statement[] {
  const found: Statement[] = [];
  let current: Statement = { argv: [], after: ';', background: false };
  const next = (after: Statement['after']): void => {
    if (current.argv.length > 0) found.push(current);
    current = { argv: [], after, background: false };
  };
  for (const word of words(script)) {
    if (word === ';' || word === '\n') next(';');
    else if (word === '&&' || word === '||') next(word);
    else if (word === '&') {
      current.background = true;
      next(';');
    } else if (word !== '(' && word !== ')' && word !== '{' && word !== '}') current.argv.push(bare(word));
  }
  next(';');
  return found;
}

const ENDLESS = /\b(?:while|until)\s+(?:true|false|:|\[\s*1\s*\]|\[\[?\s*true\s*\]\]?)\s*;?\s*do\b|\bfor\s*\(\(\s*;\s*;\s*\)\)/;
const LOOP_WORDS = new Set(['do', 'done', 'then', 'fi', 'else', 'if', 'while', 'until', 'for']);

/** What a command writes to or removes. */
function fileChanges(argv: readonly string[], at: number): FileChange[] {
  const redirect = argv.indexOf('>');
  const written = redirect >= 0 && argv[redirect + 1] ? [{ path: argv[redirect + 1] ?? '', at, exists: true }] : [];
  const paths = argv.slice(1).filter((arg) => !arg.startsWith('-') && arg !== '>');
  if (argv[0] === 'touch') return [...written, ...paths.map((path) => ({ path, at, exists: true }))];
  if (argv[0] === 'rm') return [...written, ...paths.map((path) => ({ path, at, exists: false }))];
  return written;
}

interface Progress {
  at: number;
  code: number;
  files: FileChange[];
}

/** Runs the statements before an endless loop, or all of them. A number: the script has ended with that code. */
function runAll(list: readonly Statement[], run: Run, progress: Progress): Program | undefined {
  for (const { argv, after, background } of list) {
    if ((after === '&&' && progress.code !== 0) || (after === '||' && progress.code === 0)) continue;
    const command = LOOP_WORDS.has(argv[0] ?? '') ? argv.slice(1) : argv;
    const [name = ''] = command;
    if (name === 'exit') return exit(command[1] === undefined ? progress.code : Number(command[1]) & 255, progress.at);
    if (name === '' || background || name === 'trap' || name === 'set' || name === 'cd' || name === 'export' || /^\w+=/.test(name))
      continue;
    const pipe = command.lastIndexOf('|');
    const simple = pipe < 0 ? command : command.slice(pipe + 1);
    progress.files.push(...fileChanges(simple, progress.at));
    const redirect = simple.findIndex((word) => word === '>' || word === '<');
    const outcome = run(redirect < 0 ? simple : simple.slice(0, redirect));
    if (outcome.does === 'serve') return { ...outcome, files: [...progress.files] };
    if (outcome.does === 'not-start') progress.code = 127;
    else {
      progress.at += outcome.after;
      progress.code = outcome.code;
    }
    if (name === 'exec') return exit(progress.code, progress.at);
  }
  return undefined;
}

/** What a script does: its exit code and how long it takes, or that it runs for ever. */
export function runScript(script: string, run: Run): Program {
  const clean = script.replace(/(^|[\s;])#[^\n]*/g, '$1');
  const loop = ENDLESS.exec(clean);
  const progress: Progress = { at: 0, code: 0, files: [] };
  const early = runAll(statements(loop ? clean.slice(0, loop.index) : clean), run, progress);
  if (early) return early.does === 'exit' ? { ...early, files: progress.files } : early;
  // The shell is process 1 and has no handler for SIGTERM: it has to be killed.
  if (loop) return { ...serve([], { stopCode: 137 }), files: progress.files };
  return { ...exit(progress.code, progress.at), files: progress.files };
}

/** A sleep's operands in milliseconds: `30`, `1h`, `2m 30s`, `infinity`; undefined for none that can be read. */
export function sleepTime(operands: readonly string[]): number | undefined {
  if (operands.length === 0) return undefined;
  let total = 0;
  for (const operand of operands) {
    if (/^inf(inity)?$/i.test(operand)) return Number.POSITIVE_INFINITY;
    const days = /^([\d.]+)d$/.exec(operand);
    const time = days ? Number(days[1]) * 86_400_000 : parseGoDuration(/^[\d.]+$/.test(operand) ? `${operand}s` : operand);
    if (time === undefined) return undefined;
    total += time;
  }
  return total;
}
