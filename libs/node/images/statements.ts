import type { Token } from './words.js';

/** A simple command of a script. */
export interface Statement {
  argv: readonly string[];
  /** How it depends on the one before: run always, after success, after failure. */
  after: ';' | '&&' | '||';
  background: boolean;
  /** Files that its output is redirected to. */
  writes: string[];
  /** It begins a loop that never ends. */
  endless?: true;
}

const REDIRECTIONS = new Set(['>', '>>', '<', '<<', '<<-', '>&', '<&', '&>']);
const WRITES = new Set(['>', '>>', '&>']);
/** Words of compound commands that may stand before a command. */
const RESERVED = new Set(['do', 'done', 'then', 'fi', 'else', 'elif', 'if', '{', '}']);
const ALWAYS_TRUE = new Set(['true', ':', '[ 1 ]', '[ true ]', '[[ 1 ]]', '[[ true ]]', 'test 1']);
/** Words of the longest of these conditions. */
const LONGEST_CONDITION = 3;

const empty = (after: Statement['after']): Statement => ({ argv: [], after, background: false, writes: [] });

/** Whether the `for` at this place is followed by `((;;))`. */
function isEndlessFor(tokens: readonly Token[], at: number): boolean {
  const next = tokens.slice(at + 1, at + 7).map(({ text, operator }) => (operator ? text : ' '));
  return next.join('').startsWith('((;;))');
}

/** Whether a loop's condition never lets it end. */
function isEndless([word, ...condition]: readonly string[]): boolean {
  const text = condition.join(' ');
  return word === 'while' ? ALWAYS_TRUE.has(text) : word === 'until' && text === 'false';
}

/** Groups tokens into statements. Of a pipeline the last command stays: it says when and how the pipeline ends. */
export function statementsOf(tokens: readonly Token[]): Statement[] {
  const found: Statement[] = [];
  let current = empty(';');
  let words: string[] = [];
  const end = (after: Statement['after']): void => {
    if (words.length > 0) found.push({ ...current, argv: words });
    current = empty(after);
    words = [];
  };
  for (let at = 0; at < tokens.length; at++) {
    const { text, operator, quoted } = tokens[at] ?? { text: '', operator: true };
    if (!operator) {
      if (text === 'for' && isEndlessFor(tokens, at)) current.endless = true;
      // A quoted word is never a reserved one.
      words.push(quoted && RESERVED.has(text) ? `./${text}` : text);
    } else if (REDIRECTIONS.has(text)) {
      const target = tokens[at + 1];
      if (!target || target.operator) continue;
      if (WRITES.has(text)) current.writes.push(target.text);
      at += 1;
    } else if (text === '&&' || text === '||') end(text);
    else if (text === '|') words = [];
    else if (text !== '(' && text !== ')') {
      current.background = text === '&';
      end(';');
    }
  }
  end(';');
  return markLoops(found);
}

/** Drops the reserved words before a command. */
function withoutReserved(argv: readonly string[]): readonly string[] {
  const start = argv.findIndex((word) => !RESERVED.has(word));
  return start < 0 ? [] : argv.slice(start);
}

/** A loop is endless when its condition is and its body follows. */
function markLoops(statements: readonly Statement[]): Statement[] {
  return statements.map((statement, index) => {
    const argv = withoutReserved(statement.argv);
    const loops = statements[index + 1]?.argv[0] === 'do' && isEndless(argv.slice(0, LONGEST_CONDITION + 2));
    return { ...statement, argv, ...(loops ? { endless: true } : {}) };
  });
}
