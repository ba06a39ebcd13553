import { type GraphQLFieldConfig, GraphQLInt, type GraphQLInterfaceType, type GraphQLObjectType } from 'graphql';
import type { KubeObject } from '#apimachinery';
import { checkLimit } from '../check-limit.js';
import type { GraphContext } from '../context.js';
import { costs, oneObject, relatedObjects, wholeRelation } from '../cost/points.js';
import { PartialList } from '../execution/partial-list.js';
import { Aggregate } from '../filters/aggregate-fields.js';
import { questionArguments, whereArgument } from '../filters/arguments.js';
import type { Subject } from '../filters/field-path.js';
import type { FilterTypes } from '../filters/input-types.js';
import { filtered, type Question, selectionOf, sorted } from '../filters/selection.js';
import { nullableListOf } from '../output-types.js';
import { selectors, withoutNulls } from '../queries.js';
import type { Relation, Selectors, ToMany, ToOne } from './relation.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;
/** What a relation leads to. */
export interface Target {
  readonly type: GraphQLInterfaceType | GraphQLObjectType;
  readonly subject: Subject;
}

type Arguments = Selectors & Question & { limit?: number };

function toOne({ description, resolve }: ToOne, { type }: Target): Field {
  return {
    type,
    description,
    ...costs(oneObject),
    resolve: (object, _args, context) => resolve(object as KubeObject, context.of(object as KubeObject)),
  };
}

interface Related {
  objects: readonly KubeObject[];
  /** Of kinds that could not be read. */
  errors: readonly Error[];
}

/** What a relation leads to from one object, as the arguments of its field select it; with `orderBy` no more than `limit`. */
async function related(
  { field, resolve }: ToMany,
  { struct }: Subject,
  object: KubeObject,
  args: Arguments,
  operation: GraphContext,
): Promise<Related> {
  const context = operation.of(object);
  const { limit, where: _where, orderBy: _orderBy, ...selected } = withoutNulls(args);
  const { holds, order } = selectionOf(struct, args, context);
  const { objects, errors } = await context.loaders.related(object, JSON.stringify([field, selected]), async () =>
    parted(await resolve(object, context, selected)),
  );
  if (!holds && !order) return { objects, errors };
  return context.loaders.related(object, args, async () => {
    context.meter.count('scanned', objects.length);
    const matching = await filtered(objects, holds, context);
    const sortedOnes = order ? await sorted(matching, { order, ...(limit === undefined ? {} : { most: limit }) }, context) : matching;
    return { objects: sortedOnes, errors };
  });
}

const isError = (one: KubeObject | Error): one is Error => one instanceof Error;
const isObject = (one: KubeObject | Error): one is KubeObject => !isError(one);

/** Objects apart from errors. */
function parted(found: ReadonlyArray<KubeObject | Error>): Related {
  return found.every(isObject) ? { objects: found, errors: [] } : { objects: found.filter(isObject), errors: found.filter(isError) };
}

function toMany(relation: ToMany, { type, subject }: Target, filters: FilterTypes): Field {
  return {
    // Null where it is refused: the rest of the object is answered.
    type: nullableListOf(type),
    description: relation.description,
    ...costs(relatedObjects),
    args: {
      limit: { type: GraphQLInt, description: 'The maximum number; default all.' },
      ...(relation.to && selectors),
      ...questionArguments(filters, subject.struct),
      ...relation.args,
    },
    async resolve(object, args: Arguments, context) {
      const { limit } = withoutNulls(args);
      checkLimit(limit);
      const { objects, errors } = await related(relation, subject, object as KubeObject, args, context);
      const found = limit === undefined ? objects : objects.slice(0, limit);
      return errors.length > 0 ? new PartialList(found, errors) : found;
    },
  };
}

function aggregate(relation: ToMany, { subject }: Target, filters: FilterTypes): Field {
  return {
    // Null where it is refused, as the relation.
    type: Aggregate,
    description: `\`${relation.field}\` together.`,
    ...costs(wholeRelation),
    args: { ...selectors, ...whereArgument(filters, subject.struct), ...relation.args },
    async resolve(object, args: Arguments, context) {
      const { objects } = await related(relation, subject, object as KubeObject, args, context);
      return { subject, objects };
    },
  };
}

/** The fields of a relation, by their names: one that leads along it, and for a relation of one kind to many of another their aggregate. */
export function relationFields(relation: Relation, target: Target, filters: FilterTypes): Record<string, Field> {
  if (!relation.list) return { [relation.field]: toOne(relation, target) };
  const many = { [relation.field]: toMany(relation, target, filters) };
  return relation.on && relation.to ? { ...many, [`${relation.field}Aggregate`]: aggregate(relation, target, filters) } : many;
}
