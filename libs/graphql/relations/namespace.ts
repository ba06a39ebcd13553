import type { corev1 } from '#api';
import { Namespace, type Resource } from '#api';
import type { KubeObject } from '#apimachinery';
import { builtInKinds, resourceOf } from '../kinds.js';
import { kindsArgument, objectsOfKinds } from './kinds-of-objects.js';
import { defineRelation, type Relation } from './relation.js';

/** `events` of a namespace are those about it, as of every object. */
const EVENTS_INSIDE = 'eventsInside';

/** The objects of a kind in the namespace. */
const inside = (to: Resource, field: string): Relation =>
  defineRelation<corev1.Namespace>({
    on: Namespace,
    field,
    description: `The ${to.kind} objects in this namespace.`,
    to,
    list: true,
    resolve: ({ metadata }, { loaders }, selectors) => loaders.list(to, { namespace: metadata.name, ...selectors }),
  });

/** From a namespace to its objects: a field for each kind, and one for kinds by their names. */
export const namespaceRelations: readonly Relation[] = [
  ...builtInKinds.stored
    .filter(({ info }) => info.namespaced)
    .map((kind) => inside(resourceOf(kind), kind.many === 'events' ? EVENTS_INSIDE : kind.many)),
  defineRelation<corev1.Namespace, { kinds?: readonly string[] }>({
    on: Namespace,
    field: 'objects',
    description: 'The objects in this namespace, one kind after the other.',
    list: true,
    args: kindsArgument,
    resolve: ({ metadata }, context, { kinds }) =>
      objectsOfKinds(kinds, context, async (resource) =>
        resource.namespaced ? context.loaders.list<KubeObject>(resource, { namespace: metadata.name }) : [],
      ),
  }),
];
