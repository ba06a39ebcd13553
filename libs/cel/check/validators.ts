import { run } from '../run/literal-call.js';
import { patternOf } from '../run/regex.js';
import { CelError } from '../run/values.js';
import { childrenOf, type Expr } from '../syntax/ast.js';
import type { Issue } from '../syntax/source.js';
import { type CelType, formatType, unwrapOptional } from './types.js';

const PATTERN_FUNCTIONS = new Set(['matches', 'find', 'findAll']);

/** The different patterns that stand in an expression as literals: compiling them takes long. */
export function constantPatterns(root: Expr): ReadonlySet<string> {
  const patterns = new Set<string>();
  const pending = [root];
  for (let expr = pending.pop(); expr; expr = pending.pop()) {
    for (const child of childrenOf(expr)) pending.push(child);
    if (expr.kind !== 'call' || !PATTERN_FUNCTIONS.has(expr.fn)) continue;
    const pattern = expr.target ? expr.args[0] : expr.args[1];
    if (pattern?.kind === 'literal' && typeof pattern.value === 'string') patterns.add(pattern.value);
  }
  return patterns;
}

/** Checks of literals after the types (cel-go's cel/validator.go): durations, timestamps, patterns, and lists and maps of one type. */

function equivalent(a: CelType, b: CelType): boolean {
  if (a.kind !== b.kind || a.name !== b.name || a.params.length !== b.params.length) return false;
  return a.params.every((param, i) => equivalent(param, b.params[i] ?? param));
}

function checkCall(expr: Expr & { kind: 'call' }, issues: Issue[]): void {
  const [literal] = expr.args;
  if (literal?.kind !== 'literal') return;
  const { fn } = expr;
  if (fn === 'duration' || fn === 'timestamp') {
    if (run(fn, literal.value) instanceof CelError) issues.push({ at: literal.at, message: `invalid ${fn} argument` });
  } else if (fn === 'matches' && typeof literal.value === 'string' && patternOf(literal.value) instanceof CelError)
    issues.push({ at: literal.at, message: `invalid ${fn} argument` });
}

const typeOf = (expr: Expr, optional: boolean): CelType | undefined => expr.type && (optional ? unwrapOptional(expr.type).type : expr.type);

function mismatch(issues: Issue[], at: number, expected: CelType, found: CelType): void {
  issues.push({ at, message: `expected type '${formatType(expected)}' but found '${formatType(found)}'` });
}

function checkList(expr: Expr & { kind: 'list' }, issues: Issue[]): void {
  let expected: CelType | undefined;
  for (const [i, element] of expr.elements.entries()) {
    const type = typeOf(element, expr.optionals.has(i));
    if (!type) return;
    expected ??= type;
    if (equivalent(expected, type)) continue;
    mismatch(issues, element.at, expected, type);
    return;
  }
}

function checkMap(expr: Expr & { kind: 'map' }, issues: Issue[]): void {
  const [head] = expr.entries;
  const keyType = head && typeOf(head.key, false);
  const valueType = head && typeOf(head.value, head.optional);
  if (!keyType || !valueType) return;
  for (const { key, value, optional } of expr.entries) {
    const found = { key: typeOf(key, false) ?? keyType, value: typeOf(value, optional) ?? valueType };
    if (!equivalent(keyType, found.key)) mismatch(issues, key.at, keyType, found.key);
    if (!equivalent(valueType, found.value)) mismatch(issues, value.at, valueType, found.value);
  }
}

/** Reports literals that are wrong. Lists that are arguments of format() may be of several types. */
export function validateLiterals(expr: Expr, issues: Issue[], exempt = false): void {
  if (expr.kind === 'call') checkCall(expr, issues);
  else if (expr.kind === 'list' && !exempt) checkList(expr, issues);
  else if (expr.kind === 'map' && !exempt) checkMap(expr, issues);
  const inFormat = exempt || (expr.kind === 'call' && expr.fn === 'format');
  for (const child of childrenOf(expr)) validateLiterals(child, issues, inFormat);
}
