import type { Token } from './words.js';

/** A simple command of a script. */
export interface Statement {
  argv: readonly string[];
  /** How it depends on the previous command: always run, after success, after failure. */
  after: ';' | '&&' | '||';
  background: boolean;
  /** Files to which its output is redirected. */
  writes: string[];
  /** Whether it begins an endless loop. */
  endless: boolean;
}

const REDIRECTIONS = new Set(['>', '>>', '<', '<<', '<<-', '>&', '<&', '&>']);
const WRITES = new Set(['>', '>>', '&>']);
/** Words of compound commands that may precede a command. */
const RESERVED = new Set(['do', 'done', 'then', 'fi', 'else', 'elif', 'if', '{', '}']);
const ALWAYS_TRUE = new Set(['true', ':', '[ 1 ]', '[ true ]', '[[ 1 ]]', '[[ true ]]', 'test 1']);
/** The number of words in the longest of these conditions. */
const LONGEST_CONDITION = 3;

/** A sequence of tokens with lookahead. */
class Ahead {
  private readonly buffer: Token[] = [];
  private readonly tokens: Iterator<Token>;

  constructor(tokens: Iterable<Token>) {
    this.tokens = tokens[Symbol.iterator]();
  }

  next(): Token | undefined {
    return this.buffer.shift() ?? this.pull();
  }

  /** The next tokens, at most the given number. */
  peek(count: number): readonly Token[] {
    while (this.buffer.length < count) {
      const token = this.pull();
      if (token === undefined) break;
      this.buffer.push(token);
    }
    return this.buffer.slice(0, count);
  }

  private pull(): Token | undefined {
    const { value, done } = this.tokens.next();
    return done ? undefined : value;
  }
}

/** Whether `((;;))` follows. */
function isEndlessFor(ahead: Ahead): boolean {
  const next = ahead.peek(6).map(({ text, operator }) => (operator ? text : ' '));
  return next.join('').startsWith('((;;))');
}

/** Whether a loop's condition is always true. */
function isEndless([word, ...condition]: readonly string[]): boolean {
  if (word !== 'while' && word !== 'until') return false;
  const text = condition.join(' ');
  return word === 'while' ? ALWAYS_TRUE.has(text) : text === 'false';
}

/** Groups tokens into simple commands. Of a pipeline only the last command is kept, which determines when and how the pipeline ends. */
function* commandsOf(tokens: Iterable<Token>): Generator<Statement> {
  const ahead = new Ahead(tokens);
  const empty = (after: Statement['after']) => ({ argv: [] as string[], after, background: false, writes: [] as string[], endless: false });
  let current = empty(';');
  for (let token = ahead.next(); token !== undefined; token = ahead.next()) {
    const { text, operator, quoted } = token;
    if (!operator) {
      if (text === 'for' && isEndlessFor(ahead)) current.endless = true;
      // A quoted word is never reserved.
      current.argv.push(quoted && RESERVED.has(text) ? `./${text}` : text);
    } else if (REDIRECTIONS.has(text)) {
      const [target] = ahead.peek(1);
      if (!target || target.operator) continue;
      if (WRITES.has(text)) current.writes.push(target.text);
      ahead.next();
    } else if (text === '|') current.argv = [];
    else if (text !== '(' && text !== ')') {
      const conditional = text === '&&' || text === '||';
      if (!conditional) current.background = text === '&';
      if (current.argv.length > 0) yield current;
      current = empty(conditional ? text : ';');
    }
  }
  if (current.argv.length > 0) yield current;
}

/** Removes the reserved words before a command. */
function withoutReserved(argv: readonly string[]): readonly string[] {
  if (!RESERVED.has(argv[0] ?? '')) return argv;
  const start = argv.findIndex((word) => !RESERVED.has(word));
  return start < 0 ? [] : argv.slice(start);
}

/** The simple commands of a script, parsed on demand. A loop is endless if its condition is always true and it has a body. */
export function* statementsOf(tokens: Iterable<Token>): Generator<Statement> {
  let last: Statement | undefined;
  for (const statement of commandsOf(tokens)) {
    if (last) yield statement.argv[0] === 'do' && isEndless(last.argv.slice(0, LONGEST_CONDITION + 2)) ? { ...last, endless: true } : last;
    last = { ...statement, argv: withoutReserved(statement.argv) };
  }
  if (last) yield last;
}
