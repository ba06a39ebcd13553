import type { apiextensionsv1 } from '#api';
import { getOwn } from '#apimachinery';
import { type Facts, factsOf } from './facts.js';
import { type Occurrences, occurrencesOf } from './occurrences.js';

/** A schema of a CustomResourceDefinition as it is stored. */
export type Schema = apiextensionsv1.JSONSchemaProps;

const NONE: readonly SchemaNode[] = [];

/**
 * One node of a structural schema (apiextensions-apiserver/pkg/apiserver/schema). Nodes below it are made when they are first asked for, so
 * that a large schema costs what the objects use of it.
 */
export class SchemaNode {
  private readonly named = new Map<string, SchemaNode>();
  private itemNode: SchemaNode | undefined;
  private additionalNode: SchemaNode | undefined;
  private known: Facts | undefined;
  private occurring: Occurrences | undefined;
  private branches: { allOf?: readonly SchemaNode[]; anyOf?: readonly SchemaNode[]; oneOf?: readonly SchemaNode[]; not?: SchemaNode } = {};
  readonly type: string;
  readonly format: string;

  constructor(readonly schema: Schema) {
    this.type = schema.type ?? '';
    this.format = schema.format ?? '';
  }

  /** What decides whether a value is valid, worked out once. */
  get facts(): Facts {
    this.known ??= factsOf(this.schema);
    return this.known;
  }

  /** What occurs at the node or below it. */
  get occurs(): Occurrences {
    this.occurring ??= occurrencesOf(this.schema);
    return this.occurring;
  }

  get nullable(): boolean {
    return this.schema.nullable === true;
  }

  /** Undefined if there is none; null is none. */
  get default(): unknown {
    return this.schema.default ?? undefined;
  }

  get preserves(): boolean {
    return this.schema['x-kubernetes-preserve-unknown-fields'] === true;
  }

  get embedded(): boolean {
    return this.schema['x-kubernetes-embedded-resource'] === true;
  }

  get intOrString(): boolean {
    return this.schema['x-kubernetes-int-or-string'] === true;
  }

  /** Whether any fields are described by name. */
  get hasProperties(): boolean {
    const { properties } = this.schema;
    if (properties) for (const _ in properties) return true;
    return false;
  }

  propertyNames(): string[] {
    return Object.keys(this.schema.properties ?? {}).sort();
  }

  property(name: string): SchemaNode | undefined {
    const known = this.named.get(name);
    if (known !== undefined) return known;
    const schema = getOwn(this.schema.properties ?? undefined, name);
    if (schema === undefined) return undefined;
    const node = new SchemaNode(schema);
    this.named.set(name, node);
    return node;
  }

  get items(): SchemaNode | undefined {
    const { items } = this.schema;
    if (!items || Array.isArray(items)) return undefined;
    this.itemNode ??= new SchemaNode(items);
    return this.itemNode;
  }

  /** Whether additionalProperties is specified at all, even as false. */
  get hasAdditional(): boolean {
    return this.schema.additionalProperties !== undefined && this.schema.additionalProperties !== null;
  }

  /** The schema of additionalProperties; undefined if it is a boolean. */
  get additional(): SchemaNode | undefined {
    const { additionalProperties } = this.schema;
    if (typeof additionalProperties !== 'object' || additionalProperties === null) return undefined;
    this.additionalNode ??= new SchemaNode(additionalProperties);
    return this.additionalNode;
  }

  /** The schema of a field, whether it is described by name or not. */
  field(name: string): SchemaNode | undefined {
    return this.property(name) ?? this.additional;
  }

  get allOf(): readonly SchemaNode[] {
    this.branches.allOf ??= nodesOf(this.schema.allOf);
    return this.branches.allOf;
  }

  get anyOf(): readonly SchemaNode[] {
    this.branches.anyOf ??= nodesOf(this.schema.anyOf);
    return this.branches.anyOf;
  }

  get oneOf(): readonly SchemaNode[] {
    this.branches.oneOf ??= nodesOf(this.schema.oneOf);
    return this.branches.oneOf;
  }

  get not(): SchemaNode | undefined {
    const { not } = this.schema;
    if (!not) return undefined;
    this.branches.not ??= new SchemaNode(not);
    return this.branches.not;
  }
}

const nodesOf = (schemas: readonly Schema[] | undefined): readonly SchemaNode[] =>
  schemas?.length ? schemas.map((schema) => new SchemaNode(schema)) : NONE;
