import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  type GraphQLOutputType,
  GraphQLString,
} from 'graphql';
import { type appsv1, ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet } from '#api';
import { formatTime, type KubeObject } from '#apimachinery';
import type { GraphContext } from '../context.js';
import { costs, oneObject } from '../cost/points.js';
import { badInput } from '../errors.js';
import { FIELD_MANAGER } from '../inputs/write-fields.js';
import { type WrittenObject, type WrittenTypes, written } from '../inputs/written.js';
import { type GraphKind, resourceOf } from '../kinds.js';
import { withKind } from '../loaders.js';
import { requireKind } from '../named-kind.js';
import { listOf, required } from '../output-types.js';
import { checkNames, dryRunArgument, withoutNulls } from '../queries.js';
import { controlledBy } from '../relations/owned.js';
import { StringMap } from '../scalars.js';
import {
  type Edit,
  EditRefused,
  editImages,
  editPaused,
  editRestart,
  editSchedulable,
  editTaints,
  editTexts,
  type WantedTaint,
} from './patch.js';
import { undoDeployment, undoRevision } from './undo.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;
type Fields = Record<string, Field>;

const text = required(GraphQLString);
const flag = (description: string) => ({ type: required(GraphQLBoolean), defaultValue: false, description });

/** What names an object of any kind. */
export const naming = {
  kind: { type: text, description: 'As in kubectl: pod, po, deployments.apps.' },
  name: { type: text, description: 'The object.' },
  namespace: { type: text, defaultValue: 'default', description: 'Its namespace; of no account for kinds that are in none.' },
};

interface Named {
  kind: string;
  name: string;
  namespace: string;
  dryRun?: boolean | null;
}

/** The namespace of an object of a kind. */
export function placeOf(kind: GraphKind, args: Pick<Named, 'name' | 'namespace'>): string | undefined {
  checkNames(args);
  return kind.info.namespaced ? args.namespace : undefined;
}

/** Reads the object, and patches it as the edit says; undefined: there is nothing to change. */
async function edited<T extends KubeObject>(
  args: Named,
  { client, kinds }: GraphContext,
  edit: (object: T) => Edit | undefined | Promise<Edit | undefined>,
): Promise<WrittenObject> {
  const kind = requireKind(kinds, args.kind);
  const resource = resourceOf(kind);
  const namespace = placeOf(kind, args);
  const object = withKind(await client.get(resource, args.name, namespace), resource);
  const made = await allowed(() => edit(object as T));
  const dryRun = args.dryRun ?? false;
  if (!made) return { object, before: object, warnings: [], dryRun };
  return written(dryRun, async (report) => {
    const query = { dryRun, fieldManager: FIELD_MANAGER, report };
    return withKind(await client.patch(resource, args.name, namespace, made.type, made.patch, query), resource);
  });
}

/** An edit that is refused is the client's error. */
async function allowed<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof EditRefused ? badInput(error.message) : error;
  }
}

const ContainerImage = new GraphQLInputObjectType({
  name: 'WantedImage',
  description: 'An image for a container.',
  fields: {
    container: { type: text, description: 'Its name; *: all.' },
    image: { type: text, description: 'What it is to run: nginx:1.27.' },
  },
});

const TaintInput = new GraphQLInputObjectType({
  name: 'WantedTaint',
  description: 'A taint that a Node is to have.',
  fields: {
    key: { type: text, description: 'The first part of its name: dedicated, example.com/gpu.' },
    value: { type: GraphQLString, description: 'What may stand behind the key.' },
    effect: { type: text, description: 'NoSchedule, PreferNoSchedule or NoExecute.' },
  },
});

const TaintName = new GraphQLInputObjectType({
  name: 'UnwantedTaint',
  description: 'A taint that a Node is to lose.',
  fields: {
    key: { type: text, description: 'Which one: dedicated.' },
    effect: { type: GraphQLString, description: 'Default: all effects.' },
  },
});

const nodeNaming: GraphQLFieldConfigArgumentMap = { node: { type: text, description: 'The name of the Node.' } };
const ofNode = (node: string): Omit<Named, 'dryRun'> => ({ kind: 'nodes', name: node, namespace: '' });

/** A mutation that edits one object. */
function editField<A extends object>(
  type: GraphQLOutputType,
  { description, args }: { description: string; args: GraphQLFieldConfigArgumentMap },
  edit: (args: A, context: GraphContext) => Promise<WrittenObject>,
): Field {
  return {
    type,
    description,
    ...costs(oneObject),
    args: { ...args, dryRun: dryRunArgument },
    resolve: (_root, given, context) => edit(withoutNulls(given as A), context),
  };
}

const textArguments = {
  ...naming,
  set: { type: required(StringMap), description: 'Keys with their values.' },
  remove: { type: new GraphQLList(text), description: 'Keys to remove.' },
  overwrite: flag('Whether keys that have another value get a new one.'),
};

interface TextArguments extends Named {
  set: Record<string, string>;
  remove?: string[];
  overwrite: boolean;
}

const textsField = (type: GraphQLOutputType, of: 'labels' | 'annotations', description: string): Field =>
  editField<TextArguments>(type, { description, args: textArguments }, (args, context) => {
    const { set, remove = [], overwrite } = args;
    const wanted = { ...set, ...Object.fromEntries(remove.map((key) => [key, null])) };
    return edited(args, context, (object) => editTexts(object, of, { set: wanted, overwrite }));
  });

/** Rolls back a workload of one of three kinds. */
async function undone(object: KubeObject, to: number, context: GraphContext): Promise<Edit | undefined> {
  const revisions = () => controlledBy<appsv1.ControllerRevision>(object, ControllerRevision, context);
  switch (object.kind) {
    case Deployment.kind:
      return undoDeployment(object as appsv1.Deployment, await controlledBy<appsv1.ReplicaSet>(object, ReplicaSet, context), to);
    case DaemonSet.kind:
    case StatefulSet.kind:
      return undoRevision(await revisions(), to);
    default:
      throw new EditRefused(`no rollbacker has been implemented for ${JSON.stringify(object.kind)}`);
  }
}

/** Mutations that edit one object, as kubectl's commands of these names do. */
export function editFields({ one, node }: WrittenTypes): Fields {
  return {
    label: textsField(one, 'labels', 'Sets and removes labels.'),
    annotate: textsField(one, 'annotations', 'Sets and removes annotations.'),
    setImage: editField<Named & { images: Array<{ container: string; image: string }> }>(
      one,
      {
        description: 'Sets images of containers of a pod or of a workload’s pods.',
        args: { ...naming, images: { type: listOf(ContainerImage), description: 'One for each container that gets another one.' } },
      },
      (args, context) => edited(args, context, (object) => editImages(object, args.images)),
    ),
    restart: editField<Named>(
      one,
      { description: 'Replaces all pods of a Deployment, DaemonSet or StatefulSet, as its strategy says.', args: naming },
      (args, context) => edited(args, context, (object) => editRestart(object, formatTime(context.now()))),
    ),
    pause: editField<Named>(one, { description: 'Pauses the roll-out of a Deployment.', args: naming }, (args, context) =>
      edited(args, context, (object) => editPaused(object, true)),
    ),
    resume: editField<Named>(one, { description: 'Resumes the roll-out of a Deployment.', args: naming }, (args, context) =>
      edited(args, context, (object) => editPaused(object, false)),
    ),
    undo: editField<Named & { toRevision: number }>(
      one,
      {
        description: 'Rolls a Deployment, DaemonSet or StatefulSet back.',
        args: { ...naming, toRevision: { type: required(GraphQLInt), defaultValue: 0, description: 'Default: the one before.' } },
      },
      (args, context) => edited(args, context, (object) => undone(object, args.toRevision, context)),
    ),
    cordon: editField<{ node: string }>(node, { description: 'Lets no new pods on a Node.', args: nodeNaming }, (args, context) =>
      edited({ ...args, ...ofNode(args.node) }, context, () => editSchedulable(false)),
    ),
    uncordon: editField<{ node: string }>(node, { description: 'Lets pods on a Node again.', args: nodeNaming }, (args, context) =>
      edited({ ...args, ...ofNode(args.node) }, context, () => editSchedulable(true)),
    ),
    taint: editField<{ node: string; add: WantedTaint[]; remove: Array<{ key: string; effect?: string }>; overwrite: boolean }>(
      node,
      {
        description: 'Adds and removes taints of a Node.',
        args: {
          ...nodeNaming,
          add: { type: listOf(TaintInput), defaultValue: [], description: 'Those that it is to have.' },
          remove: { type: listOf(TaintName), defaultValue: [], description: 'Those that it is to lose.' },
          overwrite: flag('Whether a taint of the same key and effect gets a new value.'),
        },
      },
      (args, context) => edited({ ...args, ...ofNode(args.node) }, context, (object) => editTaints(object, args)),
    ),
  };
}
