import { type CelType, escapeField, schemaDeclType } from '#cel';
import type { SchemaNode } from '../schema-node.js';

/** Types of the nodes of a schema for rules; a node below another has the type that it has within that one's. */

const NAME = 'selfType';

/** The type of a node by itself. `resource`: it is that of a whole resource. */
export function typeOfNode(node: SchemaNode, resource: boolean): CelType | undefined {
  return schemaDeclType(node.schema, { name: NAME, resource });
}

/** The type of a property; undefined if rules cannot see it. */
export function typeOfProperty(type: CelType | undefined, name: string, node: SchemaNode): CelType | undefined {
  const escaped = escapeField(name);
  // A name that cannot be written in an expression: its rules see the value alone.
  if (escaped === undefined) return typeOfNode(node, node.embedded);
  return type?.fields?.get(escaped)?.type;
}

/** The type of the items of a list or of the values of a map. */
export function typeOfElements(type: CelType | undefined): CelType | undefined {
  return type?.kind === 'list' || type?.kind === 'map' ? type.params[type.params.length - 1] : undefined;
}
