import type { Compound } from './ast.js';
import { forked } from './forks.js';
import type { Shell } from './interpreter.js';
import type { Body } from './kernel.js';
import { caseOf, countingFor, forEach, repeat, testWords } from './loops.js';
import { redirected } from './redirections.js';
import type { Streams } from './state.js';

/** Runs a compound command: groups, conditions, loops. */
export function* compound(shell: Shell, node: Compound, outer: Streams): Body {
  const io = yield* redirected(shell.loops, node.redirections, outer);
  if (io === undefined) return 1;
  yield undefined;
  switch (node.node) {
    case 'group':
      return yield* shell.list(node.body, io);
    case 'subshell': {
      const inner = shell.subshell();
      return shell.checked(yield* forked(shell, io, inner.whole(node.body, { ...io })));
    }
    case 'if': {
      for (const { condition, body } of node.clauses) if ((yield* shell.condition(condition, io)) === 0) return yield* shell.list(body, io);
      return node.otherwise ? yield* shell.list(node.otherwise, io) : 0;
    }
    case 'loop':
      return yield* repeat(shell.loops, node, io);
    case 'for':
      return yield* forEach(shell.loops, node, io);
    case 'counting-for':
      return yield* countingFor(shell.loops, node, io);
    case 'case':
      return yield* caseOf(shell.loops, node, io);
    case 'arithmetic':
      return shell.checked(Number((yield* shell.expander.arithmetic(node.expression)) === 0n));
    case 'test':
      return shell.checked(yield* shell.program(yield* testWords(shell.expander, node.words), io, new Map()));
  }
}
