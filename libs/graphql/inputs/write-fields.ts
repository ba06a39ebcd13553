import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLOutputType,
  GraphQLString,
} from 'graphql';
import type { Resource } from '#api';
import type { PatchType } from '#client';
import { applyObject } from '../apply.js';
import type { GraphContext } from '../context.js';
import { costs, writtenObjects } from '../cost/points.js';
import { badInput } from '../errors.js';
import { limits } from '../limits.js';
import { dryRunArgument, withoutNulls } from '../queries.js';
import { type FieldValidation, manifestObjects, type WantedObject, wantedObject } from './documents.js';
import type { ObjectInput } from './object-input.js';
import { type Write, writeAtomically, writeEach } from './writing.js';
import type { WrittenObject } from './written.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;

/** The manager of fields that the graph's mutations write. */
export const FIELD_MANAGER = 'orrery-graphql';

const FieldValidationEnum = new GraphQLEnumType({
  name: 'FieldValidation',
  description: 'What becomes of fields that a kind does not have, as kubectl --validate.',
  values: {
    STRICT: { value: 'Strict' satisfies FieldValidation, description: 'The document is refused.' },
    WARN: { value: 'Warn' satisfies FieldValidation, description: 'They are left out, with a warning each.' },
    IGNORE: { value: 'Ignore' satisfies FieldValidation, description: 'They are left out.' },
  },
});

const ATOMIC =
  'All or nothing: each object is admitted and validated on what the ones before it leave (a Namespace may come before what is in it), every error is told, and all are stored at once, with consecutive revisions, or none. What controllers make comes later: no object of a kind that is defined in the same transaction, no bare Pod in its Namespace without a ServiceAccount. With `dryRun` each is tried by itself.';

const writeArguments = ({ type }: ObjectInput): GraphQLFieldConfigArgumentMap => ({
  objects: {
    type: new GraphQLList(new GraphQLNonNull(type)),
    description: 'The objects, typed: [{configMap: {metadata: {name: "a"}, data: {key: "value"}}}].',
  },
  manifest: { type: GraphQLString, description: 'Objects as YAML or JSON; may contain several documents and Lists.' },
  namespace: { type: new GraphQLNonNull(GraphQLString), defaultValue: 'default', description: 'For objects without a namespace.' },
  fieldManager: { type: GraphQLString, description: `Who writes, for managed fields; default ${FIELD_MANAGER}.` },
  fieldValidation: { type: new GraphQLNonNull(FieldValidationEnum), defaultValue: 'Strict' satisfies FieldValidation },
  atomic: {
    type: new GraphQLNonNull(GraphQLBoolean),
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

/** It is not known how the lists of custom kinds are merged: like kubectl, uses a merge patch for them. */
function mergedBy({ kinds }: GraphContext, resource: Resource): PatchType {
  const kind = kinds.ofResource(resource);
  return kind && 'own' in kind.source ? 'merge' : 'strategic';
}

/** What is to be written, in the order in which it was given: the objects, then those of the manifest. */
async function wantedObjects(args: WriteArguments, input: ObjectInput, context: GraphContext): Promise<WantedObject[]> {
  const { objects = [], manifest, namespace, fieldValidation: validation } = args;
  if (manifest === undefined && objects.length === 0) throw badInput('objects or a manifest must be given');
  if (objects.length > limits.manifestObjects) throw badInput(`objects: at most ${limits.manifestObjects}`);
  const wanted: WantedObject[] = [];
  for (const [index, given] of objects.entries()) {
    await context.meter.turn();
    wanted.push(wantedObject({ name: `objects[${index}]`, within: '' }, () => input.objectOf(given), { namespace, validation }, context));
  }
  return manifest === undefined ? wanted : wanted.concat(await manifestObjects(manifest, { namespace, validation }, context));
}

/** Writes objects as the arguments say. What is refused is an error in its place. */
async function writeAll(
  given: WriteArguments,
  { input, context }: { input: ObjectInput; context: GraphContext },
  write: Write,
): Promise<Array<WrittenObject | Error>> {
  const args = withoutNulls(given);
  const { dryRun = false, fieldManager = FIELD_MANAGER, atomic = false } = args;
  const writing = { dryRun, fieldManager, write };
  const wanted = await wantedObjects(args, input, context);
  return atomic ? writeAtomically(wanted, context, writing) : writeEach(wanted, context, { ...writing, client: context.client });
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
  resolve: (_root, args: ApplyArguments, context) =>
    writeAll(args, { input, context }, (client, { resource, object }, query) => {
      const { name, namespace } = object.metadata;
      return args.serverSide
        ? client.patch(resource, name, namespace, 'apply', object, { ...query, force: args.force ?? false })
        : applyObject(client, resource, object, { ...query, patchType: mergedBy(context, resource) });
    }),
});

const createField = (documents: GraphQLOutputType, input: ObjectInput): Field => ({
  type: documents,
  ...costs(writtenObjects),
  description: `Creates objects; it is an error if one exists. ${eachDescription}`,
  args: writeArguments(input),
  resolve: (_root, args: WriteArguments, context) =>
    writeAll(args, { input, context }, (client, { resource, object }, query) => client.create(resource, object, query)),
});

/** The mutations that write any number of objects. `documents`: their answers. */
export const writeFields = (documents: GraphQLOutputType, input: ObjectInput): Record<string, Field> => ({
  create: createField(documents, input),
  apply: applyField(documents, input),
});
