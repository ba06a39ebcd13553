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
import type { WrittenObject, WrittenTypes } from '../inputs/written.js';
import { answerTo } from '../long-work.js';
import { listOf, required } from '../output-types.js';
import { dryRunArgument, withoutNulls } from '../queries.js';
import { controlledBy } from '../relations/owned.js';
import { StringMap } from '../scalars.js';
import { edited, type Named } from './edited.js';
import { type ImageArguments, ofNode, type TaintArguments, type TextArguments } from './edits.js';
import { type Edit, EditRefused, editPaused, editRestart, editSchedulable } from './patch.js';
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
    label: editField<TextArguments>(one, { description: 'Sets and removes labels.', args: textArguments }, (args, context) =>
      answerTo('label', args, context),
    ),
    annotate: editField<TextArguments>(one, { description: 'Sets and removes annotations.', args: textArguments }, (args, context) =>
      answerTo('annotate', args, context),
    ),
    setImage: editField<ImageArguments>(
      one,
      {
        description: 'Sets images of containers of a pod or of a workload’s pods.',
        args: { ...naming, images: { type: listOf(ContainerImage), description: 'One for each container that gets another one.' } },
      },
      (args, context) => answerTo('setImage', args, context),
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
    taint: editField<TaintArguments>(
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
      (args, context) => answerTo('taint', args, context),
    ),
  };
}
