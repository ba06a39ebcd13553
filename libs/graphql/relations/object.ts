import type { corev1 } from '#api';
import { Event } from '#api';
import { controllerOf, type KubeObject } from '#apimachinery';
import type { GraphContext } from '../context.js';
import { kindsArgument, objectsOfKinds } from './kinds-of-objects.js';
import { defineRelation, type Relation, type Selectors } from './relation.js';

type Reference = Pick<NonNullable<KubeObject['metadata']['ownerReferences']>[number], 'apiVersion' | 'kind' | 'name' | 'uid'>;

/** The object that an owner reference names; undefined if it is gone. */
async function referredTo({ metadata }: KubeObject, { apiVersion, kind, name, uid }: Reference, { loaders, kinds }: GraphContext) {
  const resource = kinds.resource(apiVersion, kind);
  const found = resource && (await loaders.get(resource, name, resource.namespaced ? metadata.namespace : undefined));
  return found?.metadata.uid === uid ? found : undefined;
}

async function controllerObject(object: KubeObject, context: GraphContext): Promise<KubeObject | undefined> {
  const reference = controllerOf(object);
  return reference && referredTo(object, reference, context);
}

/** The Events about an object, oldest first. */
export async function eventsOf(object: KubeObject, { loaders }: GraphContext, selectors: Selectors = {}): Promise<corev1.Event[]> {
  const groups = await loaders.grouped(
    Event,
    { namespace: object.metadata.namespace ?? 'default', ...selectors },
    {
      name: 'involved',
      keys: ({ involvedObject: { uid, kind, name } }) => [uid ?? `${kind}/${name}`],
    },
  );
  // Events about nodes carry the node's name as uid.
  const keys = [object.metadata.uid ?? '', object.metadata.name, `${object.kind}/${object.metadata.name}`];
  const found = [...new Set(keys.flatMap((key) => groups.get(key) ?? []))].filter((event) => event.involvedObject.kind === object.kind);
  return found.sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion));
}

/** The longest chain that is followed: owner references may form a circle. */
const LONGEST_CHAIN = 20;

/** From any object to its owners, what it owns, and its events. */
export const objectRelations: readonly Relation[] = [
  defineRelation({
    field: 'owner',
    description: 'The object that controls this one (the owner reference with controller: true).',
    list: false,
    resolve: controllerObject,
  }),
  defineRelation({
    field: 'ownerChain',
    description: 'The object that controls this one, the one that controls that, and so on to the top.',
    list: true,
    async resolve(object, context) {
      const chain: KubeObject[] = [];
      for (let at = await controllerObject(object, context); at && chain.length < LONGEST_CHAIN; at = await controllerObject(at, context)) {
        chain.push(at);
      }
      return chain;
    },
  }),
  defineRelation({
    field: 'owners',
    description: 'All objects in the owner references of this one, in their order.',
    list: true,
    async resolve(object, context) {
      const owners = (object.metadata.ownerReferences ?? []).map((reference) => referredTo(object, reference, context));
      return (await Promise.all(owners)).filter((owner) => owner !== undefined);
    },
  }),
  defineRelation<KubeObject, { kinds?: readonly string[] }>({
    field: 'owned',
    description: 'The objects with an owner reference to this one: they are deleted with it. One kind after the other.',
    list: true,
    args: kindsArgument,
    resolve(object, context, { kinds }) {
      const { namespace, uid = '' } = object.metadata;
      return objectsOfKinds(kinds, context, async (resource) => {
        if (namespace !== undefined && !resource.namespaced) return [];
        const groups = await context.loaders.grouped(
          resource,
          { namespace },
          { name: 'owners', keys: ({ metadata }) => (metadata.ownerReferences ?? []).map((reference) => reference.uid) },
        );
        return groups.get(uid) ?? [];
      });
    },
  }),
  defineRelation({
    field: 'events',
    description: 'The Events about this object, oldest first.',
    to: Event,
    list: true,
    resolve: eventsOf,
  }),
  defineRelation<corev1.Event>({
    on: Event,
    field: 'about',
    description: 'The object this Event is about; null if it is gone.',
    list: false,
    async resolve({ involvedObject }, { loaders, kinds }) {
      const { apiVersion = 'v1', kind = '', name = '', namespace } = involvedObject;
      const resource = kinds.resource(apiVersion, kind);
      return resource && name ? loaders.get(resource, name, resource.namespaced ? namespace : undefined) : undefined;
    },
  }),
];
