import { GraphQLEnumType, type GraphQLFieldConfig, GraphQLInt, type GraphQLOutputType, GraphQLString } from 'graphql';
import type { KubeObject } from '#apimachinery';
import type { GraphContext } from './context.js';
import { costs, oneObject } from './cost/points.js';
import { naming } from './edits/edit-fields.js';
import { type Named, placeOf } from './edits/edited.js';
import type { PatchArguments } from './edits/edits.js';
import { badInput } from './errors.js';
import { fieldValidationArgument } from './inputs/write-fields.js';
import { deletion, FIELD_MANAGER, readable, type WrittenObject, type WrittenTypes, written } from './inputs/written.js';
import { type GraphKind, resourceOf } from './kinds.js';
import { withKind } from './loaders.js';
import { answerTo } from './long-work.js';
import { requireKind } from './named-kind.js';
import { required } from './output-types.js';
import { dryRunArgument, withoutNulls } from './queries.js';
import { Int64, Json } from './scalars.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;

const PatchTypeEnum = new GraphQLEnumType({
  name: 'PatchType',
  description: 'The patch type, as in kubectl patch --type.',
  values: {
    STRATEGIC: { value: 'strategic', description: 'Strategic merge: lists are merged by their keys.' },
    MERGE: { value: 'merge', description: 'JSON merge patch (RFC 7386).' },
    JSON: { value: 'json', description: 'JSON patch (RFC 6902).' },
  },
});

const PropagationEnum = new GraphQLEnumType({
  name: 'PropagationPolicy',
  description: 'What happens to the dependents of the object.',
  values: {
    BACKGROUND: { value: 'Background', description: 'They are deleted after it.' },
    FOREGROUND: { value: 'Foreground', description: 'They are deleted before it.' },
    ORPHAN: { value: 'Orphan', description: 'They are kept.' },
  },
});

/** The fields of the Mutation type that write one object of any kind. */
export function mutationFields({ one }: WrittenTypes): Record<string, Field> {
  return {
    patch: patchField(one),
    scale: scaleField(one),
    delete: deleteField(one),
  };
}

function patchField(one: GraphQLOutputType): Field {
  return {
    type: one,
    ...costs(oneObject),
    description: 'Patches one object.',
    args: {
      ...naming,
      patch: { type: required(Json), description: 'An object, or the list of operations of a JSON patch.' },
      type: { type: required(PatchTypeEnum), defaultValue: 'strategic', description: 'How the patch is merged.' },
      subresource: { type: GraphQLString, description: 'status, scale …' },
      fieldManager: { type: GraphQLString, description: `Who writes, for managed fields; default ${FIELD_MANAGER}.` },
      fieldValidation: fieldValidationArgument('Warn'),
      dryRun: dryRunArgument,
    },
    resolve: (_root, given: PatchArguments, context) => answerTo('patch', withoutNulls(given), context),
  };
}

/** What a dry run would make of an object; where custom kinds keep their replicas is not known here. */
function scaled(before: KubeObject, kind: GraphKind, replicas: number): KubeObject {
  if ('own' in kind.source) throw badInput(`dryRun: where a ${kind.info.kind} keeps its replicas is not known: patch it`);
  return { ...before, spec: { ...(before as { spec?: object }).spec, replicas } } as KubeObject;
}

function scaleField(one: GraphQLOutputType): Field {
  return {
    type: one,
    ...costs(oneObject),
    description: 'Sets the number of replicas of a Deployment, ReplicaSet, StatefulSet or ReplicationController.',
    args: {
      ...naming,
      replicas: { type: required(GraphQLInt), description: 'How many there are to be.' },
      dryRun: dryRunArgument,
    },
    async resolve(_root, given: Named & { replicas: number }, { client, kinds }): Promise<WrittenObject> {
      const args = withoutNulls(given);
      const { name, replicas, dryRun = false } = args;
      const kind = requireKind(kinds, args.kind);
      if (!kind.info.subresources.scale) throw badInput(`${kind.info.resource} cannot be scaled`);
      const resource = resourceOf(kind);
      const namespace = placeOf(kind, args);
      const read = async () => withKind(await client.get(resource, name, namespace), resource);
      const before = await read();
      const expected = dryRun ? scaled(before, kind, replicas) : undefined;
      const done = await written(dryRun, async (report) => {
        const query = { dryRun, fieldManager: FIELD_MANAGER, subresource: 'scale', report };
        await client.patch(resource, name, namespace, 'merge', { spec: { replicas } }, query);
        return expected ?? (await read());
      });
      return { ...done, before };
    },
  };
}

interface DeleteArguments extends Named {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  uid?: string;
  resourceVersion?: string;
}

function deleteField(one: GraphQLOutputType): Field {
  return {
    type: one,
    ...costs(oneObject),
    description: 'Deletes one object. `before` is null for a user who may delete it, but not read it.',
    args: {
      ...naming,
      gracePeriodSeconds: { type: Int64, description: 'Seconds that it gets to end; 0: it is gone at once. Default: its own.' },
      propagationPolicy: { type: PropagationEnum, description: 'What happens to its dependents; default: that of its kind.' },
      uid: { type: GraphQLString, description: 'A precondition: it is an error if the object has another one.' },
      resourceVersion: { type: GraphQLString, description: 'A precondition: it is an error if the object was changed since.' },
      dryRun: dryRunArgument,
    },
    async resolve(_root, given: DeleteArguments, { client, kinds }): Promise<WrittenObject> {
      const args = withoutNulls(given);
      const { kind: named, name, namespace: _, dryRun = false, ...options } = args;
      const kind = requireKind(kinds, named);
      const resource = resourceOf(kind);
      const namespace = placeOf(kind, args);
      const before = await readable(client.get(resource, name, namespace));
      const { object, ...done } = await written(dryRun, (report) =>
        client.delete(resource, name, namespace, { ...options, dryRun, report }),
      );
      return deletion(done, { before, object, resource });
    },
  };
}
