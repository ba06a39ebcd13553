import { type FieldError, fieldForbidden, fieldInternalError, invalidValue, notSupported, required } from '#apimachinery';
import type { CelType } from '#cel';
import { CRD_COST, ERRORS, REQUEST_BYTES, RULE_COST, RULES_LENGTH } from '../limits.js';
import { type Schema, SchemaNode } from '../schema-node.js';
import { type CompiledRule, compilation, type Rule } from './compiled-rules.js';
import { rulePath } from './field-path.js';
import { typeOfElements, typeOfNode, typeOfProperty } from './node-types.js';
import type { Pause } from './validator.js';

/** The rules of a CustomResourceDefinition when it is written (apiextensions/validation/validation.go and cel_validation.go). */

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const UNBOUNDED = 2n ** 64n - 1n;

/** Where a schema stands. */
interface Place {
  readonly path: string;
  /** How often its values may occur in an object; undefined if there is no bound. */
  readonly cardinality: bigint | undefined;
  /** The list or map whose items are not correlated with those before an update. */
  readonly uncorrelated?: string;
  /** Rules are typed only where the schema has a type of its own. */
  readonly typed: boolean;
  readonly type?: CelType;
  /** A rule stands here or above: types are made. */
  readonly inScope: boolean;
  readonly root?: boolean;
}

const multiplied = (cost: bigint, times: bigint): bigint => (cost * times > UNBOUNDED ? UNBOUNDED : cost * times);

function maxElements({ type, additionalProperties, maxProperties, maxItems }: Schema): bigint | undefined {
  const most = type === 'array' ? maxItems : type === 'object' && additionalProperties ? maxProperties : 1;
  return most === undefined || most === null ? undefined : BigInt(Math.max(most, 0));
}

function factorText(cost: bigint, limit: number): string {
  const factor = Number(cost) / limit;
  if (factor > 100) return 'more than 100x';
  return `${factor < 1.5 ? factor.toFixed(6) : factor.toFixed(1)}x`;
}

const HINT = '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';
const tooCostly = (what: string, cost: bigint, limit: number): string =>
  `${what} exceeds budget by factor of ${factorText(cost, limit)} ${HINT}`;

/** A rule as upstream's errors show it: its Go struct in JSON. */
const shown = ({ rule, message, messageExpression, reason, fieldPath, optionalOldSelf }: Rule): unknown => ({
  Rule: rule ?? '',
  Message: message ?? '',
  MessageExpression: messageExpression ?? '',
  Reason: reason ?? null,
  FieldPath: fieldPath ?? '',
  OptionalOldSelf: optionalOldSelf ?? null,
});

const breaksLine = (text: string): boolean => /[\n\r]/.test(text);

/** Everything about a rule but its expressions. */
function formErrors(rule: Rule, path: string, node: SchemaNode): FieldError[] {
  const errors: FieldError[] = [];
  const text = (rule.rule ?? '').trim();
  const { message = '', messageExpression = '', reason, fieldPath = '' } = rule;
  if (text === '') errors.push(required(`${path}.rule`, 'rule is not specified'));
  else if (message !== '' && message.trim() === '') errors.push(invalidValue(`${path}.message`, message, 'must be non-empty if specified'));
  else if (breaksLine(message.trim())) errors.push(invalidValue(`${path}.message`, message, 'must not contain line breaks'));
  else if (breaksLine(text) && message.trim() === '')
    errors.push(required(`${path}.message`, 'message must be specified if rule contains line breaks'));
  if (messageExpression !== '' && messageExpression.trim() === '')
    errors.push(required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'));
  if (reason !== undefined && reason !== null && !REASONS.includes(reason)) errors.push(notSupported(`${path}.reason`, reason, REASONS));
  if (fieldPath === '') return errors;
  if (fieldPath.trim() === '') errors.push(invalidValue(`${path}.fieldPath`, fieldPath, 'must be non-empty if specified'));
  if (breaksLine(fieldPath)) errors.push(invalidValue(`${path}.fieldPath`, fieldPath, 'must not contain line breaks'));
  if (rulePath(fieldPath, node) === undefined) errors.push(invalidValue(`${path}.fieldPath`, fieldPath, 'must be a valid path'));
  return errors;
}

class DefinitionChecker {
  /** Errors of the form of rules, which keep the expressions at their node and above from being compiled. */
  readonly forms: FieldError[] = [];
  readonly expressions: FieldError[] = [];
  private total = 0n;
  private expensive: { path: string; cost: bigint }[] = [];

  check(node: SchemaNode, place: Place): void {
    const { schema } = node;
    const before = this.forms.length;
    const ruled = (schema['x-kubernetes-validations'] ?? []).length > 0;
    const inScope = place.inScope || ruled;
    const type = place.typed && inScope ? (place.type ?? typeOfNode(node, place.root === true || node.embedded)) : undefined;
    this.below(node, { ...place, inScope, type });
    if (ruled) this.rules(node, { ...place, type }, before);
  }

  private below(node: SchemaNode, place: Place): void {
    const { schema } = node;
    const { path, type, typed, inScope } = place;
    const most = maxElements(schema);
    const cardinality = place.cardinality === undefined || most === undefined ? undefined : multiplied(place.cardinality, most);
    const { additional, items } = node;
    const shared = { cardinality, typed, inScope, uncorrelated: place.uncorrelated };
    if (additional) this.check(additional, { ...shared, path: `${path}.additionalProperties`, type: typeOfElements(type) });
    for (const name of node.propertyNames()) {
      const property = node.property(name);
      if (property)
        this.check(property, { ...shared, path: `${path}.properties[${name}]`, type: type && typeOfProperty(type, name, property) });
    }
    this.branches(node, place);
    if (!items) return;
    const uncorrelated = place.uncorrelated ?? (schema['x-kubernetes-list-type'] === 'map' ? undefined : path);
    this.check(items, { ...shared, uncorrelated, path: `${path}.items`, type: typeOfElements(type) });
  }

  /** Rules within not, allOf, oneOf and anyOf are not compiled. */
  private branches(node: SchemaNode, { path, uncorrelated }: Place): void {
    const within = (name: string): Place => ({
      path: `${path}.${name}`,
      cardinality: undefined,
      typed: false,
      inScope: false,
      uncorrelated,
    });
    if (node.not) this.check(node.not, within('not'));
    for (const name of ['allOf', 'oneOf', 'anyOf'] as const)
      for (const [index, one] of node[name].entries()) this.check(one, within(`${name}[${index}]`));
  }

  private rules(node: SchemaNode, place: Place, before: number): void {
    const path = `${place.path}.x-kubernetes-validations`;
    for (const [index, rule] of (node.schema['x-kubernetes-validations'] ?? []).entries())
      for (const error of formErrors(rule, `${path}[${index}]`, node)) this.forms.push(error);
    if (this.forms.length > before || !place.typed || this.expressions.length > ERRORS) return;
    if (!place.type) {
      const what = 'internal error: failed to construct type information for x-kubernetes-validations rules';
      this.expressions.push(fieldInternalError(path, `${what}: unable to convert structural schema to CEL declarations`));
      return;
    }
    const { type } = place;
    const times = place.cardinality ?? BigInt(Math.floor(REQUEST_BYTES / ((type.minSize ?? 0) + 1)));
    for (const [index, compiled] of compiledOnce(node, type).entries())
      this.expression(compiled, { path: `${path}[${index}]`, times, place });
  }

  private observe(path: string, cost: bigint): void {
    this.total = this.total + cost > UNBOUNDED ? UNBOUNDED : this.total + cost;
    if (cost < BigInt(CRD_COST / 100)) return;
    this.expensive.push({ path, cost });
    this.expensive.sort((a, b) => (a.cost > b.cost ? -1 : a.cost < b.cost ? 1 : 0));
    this.expensive = this.expensive.slice(0, 4);
  }

  private expression(compiled: CompiledRule, { path, times, place }: { path: string; times: bigint; place: Place }): void {
    const { rule, program, error, message, messageError } = compiled;
    const cost = multiplied(program?.estimateCost().max ?? 0n, times);
    const add = (found: FieldError): number => this.expressions.push(found);
    if (cost > BigInt(RULE_COST)) add(fieldForbidden(`${path}.rule`, tooCostly('estimated rule cost', cost, RULE_COST)));
    this.observe(`${path}.rule`, cost);
    if (error !== undefined) add(invalidValue(`${path}.rule`, shown(rule), error));
    if (messageError !== undefined) add(invalidValue(`${path}.messageExpression`, shown(rule), messageError));
    else if (message) {
      const { max } = message.estimateCost();
      if (max > BigInt(RULE_COST))
        add(fieldForbidden(`${path}.messageExpression`, tooCostly('estimated messageExpression cost', max, RULE_COST)));
      this.observe(`${path}.messageExpression`, max);
    }
    this.transition(compiled, path, place);
  }

  private transition({ rule, usesOldSelf }: CompiledRule, path: string, { uncorrelated }: Place): void {
    if (usesOldSelf) {
      if (uncorrelated === undefined) return;
      const text = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`;
      this.expressions.push(invalidValue(`${path}.rule`, rule.rule, text));
    } else if (rule.optionalOldSelf !== undefined && rule.optionalOldSelf !== null) {
      const text = 'may not be set if oldSelf is not used in rule';
      this.expressions.push(invalidValue(`${path}.optionalOldSelf`, rule.optionalOldSelf, text));
    }
  }

  /** The errors of the whole schema's cost. */
  totals(path: string): FieldError[] {
    if (this.total <= BigInt(CRD_COST)) return [];
    const contributed = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
    const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    return [
      ...this.expensive.map((one) => fieldForbidden(one.path, contributed)),
      fieldForbidden(path, tooCostly(what, this.total, CRD_COST)),
    ];
  }
}

/** The compiled rules of schemas that are being written: they are compiled with pauses before they are validated. */
const ahead = new WeakMap<Schema, readonly CompiledRule[]>();

function compiledOnce(node: SchemaNode, type: CelType): readonly CompiledRule[] {
  return ahead.get(node.schema) ?? [...compilation(node, type)].filter((one) => one !== undefined);
}

/** The nodes with rules of their own that are typed, with their types. */
function* ruledNodes(
  node: SchemaNode,
  given: CelType | undefined,
  { scoped, root }: { scoped: boolean; root: boolean },
): Generator<[SchemaNode, CelType]> {
  const ruled = (node.schema['x-kubernetes-validations'] ?? []).length > 0;
  const inScope = scoped || ruled;
  const type = inScope ? (given ?? typeOfNode(node, root || node.embedded)) : undefined;
  if (ruled && type) yield [node, type];
  const below = { scoped: inScope, root: false };
  if (node.additional) yield* ruledNodes(node.additional, typeOfElements(type), below);
  if (node.items) yield* ruledNodes(node.items, typeOfElements(type), below);
  for (const name of node.propertyNames()) {
    const property = node.property(name);
    if (property) yield* ruledNodes(property, type && typeOfProperty(type, name, property), below);
  }
}

/** Whether all rules of a schema together have more characters than are compiled. */
function tooLong(root: SchemaNode): boolean {
  let length = 0;
  const pending = [root];
  for (let node = pending.pop(); node && length <= RULES_LENGTH; node = pending.pop()) {
    for (const { rule, messageExpression } of node.schema['x-kubernetes-validations'] ?? [])
      length += (rule?.length ?? 0) + (messageExpression?.length ?? 0);
    if (node.additional) pending.push(node.additional);
    if (node.items) pending.push(node.items);
    for (const name of node.propertyNames()) {
      const property = node.property(name);
      if (property) pending.push(property);
    }
  }
  return length > RULES_LENGTH;
}

/** Compiles the rules of a schema that is being written, with pauses, and estimates their costs: many rules take long. */
export async function prepareRuleDefinitions(schema: Schema, pause: Pause): Promise<void> {
  const top = new SchemaNode(schema);
  if (tooLong(top)) return;
  for (const [node, type] of ruledNodes(top, undefined, { scoped: false, root: true })) {
    const compiled: CompiledRule[] = [];
    for (const rule of compilation(node, type)) {
      rule?.program?.estimateCost();
      rule?.message?.estimateCost();
      if (rule) compiled.push(rule);
      const pending = pause();
      if (pending) await pending;
    }
    ahead.set(node.schema, compiled);
  }
}

/** Errors of the rules of a schema: their form, expressions and costs. `path`: the field `openAPIV3Schema`. */
export function ruleDefinitionErrors(path: string, schema: Schema): FieldError[] {
  const checker = new DefinitionChecker();
  const root = new SchemaNode(schema);
  if (tooLong(root)) return [fieldForbidden(path, `the rules of a schema may have at most ${RULES_LENGTH} characters together`)];
  checker.check(root, { path, cardinality: 1n, typed: true, inScope: false, root: true });
  return [...checker.forms, ...checker.expressions, ...checker.totals(path)].slice(0, ERRORS);
}
