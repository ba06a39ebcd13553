import { GraphQLEnumType, GraphQLObjectType, type GraphQLOutputType, GraphQLString } from 'graphql';
import type { KubeObject } from '#apimachinery';
import { type FieldChange, fieldChanges } from '#history';
import type { GraphContext } from './context.js';
import { fieldChangeType } from './field-change-type.js';
import { nullableListOf, required } from './output-types.js';

const WatchTypeEnum = new GraphQLEnumType({
  name: 'WatchEventType',
  description: 'What has become of an object.',
  values: {
    ADDED: {
      description: 'It is new to the subscriber: it was made, or is there already, or has come to be among those that are selected.',
    },
    MODIFIED: { description: 'It was changed.' },
    DELETED: { description: 'It is gone, or no longer among those that are selected.' },
  },
});

/** An event as subscribers see it. */
export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  resourceVersion: string;
  object: KubeObject;
  /** The object before, where that is known. */
  previous?: KubeObject;
}

/** What made an object of the one before it: subscribers of the same objects share it. */
const known = new WeakMap<KubeObject, { previous: KubeObject; changes: FieldChange[] }>();

/** The fields that an event has changed; undefined if the object before is not known. */
function changesOf({ type, object, previous }: WatchEvent): FieldChange[] | undefined {
  if (type !== 'MODIFIED' || !previous) return undefined;
  const told = known.get(object);
  if (told?.previous === previous) return told.changes;
  const changes = fieldChanges(previous, object);
  known.set(object, { previous, changes });
  return changes;
}

/** The type of events about objects of a type. */
export const watchEventType = (name: string, object: GraphQLOutputType): GraphQLObjectType =>
  new GraphQLObjectType<WatchEvent, GraphContext>({
    name,
    description: 'A change of an object.',
    fields: {
      type: { type: required(WatchTypeEnum), description: 'What has become of the object.' },
      resourceVersion: {
        type: required(GraphQLString),
        description: 'Pass it as resourceVersion to resume after this event.',
      },
      object: { type: required(object), description: 'The object after the change; for a deletion its last state.' },
      changes: {
        type: nullableListOf(fieldChangeType),
        description: 'For MODIFIED: the fields that changed, from what to what. Null if this subscription has not seen the object before.',
        resolve: changesOf,
      },
    },
  });
