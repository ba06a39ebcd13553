import type { apiextensionsv1 } from '#api';
import type { Steps } from '#apimachinery';
import { type CelType, celEnvironment, optionalType, type Program } from '#cel';
import type { SchemaNode } from '../schema-node.js';
import { rulePath } from './field-path.js';

export type Rule = apiextensionsv1.ValidationRule;

/** A rule with its programs, or what is wrong with it (apiserver/schema/cel/compilation.go CompilationResult). */
export interface CompiledRule {
  readonly rule: Rule;
  /** Undefined if the rule is empty or wrong. */
  readonly program?: Program;
  readonly error?: string;
  readonly message?: Program;
  readonly messageError?: string;
  readonly usesOldSelf: boolean;
  /** The rule's fieldPath as field errors show it. */
  readonly path: string;
}

type Environments = Record<'plain' | 'optional', ReturnType<typeof celEnvironment>>;

function* compileMessage(
  { messageExpression }: Rule,
  environment: Environments['plain'],
): Steps<Pick<CompiledRule, 'message' | 'messageError'>> {
  if (!messageExpression) return {};
  const { program, issues, instantiation } = yield* environment.compiling(messageExpression);
  if (!program) {
    const what = instantiation ? 'instantiation failed' : 'compilation failed';
    return { messageError: `messageExpression ${what}: ${issues}` };
  }
  if (program.resultType.kind !== 'string') return { messageError: 'messageExpression must evaluate to a string' };
  return { message: program };
}

function* compileRule(rule: Rule, environments: Environments, node: SchemaNode): Steps<CompiledRule> {
  const nothing = { rule, usesOldSelf: false, path: '' };
  if ((rule.rule ?? '').trim() === '') return nothing;
  const environment = environments[rule.optionalOldSelf ? 'optional' : 'plain'];
  const { program, issues, instantiation } = yield* environment.compiling(rule.rule);
  if (!program) return { ...nothing, error: `${instantiation ? 'program instantiation' : 'compilation'} failed: ${issues}` };
  if (program.resultType.kind !== 'bool') return { ...nothing, error: 'cel expression must evaluate to a bool' };
  const path = rule.fieldPath ? (rulePath(rule.fieldPath, node) ?? '') : '';
  const usesOldSelf = program.variables.includes('oldSelf');
  return { rule, program, usesOldSelf, path, ...(yield* compileMessage(rule, environment)) };
}

/** Compiles the rules at one node of a schema for the type of its values, one after the other; undefined stands for a step on the way. */
export function* compilation(node: SchemaNode, type: CelType): Generator<CompiledRule | undefined, void, void> {
  const rules = node.schema['x-kubernetes-validations'] ?? [];
  if (rules.length === 0) return;
  const environments: Environments = {
    plain: celEnvironment({ variables: { self: type, oldSelf: type } }),
    optional: celEnvironment({ variables: { self: type, oldSelf: optionalType(type) } }),
  };
  for (const rule of rules) yield yield* compileRule(rule, environments, node);
}
