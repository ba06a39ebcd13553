import { GraphQLBoolean, type GraphQLFieldConfig, GraphQLObjectType, GraphQLString } from 'graphql';
import { groupVersionOf } from '#api';
import type { GraphContext } from '../context.js';
import { costs, oneObject, relatedObjects } from '../cost/points.js';
import { badInput } from '../errors.js';
import { limits } from '../limits.js';
import { requireKind } from '../named-kind.js';
import { listOf, required } from '../output-types.js';
import { Json } from '../scalars.js';
import type { Descriptions } from '../shapes/built-in.js';
import { explainDefinition, explainSchema, type FieldExplanation, fieldAt } from './field-explanation.js';

interface Explained extends FieldExplanation {
  kind: string;
  apiVersion: string;
}

const fieldType: GraphQLObjectType = new GraphQLObjectType<Explained, GraphContext>({
  name: 'FieldExplanation',
  description: 'What a field of a kind is, as kubectl explain tells it.',
  fields: () => ({
    kind: { type: required(GraphQLString), description: 'The kind whose field it is: Deployment.' },
    apiVersion: { type: required(GraphQLString), description: 'The group and version of the kind: apps/v1.' },
    path: { type: required(GraphQLString), description: 'deployment.spec.strategy' },
    type: { type: required(GraphQLString), description: 'string, integer, []Container, map[string]string, DeploymentStrategy …' },
    description: { type: GraphQLString, description: 'What the API says of it.' },
    required: { type: required(GraphQLBoolean), description: 'Whether the API refuses objects without it.' },
    enum: { type: listOf(Json), description: 'The values that it may have; empty: any of its type.' },
    default: { type: Json, description: 'What it is if it is not given.' },
    fields: {
      type: listOf(fieldType),
      description: 'The fields in it, or in its elements.',
      ...costs(relatedObjects),
      resolve: ({ kind, apiVersion, fields }) => fields().map((field) => ({ ...field, kind, apiVersion })),
    },
  }),
});

/** The query that explains a field of a kind. */
export const explainFieldOf = (descriptions: Descriptions): GraphQLFieldConfig<unknown, GraphContext> => ({
  type: required(fieldType),
  description: 'What a field is, as kubectl explain: its type, description, fixed values, default, and the fields in it. Custom kinds too.',
  ...costs(oneObject),
  args: {
    field: {
      type: required(GraphQLString),
      description: 'The kind, and the way to the field: deployment.spec.strategy, po.spec.containers.image',
    },
  },
  resolve(_root, { field }: { field: string }, { kinds }) {
    if (field.length > limits.fieldPathLength) throw badInput(`field: at most ${limits.fieldPathLength} characters`);
    const [named = '', ...names] = field.split('.');
    const { info, source } = requireKind(kinds, named);
    const root =
      'own' in source
        ? explainSchema(source.own, info.singular || info.kind.toLowerCase())
        : explainDefinition(source.definition, info.kind.toLowerCase(), descriptions);
    const found = fieldAt(root, names);
    if (typeof found === 'string') throw badInput(found);
    return { ...found, kind: info.kind, apiVersion: groupVersionOf(info.group, info.version) };
  },
});
