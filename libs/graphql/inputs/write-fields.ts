import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLOutputType,
  GraphQLString,
} from 'graphql';
import type { GraphContext } from '../context.js';
import { costs, writtenObjects } from '../cost/points.js';
import { badInput } from '../errors.js';
import { answerTo } from '../long-work.js';
import { nullableListOf, required } from '../output-types.js';
import { dryRunArgument, withoutNulls } from '../queries.js';
import type { FieldValidation } from './documents.js';
import type { ObjectInput } from './object-input.js';
import type { WriteRequest } from './write-request.js';
import type { Result } from './writing.js';
import { FIELD_MANAGER } from './written.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;

const FieldValidationEnum = new GraphQLEnumType({
  name: 'FieldValidation',
  description: 'What becomes of fields that a kind does not have, as kubectl --validate.',
  values: {
    STRICT: { value: 'Strict' satisfies FieldValidation, description: 'The document is refused.' },
    WARN: { value: 'Warn' satisfies FieldValidation, description: 'They are left out, with a warning each.' },
    IGNORE: { value: 'Ignore' satisfies FieldValidation, description: 'They are left out.' },
  },
});

/** The argument that says what is done with unknown fields. */
export const fieldValidationArgument = (defaultValue: FieldValidation) => ({
  type: required(FieldValidationEnum),
  defaultValue,
  description: 'What is done with fields that the API does not know, or that are there twice.',
});

const ATOMIC =
  'All or nothing: each object is admitted and validated on what the ones before it leave (a Namespace may come before what is in it), every error is told, and all are stored at once, with consecutive revisions, or none. What controllers make comes later: a kind is served after the request that defines it, no bare Pod in its Namespace without a ServiceAccount. With `dryRun` they are tried as one transaction, too, and none is stored.';

const writeArguments = ({ type }: ObjectInput): GraphQLFieldConfigArgumentMap => ({
  objects: {
    type: nullableListOf(type),
    description: 'The objects, typed: [{configMap: {metadata: {name: "a"}, data: {key: "value"}}}].',
  },
  manifest: { type: GraphQLString, description: 'Objects as YAML or JSON; may contain several documents and Lists.' },
  namespace: { type: required(GraphQLString), defaultValue: 'default', description: 'For objects without a namespace.' },
  fieldManager: { type: GraphQLString, description: `Who writes, for managed fields; default ${FIELD_MANAGER}.` },
  fieldValidation: fieldValidationArgument('Strict'),
  atomic: {
    type: required(GraphQLBoolean),
    defaultValue: false,
    description: ATOMIC,
  },
  dryRun: dryRunArgument,
});

interface WriteArguments {
  objects?: ReadonlyArray<Readonly<Record<string, unknown>>>;
  manifest?: string;
  namespace: string;
  fieldManager?: string;
  fieldValidation: FieldValidation;
  atomic?: boolean;
  dryRun?: boolean;
}

interface ApplyArguments extends WriteArguments {
  serverSide?: boolean;
  force?: boolean;
}

interface Graph {
  input: ObjectInput;
  context: GraphContext;
}

/** Writes objects as the arguments say. What is refused is an error in its place. */
async function written(verb: WriteRequest['verb'], given: ApplyArguments, { input, context }: Graph): Promise<Result[]> {
  const { objects: inputs = [], fieldManager = FIELD_MANAGER, ...args } = withoutNulls(given);
  if (args.force && !args.serverSide) throw badInput('force: needs serverSide, too');
  const options = { atomic: false, dryRun: false, serverSide: false, force: false };
  const objects: unknown[] = [];
  for (const one of inputs) {
    await context.meter.turn();
    objects.push(input.valueOf(one));
  }
  return answerTo('write', { ...options, ...args, verb, fieldManager, objects }, context);
}

const eachDescription =
  'One by one, in their order, or with `atomic` all or nothing. For each the answer has what became of it, or null and an error with `document`, `line` and `fields`.';

const applyField = (documents: GraphQLOutputType, input: ObjectInput): Field => ({
  type: documents,
  ...costs(writtenObjects),
  description: `Creates or updates objects, as kubectl apply does. ${eachDescription}`,
  args: {
    ...writeArguments(input),
    serverSide: { type: GraphQLBoolean, description: 'Server-side apply: the server merges, and records who owns which field.' },
    force: { type: GraphQLBoolean, description: 'Takes over fields of other managers; only for server-side apply.' },
  },
  resolve: (_root, args: ApplyArguments, context) => written('apply', args, { input, context }),
});

const createField = (documents: GraphQLOutputType, input: ObjectInput): Field => ({
  type: documents,
  ...costs(writtenObjects),
  description: `Creates objects; it is an error if one exists. ${eachDescription}`,
  args: writeArguments(input),
  resolve: (_root, args: WriteArguments, context) => written('create', args, { input, context }),
});

/** The mutations that write any number of objects. `documents`: their answers. */
export const writeFields = (documents: GraphQLOutputType, input: ObjectInput): Record<string, Field> => ({
  create: createField(documents, input),
  apply: applyField(documents, input),
});
