import {
  GraphQLEnumType,
  type GraphQLFieldConfig,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLString,
} from 'graphql';
import type { KubeObject } from '#apimachinery';
import type { GraphContext } from './context.js';
import { costs, oneObject } from './cost/points.js';
import { resourceOf } from './kinds.js';
import { withKind } from './loaders.js';
import { requireKind } from './named-kind.js';
import { withoutNulls } from './queries.js';
import { stream } from './stream.js';
import { lengthOf } from './text/length.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;

const WatchTypeEnum = new GraphQLEnumType({ name: 'WatchEventType', values: { ADDED: {}, MODIFIED: {}, DELETED: {} } });

/** An event as subscribers see it. */
interface WatchEvent {
  type: string;
  resourceVersion: string;
  object: KubeObject;
}

const watchEventType = (objectInterface: GraphQLOutputType): GraphQLObjectType =>
  new GraphQLObjectType({
    name: 'WatchEvent',
    description: 'A change of an object.',
    fields: {
      type: { type: new GraphQLNonNull(WatchTypeEnum) },
      resourceVersion: {
        type: new GraphQLNonNull(GraphQLString),
        description: 'Pass it as resourceVersion to resume after this event.',
      },
      object: { type: new GraphQLNonNull(objectInterface), description: 'The object after the change; for a deletion its last state.' },
    },
  });

interface WatchArguments {
  kind: string;
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  resourceVersion?: string;
}

/** The subscription to all changes of a kind's objects. */
export const watchField = (objectInterface: GraphQLOutputType): Field => ({
  type: new GraphQLNonNull(watchEventType(objectInterface)),
  description:
    'Every change of a kind’s objects, in order and without a gap. Without resourceVersion the existing objects come first, as ADDED.',
  args: {
    kind: { type: new GraphQLNonNull(GraphQLString), description: 'As in kubectl: pod, po, deployments.apps.' },
    namespace: { type: GraphQLString },
    labelSelector: { type: GraphQLString },
    fieldSelector: { type: GraphQLString },
    resourceVersion: { type: GraphQLString, description: 'Resume after this revision.' },
  },
  ...costs(oneObject),
  resolve: (event) => event,
  async subscribe(_root, { kind, ...given }: WatchArguments, { client, kinds, meter }) {
    const resource = resourceOf(requireKind(kinds, kind));
    const query = withoutNulls(given);
    const listed = query.resourceVersion ? undefined : await client.list(resource, { ...query, limit: meter.left('scanned') + 1 });
    meter.count('scanned', listed?.items.length ?? 0);
    const eventOf = (type: string, object: KubeObject, resourceVersion = object.metadata.resourceVersion ?? ''): WatchEvent => ({
      type,
      resourceVersion,
      object: withKind(object, resource),
    });
    return stream<WatchEvent>({
      first: listed?.items.map((object) => eventOf('ADDED', object)),
      lengthOf: ({ object }) => lengthOf(object),
      open: ({ push, end }) =>
        client.watch(
          resource,
          { ...query, resourceVersion: listed?.resourceVersion ?? query.resourceVersion },
          { event: ({ type, object, revision }) => push(eventOf(type, object, String(revision))), end },
        ),
    });
  },
});
