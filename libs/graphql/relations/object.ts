import { Event } from '#api';
import { controllerOf } from '#apimachinery';
import { defineRelation } from './relation.js';

/** The object in the controller owner reference, of any kind. */
export const owner = defineRelation({
  field: 'owner',
  description: 'The object that controls this one (the owner reference with controller: true).',
  list: false,
  async resolve(object, { loaders, kinds }) {
    const reference = controllerOf(object);
    const resource = reference && kinds.resource(reference.apiVersion, reference.kind);
    if (!reference || !resource) return undefined;
    const found = await loaders.get(resource, reference.name, resource.namespaced ? object.metadata.namespace : undefined);
    return found?.metadata.uid === reference.uid ? found : undefined;
  },
});

/** Events whose involvedObject is this object, oldest first. */
export const events = defineRelation({
  field: 'events',
  description: 'The Events about this object, oldest first.',
  to: Event,
  list: true,
  async resolve(object, { loaders }, selectors) {
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
  },
});
