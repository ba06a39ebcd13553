import type { List, Node, Part, Word } from './ast.js';
import type { ShellState } from './state.js';

/** Which loops are never left: their condition is constant, and nothing in them ends the loop or the shell. */

const ALWAYS_TRUE = new Set(['true', ':', '[ 1 ]', '[ true ]', '[[ 1 ]]', '[[ true ]]', 'test 1', '((1))', '((true))']);

/** Builtins that may end a loop or a shell, or change what ends it. */
const WAYS_OUT = new Set([
  'break',
  'continue',
  'exit',
  'return',
  'exec',
  'eval',
  '.',
  'source',
  'kill',
  'set',
  'trap',
  'readonly',
  'command',
  'local',
  'declare',
]);

/** The text of a word without quotes and expansions; undefined if it has some. */
function literal(word: Word | undefined): string | undefined {
  let text = '';
  for (const part of word ?? []) {
    if (part.part !== 'text' || part.quoted) return undefined;
    text += part.text;
  }
  return text;
}

const joined = (words: readonly Word[]): string => words.map((word) => literal(word) ?? '\0').join(' ');

/** The text of a condition that is one plain command. */
function conditionText({ items }: List): string {
  const [only] = items;
  if (items.length !== 1 || !only || only.background) return '';
  const { command } = only;
  if (command.node === 'test') return `[[ ${joined(command.words)} ]]`;
  if (command.node === 'arithmetic') return `((${command.expression.map((part) => (part.part === 'text' ? part.text : '\0')).join('')}))`;
  return command.node === 'simple' && command.assignments.length === 0 ? joined(command.words) : '';
}

/** Whether an expansion may end the shell with an error. */
function mayFail(part: Part): boolean {
  if (part.part === 'text') return false;
  if (part.part === 'arithmetic')
    return part.expression.some((inner) => (inner.part === 'text' ? /[/%]/.test(inner.text) : mayFail(inner)));
  if (part.part === 'command') return false;
  return part.operator !== undefined && (!['-', ':-', '#', '##', '%', '%%'].includes(part.operator) || (part.word ?? []).some(mayFail));
}

const anyMayFail = (words: readonly Word[]): boolean => words.some((word) => word.some(mayFail));

/** Whether a node may leave the loop around it. What runs in a process of its own may not. */
function leaves(node: Node, state: ShellState): boolean {
  switch (node.node) {
    case 'list':
      return node.items.some(({ command, background }) => !background && leaves(command, state));
    case 'simple': {
      const name = literal(node.words[0]);
      if (name === undefined || WAYS_OUT.has(name) || state.functions.has(name)) return true;
      const redirected = node.redirections.map(({ target }) => target);
      return anyMayFail([...node.words, ...node.assignments.map(({ value }) => value), ...redirected]);
    }
    case 'and-or':
      return leaves(node.first, state) || node.rest.some(({ command }) => leaves(command, state));
    case 'pipeline':
      return node.commands.length === 1 && node.commands.some((command) => leaves(command, state));
    case 'group':
      return leaves(node.body, state);
    case 'subshell':
      return false;
    case 'if':
      return (
        node.clauses.some(({ condition, body }) => leaves(condition, state) || leaves(body, state)) ||
        (node.otherwise !== undefined && leaves(node.otherwise, state))
      );
    case 'loop':
      return leaves(node.condition, state) || leaves(node.body, state);
    case 'for':
      return anyMayFail(node.words ?? []) || leaves(node.body, state);
    case 'case':
      return anyMayFail([node.word]) || node.items.some(({ patterns, body }) => anyMayFail(patterns) || leaves(body, state));
    case 'test':
      return anyMayFail(node.words);
    default:
      return true;
  }
}

/** By the body of a loop, for shells in which no function is defined. */
const known = new WeakMap<List, boolean>();

/** Whether nothing in a loop's body ends the loop. */
export function hasNoWayOut(body: List, state: ShellState): boolean {
  const { errexit, nounset } = state.options;
  if (errexit || nounset || [...state.variables.values()].some(({ readOnly }) => readOnly)) return false;
  if (state.functions.size > 0) return !leaves(body, state);
  const before = known.get(body);
  if (before !== undefined) return before;
  const found = !leaves(body, state);
  known.set(body, found);
  return found;
}

/** Whether a loop goes on until its process is killed. */
export function isEndless({ until, condition, body }: Extract<Node, { node: 'loop' }>, state: ShellState): boolean {
  const text = conditionText(condition);
  if (!(until ? text === 'false' : ALWAYS_TRUE.has(text)) || state.functions.has(text)) return false;
  return hasNoWayOut(body, state);
}
