import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  isAbstractType,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  typeFromAST,
} from 'graphql';
import type { GraphContext } from '../context.js';
import { pointsExtension } from '../cost/points.js';

type Definition = GraphQLField<unknown, GraphContext>;

/** A field of the response: its nodes and its definition. */
export interface PlannedField {
  readonly name: string;
  readonly nodes: readonly [FieldNode, ...FieldNode[]];
  readonly definition: Definition;
  /** Whether it reads objects, instead of being a part of one. */
  readonly reads: boolean;
  /** Its arguments; throws if they cannot be coerced. */
  args(): Record<string, unknown>;
  /** The selection for an object of the given type in this field. */
  fieldsOf(type: GraphQLObjectType): readonly PlannedField[];
}

export interface Source {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Whether @skip and @include keep a selection. */
export function isIncluded(node: SelectionNode, variables: Source['variables']): boolean {
  if (!node.directives || node.directives.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false;
}

/** The definition of a field, including the meta fields of every type and of the root. */
export function fieldDefinition(schema: GraphQLSchema, type: GraphQLObjectType, name: string): Definition | undefined {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  if (type === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  return type.getFields()[name];
}

function applies({ schema }: Source, condition: FragmentDefinitionNode['typeCondition'] | undefined, type: GraphQLObjectType): boolean {
  if (!condition) return true;
  const named = typeFromAST(schema, condition);
  return named === type || (isAbstractType(named) && schema.isSubType(named, type));
}

/** The fields that selection sets select of a type, by their names in the response (CollectFields of the specification). */
function collect(source: Source, type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const spread = new Set<string>();
  const add = (set: SelectionSetNode): void => {
    for (const node of set.selections) {
      if (!isIncluded(node, source.variables)) continue;
      if (node.kind === 'Field') {
        const name = node.alias?.value ?? node.name.value;
        const known = fields.get(name);
        if (known) known.push(node);
        else fields.set(name, [node]);
      } else if (node.kind === 'InlineFragment') {
        if (applies(source, node.typeCondition, type)) add(node.selectionSet);
      } else if (!spread.has(node.name.value)) {
        spread.add(node.name.value);
        const fragment = source.fragments[node.name.value];
        if (fragment && applies(source, fragment.typeCondition, type)) add(fragment.selectionSet);
      }
    }
  };
  for (const set of sets) add(set);
  return fields;
}

/** The plan for a type: made once per type, however many objects of it there are. */
export function planFields(source: Source, type: GraphQLObjectType, sets: readonly SelectionSetNode[]): PlannedField[] {
  return [...collect(source, type, sets)].flatMap(([name, nodes]) => {
    const [first, ...more] = nodes;
    const definition = first && fieldDefinition(source.schema, type, first.name.value);
    return first && definition ? [planField(source, name, { nodes: [first, ...more], definition })] : [];
  });
}

function planField(source: Source, name: string, { nodes, definition }: Pick<PlannedField, 'nodes' | 'definition'>): PlannedField {
  const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  const plans = new Map<GraphQLObjectType, readonly PlannedField[]>();
  let args: Record<string, unknown> | undefined;
  return {
    name,
    nodes,
    definition,
    reads: definition.extensions[pointsExtension] !== undefined,
    args: () => {
      args ??= getArgumentValues(definition as GraphQLField<unknown, unknown>, nodes[0], source.variables);
      return args;
    },
    fieldsOf(type) {
      const known = plans.get(type);
      if (known) return known;
      const planned = planFields(source, type, below);
      plans.set(type, planned);
      return planned;
    },
  };
}
