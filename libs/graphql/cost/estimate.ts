import {
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  getArgumentValues,
  getNamedType,
  isAbstractType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { getOwn } from '#apimachinery';
import { fieldDefinition, isIncluded, type Source } from '../execution/plan.js';
import { limits } from '../limits.js';
import { type PointsOf, pointsExtension } from './points.js';

/** The cost of a selection per object. */
interface Measure {
  points: number;
  /** Points of what is there once, however many objects there are. */
  once: number;
  fields: number;
  depth: number;
  /** The maximum depth of introspection in it. */
  introspection: number;
}

const nothing: Measure = { points: 0, once: 0, fields: 0, depth: 0, introspection: 0 };

const tooMuch = (message: string, nodes?: OperationDefinitionNode): GraphQLError =>
  new GraphQLError(message, { nodes, extensions: { code: 'QUERY_TOO_COMPLEX' } });

const introspectionPoints: Readonly<Record<string, number>> = { __schema: limits.schemaPoints, __type: limits.typePoints };

const pointsOf = (definition: { extensions: Readonly<Record<string, unknown>> } | undefined): PointsOf | undefined =>
  definition?.extensions[pointsExtension] as PointsOf | undefined;

/**
 * Measures a valid operation with its variables. Every fragment is measured once, however often it is spread, so measuring is linear in the
 * document.
 */
class Estimate {
  private readonly fragments = new Map<string, Measure>();

  constructor(private readonly source: Source) {}

  set(set: SelectionSetNode, type: GraphQLNamedType | undefined): Measure {
    const sum = { ...nothing };
    for (const node of set.selections) {
      if (!isIncluded(node, this.source.variables)) continue;
      const measure = node.kind === 'Field' ? this.field(node, type) : this.fragment(node, type);
      sum.points += measure.points;
      sum.once += measure.once;
      sum.fields += measure.fields;
      sum.depth = Math.max(sum.depth, measure.depth);
      sum.introspection = Math.max(sum.introspection, measure.introspection);
    }
    return sum;
  }

  private fragment(node: Exclude<SelectionSetNode['selections'][number], FieldNode>, type: GraphQLNamedType | undefined): Measure {
    const { schema, fragments } = this.source;
    if (node.kind === 'InlineFragment') {
      return this.set(node.selectionSet, node.typeCondition ? schema.getType(node.typeCondition.name.value) : type);
    }
    const name = node.name.value;
    const known = this.fragments.get(name);
    if (known) return known;
    const fragment = fragments[name];
    const measure = fragment ? this.set(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value)) : nothing;
    this.fragments.set(name, measure);
    return measure;
  }

  private field(node: FieldNode, type: GraphQLNamedType | undefined): Measure {
    const { schema, variables } = this.source;
    const name = node.name.value;
    const definition = isObjectType(type)
      ? fieldDefinition(schema, type, name)
      : isAbstractType(type) && 'getFields' in type
        ? type.getFields()[name]
        : undefined;
    const points = pointsOf(definition);
    const { own, items, once } =
      points && definition
        ? points(getArgumentValues(definition as GraphQLField<unknown, unknown>, node, variables))
        : { own: 0, items: 1, once: false };
    const below = node.selectionSet && definition ? this.set(node.selectionSet, getNamedType(definition.type)) : nothing;
    const introspects = getOwn(introspectionPoints, name);
    const fields = 1 + below.fields;
    if (introspects !== undefined) return { points: introspects, once: 0, fields, depth: 1, introspection: below.depth };
    const all = own + items * below.points + below.once;
    return {
      ...(once ? { points: 0, once: all } : { points: all, once: 0 }),
      fields,
      depth: 1 + below.depth,
      introspection: below.introspection,
    };
  }
}

/** A number that may be very large. */
const shown = (count: number): string =>
  Number.isFinite(count) ? count.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 0 }) : 'more than can be counted';

/** The message for an operation or a document of too many fields. */
export const tooManyFields = (fields: number, most: number): string =>
  `The query asks for ${shown(fields)} fields, and ${most} is the limit: ask for fewer, or in several requests.`;

/** The estimated cost of an operation in points, before it runs. Throws if the cost, depth or width is above the limit. */
export function estimate(source: Source, operation: OperationDefinitionNode): number {
  const type = source.schema.getRootType(operation.operation) ?? undefined;
  const { points, fields, depth, introspection } = new Estimate(source).set(operation.selectionSet, type);
  if (depth > limits.depth) {
    const message = `The query is nested ${depth} levels deep, and ${limits.depth} is the limit: ask for what lies deeper in a request of its own.`;
    throw tooMuch(message, operation);
  }
  if (introspection > limits.introspectionDepth) {
    const message = `Introspection is nested ${introspection} levels deep, and ${limits.introspectionDepth} is the limit: ask for types by their names.`;
    throw tooMuch(message, operation);
  }
  if (fields > limits.fields) throw tooMuch(tooManyFields(fields, limits.fields), operation);
  if (points > limits.estimate) {
    throw tooMuch(
      `The query may read more than ${limits.estimate} objects (estimated: ${shown(points)}): ask for fewer relations or smaller pages.`,
      operation,
    );
  }
  return points;
}
