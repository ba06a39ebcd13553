import { parseGoDuration } from '#apimachinery';
import { LONGEST_SLEEP, MOST_FILES } from './limits.js';
import { exit, type FileChange, type Program, serve } from './program.js';
import { type Statement, statementsOf } from './statements.js';
import { tokensOf } from './words.js';

/** A simple simulation of shell scripts: which statements run, how long they take, which files they write. */

/** Runs one command line of a script. */
export type Run = (argv: readonly string[]) => Program;

/** Builtins without a simulated effect. */
const BUILTINS = new Set(['trap', 'set', 'cd', 'export', 'for', 'while', 'until']);
const LOOPS = new Set(['while', 'until']);
/** The shell's exit code after a syntax error. */
const SYNTAX_ERROR = 2;

/** The files that a command writes or removes. */
function fileChanges({ argv, writes }: Statement, at: number): FileChange[] {
  const written = writes.map((path) => ({ path, at, exists: true }));
  const exists = argv[0] === 'touch';
  if (!exists && argv[0] !== 'rm') return written;
  const paths = argv.slice(1).filter((arg) => !arg.startsWith('-'));
  return [...written, ...paths.map((path) => ({ path, at, exists }))];
}

interface Progress {
  at: number;
  code: number;
  files: FileChange[];
}

/** Runs one command; if a program is returned, the script ends with it. */
function runOne(statement: Statement, run: Run, progress: Progress): Program | undefined {
  const words = LOOPS.has(statement.argv[0] ?? '') ? statement.argv.slice(1) : statement.argv;
  const inverted = words[0] === '!';
  const argv = inverted ? words.slice(1) : words;
  const [name = '', first] = argv;
  if (name === 'exit') return exit(first === undefined ? progress.code : Number(first) & 255, progress.at);
  if (progress.files.length < MOST_FILES) progress.files.push(...fileChanges({ ...statement, argv }, progress.at).slice(0, MOST_FILES));
  if (name === '' || statement.background || BUILTINS.has(name) || /^\w+=/.test(name)) return undefined;
  if (name === 'exec' && first === undefined) return undefined;
  const outcome = run(argv);
  if (outcome.does === 'serve') return outcome;
  if (outcome.does === 'exit') progress.at += outcome.after;
  const code = outcome.does === 'exit' ? outcome.code : 127;
  progress.code = inverted ? Number(code === 0) : code;
  return name === 'exec' ? exit(progress.code, progress.at) : undefined;
}

/** What a script does: its exit code and duration, or that it runs forever. */
export function runScript(script: string, run: Run): Program {
  const tokens = tokensOf(script);
  if (tokens === undefined) return exit(SYNTAX_ERROR);
  const progress: Progress = { at: 0, code: 0, files: [] };
  const told = (program: Exclude<Program, { does: 'not-start' }>): Program => ({ ...program, files: progress.files.slice(0, MOST_FILES) });
  for (const statement of statementsOf(tokens)) {
    // The shell is process 1 without a handler for SIGTERM: it has to be killed.
    if (statement.endless) return told(serve([], { stopCode: 137 }));
    if ((statement.after === '&&' && progress.code !== 0) || (statement.after === '||' && progress.code === 0)) continue;
    const ended = runOne(statement, run, progress);
    if (ended !== undefined && ended.does !== 'not-start') return told(ended);
  }
  return told(exit(progress.code, progress.at));
}

function durationOf(operand: string): number | undefined {
  if (/^inf(inity)?$/i.test(operand)) return Number.POSITIVE_INFINITY;
  if (!operand.endsWith('d')) return parseGoDuration(/^[\d.]+$/.test(operand) ? `${operand}s` : operand);
  const days = operand.slice(0, -1);
  return /^(\d+\.?|\d*\.\d+)$/.test(days) ? Number(days) * 86_400_000 : undefined;
}

/** The duration of a sleep's operands in milliseconds: `30`, `1h`, `2m 30s`, `infinity`; undefined if they are invalid. */
export function sleepTime(operands: readonly string[]): number | undefined {
  if (operands.length === 0) return undefined;
  let total = 0;
  for (const operand of operands) {
    const time = durationOf(operand);
    if (time === undefined) return undefined;
    total += time;
  }
  return total > LONGEST_SLEEP ? Number.POSITIVE_INFINITY : total;
}
