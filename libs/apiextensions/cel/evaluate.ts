import { duplicate, type FieldError, fieldForbidden, goQuote, invalidValue, isJsonObject, OMIT_VALUE, required } from '#apimachinery';
import { celLimits, Optional, type Outcome, type StepBudget, stepBudget } from '#cel';
import { ERRORS } from '../limits.js';
import type { SchemaNode } from '../schema-node.js';
import type { Rule } from './compiled-rules.js';
import { itemsByKeys, Ratchet } from './correlation.js';
import { type ReadyRule, type Validator, validatorOfRoot } from './validator.js';

/** Evaluates the rules of an object (apiserver/schema/cel/validation.go), in upstream's words. */

/** A value that rules look at. */
interface Visit {
  readonly value: unknown;
  /** Undefined if nothing before the update corresponds. */
  readonly old: unknown;
  readonly path: string;
  readonly ratchet: Ratchet;
}

const OUT_OF_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run';

const ruleText = ({ rule, message }: Rule): string => (message ? message.trim() : rule.trim());
const messageOf = (rule: Rule): string => (rule.message ? rule.message.trim() : `failed rule: ${ruleText(rule)}`);
const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** No further rules are evaluated. */
class Exhausted {}

class Evaluation {
  readonly errors: FieldError[] = [];
  private remaining: number = celLimits.runtimeBudget;
  /** All rules of an object are evaluated without a pause. */
  private readonly budget: StepBudget = stepBudget();

  visit(validator: Validator, visit: Visit): void {
    const { value } = visit;
    if (value === null || value === undefined) return;
    this.rules(validator, visit);
    for (const branch of validator.allOf) this.visit(branch, { ...visit, ratchet: visit.ratchet.withoutOwn() });
    if (Array.isArray(value)) this.items(validator, value, visit);
    else if (isJsonObject(value)) this.members(validator, value, visit);
  }

  private items({ items, node }: Validator, values: readonly unknown[], { old, path, ratchet }: Visit): void {
    if (!items) return;
    const before = itemsByKeys(node, Array.isArray(old) ? old : []);
    for (const [index, value] of values.entries())
      this.visit(items, { value, old: before(value), path: `${path}[${index}]`, ratchet: ratchet.index(index) });
  }

  private members(validator: Validator, value: Record<string, unknown>, { old, path, ratchet }: Visit): void {
    const { additional, properties } = validator;
    const before = (name: string): unknown => (isJsonObject(old) && Object.hasOwn(old, name) ? old[name] : undefined);
    if (additional)
      for (const name of Object.keys(value))
        this.visit(additional, { value: value[name], old: before(name), path: `${path}[${name}]`, ratchet: ratchet.key(name) });
    for (const [name, property] of properties) {
      if (!Object.hasOwn(value, name)) continue;
      this.visit(property, { value: value[name], old: before(name), path: below(path, name), ratchet: ratchet.key(name) });
    }
  }

  private stop(error: FieldError): never {
    this.errors.push(error);
    throw new Exhausted();
  }

  /** An error at the value, which is shown as its type. */
  private invalid({ path }: Visit, { node }: Validator, detail: string): FieldError {
    return invalidValue(path === '' ? '<nil>' : path, node.type, detail);
  }

  private rules(validator: Validator, visit: Visit): void {
    const { rules } = validator;
    if (rules.length === 0) return;
    if (this.remaining <= 0) this.stop(this.invalid(visit, validator, OUT_OF_BUDGET));
    const { value: self, old } = visit;
    const plain = old === undefined || old === null ? { self } : { self, oldSelf: old };
    const optional = { self, oldSelf: 'oldSelf' in plain ? Optional.of(old) : Optional.none };
    for (const rule of rules) {
      if (rule.error !== undefined) this.errors.push(this.invalid(visit, validator, `rule compile error: ${rule.error}`));
      if (!rule.evaluate || (rule.usesOldSelf && !('oldSelf' in plain) && !rule.rule.optionalOldSelf)) continue;
      const activation = rule.rule.optionalOldSelf ? optional : plain;
      const outcome = rule.evaluate(activation, { budget: this.budget });
      this.account(outcome, validator, visit);
      if (outcome.error !== undefined) this.failure(rule, outcome, validator, visit);
      else if (outcome.value !== true) this.broken(rule, activation, validator, visit);
      if (this.errors.length >= ERRORS) throw new Exhausted();
    }
  }

  private account({ cost }: Outcome, validator: Validator, visit: Visit): void {
    if (cost > this.remaining) this.stop(this.invalid(visit, validator, OUT_OF_BUDGET));
    this.remaining -= cost;
  }

  private failure({ rule }: ReadyRule, outcome: Outcome, validator: Validator, visit: Visit): void {
    const error = outcome.error ?? '';
    const text = ruleText(rule);
    if (error.startsWith('no such overload')) {
      const what = 'call arguments did not match a supported operator, function or macro signature for rule';
      this.errors.push(this.invalid(visit, validator, `'${error}': ${what}: ${text}`));
    } else if (error.startsWith('operation cancelled: actual cost limit exceeded')) {
      const what = 'no further validation rules will be run due to call cost exceeds limit for rule';
      this.stop(this.invalid(visit, validator, `'${error}': ${what}: ${text}`));
    } else this.errors.push(this.invalid(visit, validator, `${error} evaluating rule: ${text}`));
  }

  private broken(rule: ReadyRule, activation: Readonly<Record<string, unknown>>, validator: Validator, visit: Visit): void {
    const { node } = validator;
    const at = rule.path === '' ? visit.path : below(visit.path, rule.path);
    const path = at === '' ? '<nil>' : at;
    const ratcheted = !rule.usesOldSelf && visit.ratchet.ratchets;
    const detail = this.message(rule, activation, { path, node, ratcheted });
    if (ratcheted) return;
    const value = node.type === 'object' || node.type === 'array' ? OMIT_VALUE : visit.value;
    this.errors.push(errorOf(rule.rule, { path, value, detail }));
  }

  /** The text of the messageExpression, or of the message where that fails. */
  private message(
    { rule, message }: ReadyRule,
    activation: Readonly<Record<string, unknown>>,
    { path, node, ratcheted }: { path: string; node: SchemaNode; ratcheted: boolean },
  ): string {
    if (!message) return messageOf(rule);
    const stop = (detail: string): never => {
      if (ratcheted) throw new Exhausted();
      return this.stop(invalidValue(path, node.type, detail));
    };
    const outcome = message(activation, { budget: this.budget });
    if (outcome.cost > this.remaining)
      stop('messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run');
    this.remaining -= outcome.cost;
    if (outcome.error?.startsWith('operation cancelled: actual cost limit exceeded')) {
      const what = 'no further validation rules will be run due to call cost exceeds limit for messageExpression';
      stop(`${what}: ${goQuote(rule.messageExpression ?? '')}`);
    }
    const text = outcome.error === undefined && typeof outcome.value === 'string' ? outcome.value.trim() : '';
    const usable = text !== '' && !text.includes('\n') && Buffer.byteLength(text) <= celLimits.messageBytes;
    return usable ? text : messageOf(rule);
  }
}

/** The error of a broken rule, as its reason says. */
function errorOf({ reason }: Rule, { path, value, detail }: { path: string; value: unknown; detail: string }): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return fieldForbidden(path, detail);
    case 'FieldValueRequired':
      return required(path, detail);
    case 'FieldValueDuplicate':
      return duplicate(path, value);
    default:
      return invalidValue(path, value, detail);
  }
}

/** Errors of the rules of an object and of all values in it. */
export function ruleErrors(root: SchemaNode, object: object, old: object | undefined): FieldError[] {
  const evaluation = new Evaluation();
  const validator = validatorOfRoot(root);
  if (!validator) return [];
  try {
    evaluation.visit(validator, { value: object, old, path: '', ratchet: Ratchet.root(object, old, root) });
  } catch (error) {
    if (!(error instanceof Exhausted)) throw error;
  }
  return evaluation.errors;
}
