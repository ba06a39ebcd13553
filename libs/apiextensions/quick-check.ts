import { deepEqual } from '#apimachinery';
import { matchesFormat } from './formats/formats.js';
import { BRANCH_VISITS } from './limits.js';
import { keepsNumberRules } from './number-rules.js';
import { matchesPattern } from './pattern.js';
import type { SchemaNode } from './schema-node.js';

/** Whether a text has at least that many characters, or at most. */
function hasLength(text: string, { minLength, maxLength }: { minLength?: number; maxLength?: number }): boolean {
  if (minLength === undefined && maxLength === undefined) return true;
  let count = 0;
  for (const _ of text) count += 1;
  return count >= (minLength ?? 0) && count <= (maxLength ?? count);
}

/** Whether a schema asks anything of the members of an object, or of their number. */
const checksMembers = ({ schema, hasProperties, hasAdditional }: SchemaNode): boolean =>
  hasProperties || hasAdditional || schema.minProperties !== undefined || schema.maxProperties !== undefined;

/**
 * Answers whether a value is valid and nothing else: most are, and then no path, error or count is made. Containers that were found invalid
 * are remembered, so that whoever looks for the errors does not look through them again.
 */
export class QuickCheck {
  private readonly invalid = new WeakSet<object>();
  private depth = 0;
  private visits = 0;

  /** Alternatives multiply: nothing is known about the value. */
  get exhausted(): boolean {
    return this.visits > BRANCH_VISITS;
  }

  /** The same for a value that is not within an alternative. */
  isValid(node: SchemaNode, value: unknown): boolean {
    if (typeof value === 'object' && value !== null && this.depth === 0 && this.invalid.has(value)) return false;
    const valid = this.check(node, value);
    if (!valid && typeof value === 'object' && value !== null && this.depth === 0) this.invalid.add(value);
    return valid;
  }

  private check(node: SchemaNode, value: unknown): boolean {
    const { facts } = node;
    if (this.depth > 0) {
      this.visits += 1;
      if (this.exhausted) return false;
    }
    if (value === null) return (!facts.typed || node.nullable) && !facts.listed;
    if (facts.listed && !this.isListed(node, value)) return false;
    if (facts.branches && !this.branches(node, value)) return false;
    if (typeof value === 'string') return this.text(node, value);
    if (typeof value === 'number') return facts.number && keepsNumberRules(node, value);
    if (typeof value === 'boolean') return facts.boolean;
    if (Array.isArray(value)) return facts.array && this.items(node, value);
    return facts.object && this.members(node, value as Record<string, unknown>);
  }

  private isListed({ schema }: SchemaNode, value: unknown): boolean {
    const { enum: allowed = [] } = schema;
    return typeof value === 'object' ? allowed.some((one) => deepEqual(one, value)) : (allowed as unknown[]).includes(value);
  }

  private text({ facts, schema }: SchemaNode, value: string): boolean {
    if (!facts.string || !hasLength(value, schema)) return false;
    if (schema.pattern && !matchesPattern(schema.pattern, value)) return false;
    return facts.format === '' || !facts.checksFormat || matchesFormat(facts.format, value);
  }

  private items(node: SchemaNode, value: readonly unknown[]): boolean {
    const { items, schema } = node;
    if (schema.minItems !== undefined && value.length < schema.minItems) return false;
    if (schema.maxItems !== undefined && value.length > schema.maxItems) return false;
    if (items === undefined) return true;
    for (let i = 0; i < value.length; i++) if (!this.isValid(items, value[i])) return false;
    return true;
  }

  private members(node: SchemaNode, value: Record<string, unknown>): boolean {
    const { schema, additional } = node;
    let count = 0;
    // Listing the members of a very large object is slow: it is not done where they may be anything.
    if (checksMembers(node))
      for (const name in value) {
        count += 1;
        const below = node.property(name) ?? additional;
        if (below === undefined ? schema.additionalProperties === false : !this.isValid(below, value[name])) return false;
      }
    if (schema.minProperties !== undefined && count < schema.minProperties) return false;
    if (schema.maxProperties !== undefined && count > schema.maxProperties) return false;
    const { required } = schema;
    if (required) for (const name of required) if (!Object.hasOwn(value, name)) return false;
    return true;
  }

  private branches(node: SchemaNode, value: unknown): boolean {
    this.depth += 1;
    const valid = this.keepsBranches(node, value);
    this.depth -= 1;
    return valid;
  }

  private keepsBranches(node: SchemaNode, value: unknown): boolean {
    const { anyOf, oneOf, allOf, not } = node;
    if (anyOf.length > 0 && !anyOf.some((one) => this.check(one, value))) return false;
    if (allOf.length > 0 && !allOf.every((one) => this.check(one, value))) return false;
    if (oneOf.length > 0 && oneOf.filter((one) => this.check(one, value)).length !== 1) return false;
    return not === undefined || !this.check(not, value);
  }
}
