import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfig,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLOutputType,
  GraphQLString,
} from 'graphql';
import type { Resource } from '#api';
import type { KubeObject } from '#apimachinery';
import type { PatchType } from '#client';
import { applyObject } from './apply.js';
import type { GraphContext } from './context.js';
import { costs, oneObject, relatedObjects } from './cost/points.js';
import { FIELD_MANAGER, naming, placeOf } from './edits/edit-fields.js';
import { badInput } from './errors.js';
import { type GraphKinds, resourceOf } from './kinds.js';
import { withKind } from './loaders.js';
import { manifestObjects } from './manifest-objects.js';
import { requireKind } from './named-kind.js';
import { dryRunArgument, withoutNulls } from './queries.js';
import { Int64, Json } from './scalars.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;
const fieldManager = FIELD_MANAGER;

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

const manifestArgument = { type: new GraphQLNonNull(GraphQLString), description: 'YAML or JSON; may contain several documents and Lists.' };
const namespaceArgument = {
  type: new GraphQLNonNull(GraphQLString),
  defaultValue: 'default',
  description: 'For objects without a namespace.',
};
interface Named {
  kind: string;
  name: string;
  namespace: string;
  dryRun: boolean;
}

interface ManifestArguments {
  manifest: string;
  namespace: string;
  dryRun?: boolean | null;
}

interface ApplyArguments extends ManifestArguments {
  serverSide?: boolean | null;
  fieldManager?: string | null;
  force?: boolean | null;
}

function resourceFor(kinds: GraphKinds, object: KubeObject): Resource {
  const resource = kinds.resource(object.apiVersion, object.kind);
  if (!resource) throw badInput(`no matches for kind ${JSON.stringify(object.kind)} in version ${JSON.stringify(object.apiVersion)}`);
  return resource;
}

function placed(object: KubeObject, resource: Resource, namespace: string): KubeObject {
  if (!resource.namespaced || object.metadata.namespace) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}

/** It is not known how the lists of custom kinds are merged: like kubectl, uses a merge patch for them. */
function mergedBy({ kinds }: GraphContext, resource: Resource): PatchType {
  const kind = kinds.ofResource(resource);
  return kind && 'own' in kind.source ? 'merge' : 'strategic';
}

/** Sequentially: a namespace must exist before the objects in it are created. */
async function each(
  { manifest, namespace }: { manifest: string; namespace: string },
  context: GraphContext,
  write: (resource: Resource, object: KubeObject) => Promise<KubeObject>,
): Promise<KubeObject[]> {
  const { kinds, meter } = context;
  const parsed = await manifestObjects(manifest, context);
  const objects = parsed.map((object) => ({ object, resource: resourceFor(kinds, object) }));
  const written: KubeObject[] = [];
  for (const { object, resource } of objects) {
    await meter.turn();
    written.push(withKind(await write(resource, placed(object, resource, namespace)), resource));
  }
  return written;
}

/** The fields of the Mutation type. */
export function mutationFields(objectInterface: GraphQLOutputType): Record<string, Field> {
  const many = new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(objectInterface)));
  const one = new GraphQLNonNull(objectInterface);
  return { apply: applyField(many), create: createField(many), patch: patchField(one), scale: scaleField(one), delete: deleteField() };
}

function applyField(many: GraphQLOutputType): Field {
  return {
    type: many,
    ...costs(relatedObjects),
    description: 'Creates or updates the objects of the manifest, as kubectl apply does.',
    args: {
      manifest: manifestArgument,
      namespace: namespaceArgument,
      dryRun: dryRunArgument,
      serverSide: { type: GraphQLBoolean, description: 'Server-side apply: the server merges, and records who owns which field.' },
      fieldManager: { type: GraphQLString, description: `Who applies, for server-side apply; default ${fieldManager}.` },
      force: { type: GraphQLBoolean, description: 'Takes over fields of other managers; only for server-side apply.' },
    },
    resolve: (_root, args: ApplyArguments, context) =>
      each(args, context, (resource, object) => {
        const query = { dryRun: args.dryRun ?? false, fieldManager: args.fieldManager || fieldManager };
        const { name, namespace } = object.metadata;
        return args.serverSide
          ? context.client.patch(resource, name, namespace, 'apply', object, { ...query, force: args.force ?? false })
          : applyObject(context.client, resource, object, { ...query, patchType: mergedBy(context, resource) });
      }),
  };
}

function createField(many: GraphQLOutputType): Field {
  return {
    type: many,
    ...costs(relatedObjects),
    description: 'Creates the objects of the manifest; it is an error if one of them exists.',
    args: { manifest: manifestArgument, namespace: namespaceArgument, dryRun: dryRunArgument },
    resolve: (_root, args: ManifestArguments, context) =>
      each(args, context, (resource, object) => context.client.create(resource, object, { dryRun: args.dryRun ?? false, fieldManager })),
  };
}

function patchField(one: GraphQLOutputType): Field {
  return {
    type: one,
    ...costs(oneObject),
    description: 'Patches one object.',
    args: {
      ...naming,
      patch: { type: new GraphQLNonNull(Json), description: 'An object, or the list of operations of a JSON patch.' },
      type: { type: new GraphQLNonNull(PatchTypeEnum), defaultValue: 'strategic' },
      subresource: { type: GraphQLString, description: 'status, scale …' },
      dryRun: dryRunArgument,
    },
    async resolve(_root, given: Named & { patch: unknown; type: PatchType; subresource?: string }, { client, kinds }) {
      const args = withoutNulls(given);
      const kind = requireKind(kinds, args.kind);
      const query = { dryRun: args.dryRun, fieldManager, subresource: args.subresource };
      const resource = resourceOf(kind);
      return withKind(await client.patch(resource, args.name, placeOf(kind, args), args.type, args.patch, query), resource);
    },
  };
}

function scaleField(one: GraphQLOutputType): Field {
  return {
    type: one,
    ...costs(oneObject),
    description: 'Sets the number of replicas of a Deployment, ReplicaSet, StatefulSet or ReplicationController; returns the object.',
    args: { ...naming, replicas: { type: new GraphQLNonNull(GraphQLInt) }, dryRun: dryRunArgument },
    async resolve(_root, args: Named & { replicas: number }, { client, kinds }) {
      const kind = requireKind(kinds, args.kind);
      if (!kind.info.subresources.scale) throw badInput(`${kind.info.resource} cannot be scaled`);
      const resource = resourceOf(kind);
      const query = { dryRun: args.dryRun, fieldManager, subresource: 'scale' };
      const namespace = placeOf(kind, args);
      await client.patch(resource, args.name, namespace, 'merge', { spec: { replicas: args.replicas } }, query);
      return withKind(await client.get(resource, args.name, namespace), resource);
    },
  };
}

function deleteField(): Field {
  return {
    type: Json,
    ...costs(oneObject),
    description: 'Deletes one object; returns a Status or the terminating object, as the API does.',
    args: {
      ...naming,
      gracePeriodSeconds: { type: Int64 },
      propagationPolicy: { type: PropagationEnum },
      dryRun: dryRunArgument,
    },
    resolve(
      _root,
      args: Named & { gracePeriodSeconds?: number; propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' },
      { client, kinds },
    ) {
      const kind = requireKind(kinds, args.kind);
      const { gracePeriodSeconds, propagationPolicy, dryRun } = withoutNulls(args);
      return client.delete(resourceOf(kind), args.name, placeOf(kind, args), { gracePeriodSeconds, propagationPolicy, dryRun });
    },
  };
}
