import type { FileSystem } from '../files/file-system.js';
import type { List, Node, Word } from './ast.js';
import { hasNoWayOut, isEndless } from './endless.js';
import type { Expander } from './expand.js';
import type { Body, Wait } from './kernel.js';
import { Pattern } from './patterns.js';
import { Jump, type ShellState, type Streams } from './state.js';

/** Loops and case over a shell. */
export interface Loops {
  readonly state: ShellState;
  readonly expander: Expander;
  readonly files: FileSystem;
  list(body: List, io: Streams): Body;
  /** Runs a command whose failure does not end the shell. */
  condition(node: Node, io: Streams): Body;
  /** The running task will never leave the loop it is in. */
  onEndless(): void;
}

/** One round of a loop; false: it was left. */
function* round({ list, state }: Loops, body: List, io: Streams, result: { code: number }): Generator<Wait, boolean, void> {
  state.loops += 1;
  try {
    result.code = yield* list(body, io);
  } catch (error) {
    if (!(error instanceof Jump) || error.kind === 'return') throw error;
    error.count -= 1;
    if (error.count > 0) throw error;
    return error.kind === 'continue';
  } finally {
    state.loops -= 1;
  }
  return true;
}

/** while and until. */
export function* repeat(loops: Loops, node: Extract<Node, { node: 'loop' }>, io: Streams): Body {
  const { body, condition, until } = node;
  const result = { code: 0 };
  if (isEndless(node, loops.state)) loops.onEndless();
  for (;;) {
    yield undefined;
    if (((yield* loops.condition(condition, io)) === 0) === until) break;
    if (!(yield* round(loops, body, io, result))) break;
  }
  return result.code;
}

/** for NAME in WORDS. */
export function* forEach(loops: Loops, { name, words, body }: Extract<Node, { node: 'for' }>, io: Streams): Body {
  const { expander, state } = loops;
  const values = words ? yield* expander.fields(words) : [...state.positional];
  const result = { code: 0 };
  for (const value of values) {
    yield undefined;
    state.set(name, value);
    if (!(yield* round(loops, body, io, result))) break;
  }
  return result.code;
}

/** for ((…)). */
export function* countingFor(loops: Loops, { start, condition, step, body }: Extract<Node, { node: 'counting-for' }>, io: Streams): Body {
  const { expander } = loops;
  yield* expander.arithmetic(start);
  const result = { code: 0 };
  const isEmpty = condition.every((part) => part.part === 'text' && part.text.trim() === '');
  if (isEmpty && hasNoWayOut(body, loops.state)) loops.onEndless();
  for (;;) {
    yield undefined;
    if (!isEmpty && (yield* expander.arithmetic(condition)) === 0n) break;
    if (!(yield* round(loops, body, io, result))) break;
    yield* expander.arithmetic(step);
  }
  return result.code;
}

/** case. */
export function* caseOf({ expander, list }: Loops, { word, items }: Extract<Node, { node: 'case' }>, io: Streams): Body {
  const text = yield* expander.text(word);
  for (const { patterns, body } of items) {
    for (const pattern of patterns) {
      if (new Pattern(yield* expander.pattern(pattern)).matches(text)) return yield* list(body, io);
    }
  }
  return 0;
}

/** The arguments of `[[`: operands of `==` and `!=` are patterns. */
export function* testWords(expander: Expander, words: readonly Word[]): Generator<Wait, string[], void> {
  const argv = ['[['];
  for (const [index, word] of words.entries()) {
    const before = words[index - 1]?.[0];
    const isPattern =
      before?.part === 'text' && (before.text === '==' || before.text === '=' || before.text === '!=' || before.text === '=');
    argv.push(isPattern ? yield* expander.pattern(word) : yield* expander.text(word));
  }
  return [...argv, ']]'];
}
