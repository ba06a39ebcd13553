import { isJsonObject, setOwn } from '#apimachinery';
import type { Schema } from './schema-node.js';

/** What OpenAPI documents show of a schema (apiextensions-apiserver/pkg/controller/openapi/builder, openapi/v2). */
type Published = Readonly<Record<string, unknown>>;
type Node = Record<string, unknown>;
/** The changed node, from one whose parts have been changed, and the node as it was. */
type Change = (node: Node, original: Node) => Node;

const CONVENTIONS = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';
const API_VERSION = `apiVersion defines the versioned schema of this representation of an object. More info: ${CONVENTIONS}#resources`;
const KIND = `kind is a string value representing the type of this object. In CamelCase. More info: ${CONVENTIONS}#types-kinds`;

const INTEGER_OR_STRING = [{ type: 'integer' }, { type: 'string' }];

/** Changes every node of the structure, from below; parts that stay as they are are shared. */
function changed(schema: Node, change: Change): Node {
  let copy = schema;
  const set = (name: string, value: unknown): void => {
    if (value === copy[name]) return;
    if (copy === schema) copy = { ...schema };
    copy[name] = value;
  };
  if (isJsonObject(schema.properties)) set('properties', changedMembers(schema.properties, change));
  for (const name of ['items', 'additionalProperties']) {
    const below = schema[name];
    if (isJsonObject(below)) set(name, changed(below, change));
  }
  return change(copy, schema);
}

function changedMembers(members: Node, change: Change): Node {
  let copy = members;
  for (const name of Object.keys(members)) {
    const member = members[name];
    const next = isJsonObject(member) ? changed(member, change) : member;
    if (next === member) continue;
    if (copy === members) copy = { ...members };
    setOwn(copy, name, next);
  }
  return copy;
}

const says = (branches: unknown): boolean =>
  Array.isArray(branches) && branches.length === 2 && branches[0]?.type === 'integer' && branches[1]?.type === 'string';

/** Says in words that every reader knows what x-kubernetes-int-or-string says (schema/unfold.go). */
function unfolded(node: Node): Node {
  if (node['x-kubernetes-int-or-string'] !== true) return node;
  const { anyOf, allOf = [] } = node;
  const [first] = allOf as Node[];
  if (says(anyOf) || says(first?.anyOf)) return node;
  if (anyOf === undefined) return { ...node, anyOf: INTEGER_OR_STRING };
  return { ...node, allOf: [{ anyOf: INTEGER_OR_STRING }, ...(allOf as Node[])] };
}

/** The fields of objects inside objects, which schemas need not mention. */
function withMeta(ref: string): (node: Node) => Node {
  return (node) => {
    if (node['x-kubernetes-embedded-resource'] !== true) return node;
    const meta = {
      apiVersion: { type: 'string', description: API_VERSION },
      kind: { type: 'string', description: KIND },
      metadata: { $ref: ref },
    };
    const required = new Set([...((node.required as string[] | undefined) ?? []), 'kind', 'apiVersion']);
    return { ...node, properties: { ...(node.properties as Node | undefined), ...meta }, required: [...required] };
  };
}

/** The schema in OpenAPI v3. */
export function publishedV3(schema: Schema): Published {
  const embed = withMeta('#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
  return changed(schema as Node, (node) => embed(unfolded(node)));
}

const NOT_IN_V2 = ['allOf', 'anyOf', 'oneOf', 'not', 'nullable'];

/** The schema in OpenAPI v2, without what it does not know and what kubectl does not understand; fields may be of any type instead. */
export function publishedV2(schema: Schema): Published {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return { type: 'object' };
  const embed = withMeta('#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
  return changed(schema as Node, (node, original) => {
    const next = reduced(node, original);
    return next['x-kubernetes-preserve-unknown-fields'] === true ? next : embed(next);
  });
}

/** Properties that may be null may be left out too: v2 cannot say so otherwise. */
function requiredOf({ required, properties, additionalProperties }: Node): readonly string[] {
  if (!Array.isArray(required) || (isJsonObject(additionalProperties) && additionalProperties.nullable === true)) return [];
  const isNullable = (name: string): boolean => {
    const property = isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
    return isJsonObject(property) && property.nullable === true;
  };
  return required.filter((name: string) => !isNullable(name));
}

function reduced(node: Node, original: Node): Node {
  const next: Node = { ...node };
  const { nullable } = node;
  const preserves = node['x-kubernetes-preserve-unknown-fields'] === true;
  const required = requiredOf(original);
  if (required.length > 0) next.required = required;
  else delete next.required;
  for (const name of NOT_IN_V2) delete next[name];
  if (nullable || preserves) {
    delete next.items;
    delete next.properties;
  }
  if (nullable || (next.type === 'array' && next.items === undefined) || (preserves && next.type === 'object')) delete next.type;
  return next;
}
