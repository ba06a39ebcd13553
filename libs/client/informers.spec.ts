import { describe, expect, test } from '@jest/globals';
import { Pod, type ResourceInfo } from '#api';
import type { KubeObject } from '#apimachinery';
import type { Client, WatchHandler } from './client.js';
import type { InformerChange } from './informer.js';
import { createInformers } from './informers.js';

const pod = (name: string, revision: number, owner?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'ns',
    uid: `uid-${name}`,
    resourceVersion: String(revision),
    ...(owner ? { ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: owner, controller: true }] } : {}),
  },
});

/** A cluster with one resource, kept in an array: it answers list and watch as a server would. */
function scripted(objects: KubeObject[]) {
  const state = {
    objects,
    revision: 10,
    handler: undefined as WatchHandler<KubeObject> | undefined,
    lists: 0,
    served: [] as ResourceInfo[],
  };
  const client = {
    resources: async () => state.served,
    list: async () => {
      state.lists++;
      return { items: [...state.objects], resourceVersion: String(state.revision) };
    },
    watch: async (_resource: unknown, _query: unknown, handler: WatchHandler<KubeObject>) => {
      state.handler = handler;
      return () => handler.end();
    },
  } as unknown as Client;
  return { state, client };
}

const brief = (change: InformerChange<KubeObject>) =>
  `${change.deleted ? '-' : change.old ? '~' : '+'}${change.object.metadata.name}@${change.revision}`;

describe('informers', () => {
  test('are filled by synced and follow the watch', async () => {
    const { state, client } = scripted([pod('a', 3, 'o1')]);
    const informers = createInformers(client);
    const seen: string[] = [];
    const informer = informers.of(Pod as never);
    informer.on((change) => seen.push(brief(change)));
    await informers.synced();
    state.handler?.event({ type: 'ADDED', object: pod('b', 11, 'o1'), revision: 11 });
    state.handler?.event({ type: 'MODIFIED', object: pod('a', 12), revision: 12 });
    state.handler?.event({ type: 'DELETED', object: pod('b', 13, 'o1'), revision: 13 });
    expect(seen).toEqual(['+a@3', '+b@11', '~a@12', '-b@13']);
    expect(informer.list()).toEqual([pod('a', 12)]);
    expect(informer.list('ns')).toEqual([pod('a', 12)]);
    expect(informer.list('other')).toEqual([]);
    expect(informer.controlledBy('o1')).toEqual([]);
    expect(informer.byUid('uid-a')).toEqual(pod('a', 12));
    expect(informer.byUid('uid-b')).toBeUndefined();
    expect(informers.of(Pod as never)).toBe(informer);
  });

  test('a handler that is added later gets the existing objects; an index that is added later contains them', async () => {
    const { client } = scripted([pod('a', 3, 'o1'), pod('b', 4, 'o2')]);
    const informers = createInformers(client);
    const informer = informers.of(Pod as never) as ReturnType<typeof informers.of<KubeObject>>;
    await informers.synced();
    const seen: string[] = [];
    informer.on((change) => seen.push(brief(change)));
    informer.addIndex('initial', (object) => [object.metadata.name.slice(0, 1)]);
    expect(seen).toEqual(['+a@3', '+b@4']);
    expect(informer.byIndex('initial', 'b')).toEqual([pod('b', 4, 'o2')]);
    expect(informer.controlledBy('o1')).toEqual([pod('a', 3, 'o1')]);
  });

  test('after a broken watch the next synced lists again and delivers only the differences', async () => {
    const { state, client } = scripted([pod('a', 3), pod('b', 4), pod('c', 5)]);
    const informers = createInformers(client);
    const seen: string[] = [];
    informers.of(Pod as never).on((change) => seen.push(brief(change)));
    await informers.synced();
    seen.length = 0;
    state.handler?.end(new Error('gone'));
    state.objects = [pod('a', 3), pod('c', 21), pod('d', 22)];
    state.revision = 30;
    await informers.synced();
    await informers.synced();
    expect(seen).toEqual(['-b@30', '~c@21', '+d@22']);
    expect(state.lists).toBe(2);
  });
});

describe('served resources', () => {
  const info = (resource: string, more: Partial<ResourceInfo> = {}): ResourceInfo => ({
    group: 'example.com',
    version: 'v1',
    resource,
    singular: '',
    kind: resource,
    namespaced: true,
    verbs: [],
    subresources: {},
    ...more,
  });

  test('are reported when they are added and removed, and the informer of a removed one ends', async () => {
    const { state, client } = scripted([pod('a', 3)]);
    const informers = createInformers(client);
    const told: string[] = [];
    const seen: string[] = [];
    informers.onServed({
      added(resource) {
        told.push(`+${resource.resource}`);
        informers.of<KubeObject>(resource).on((change) => seen.push(brief(change)));
      },
      removed: (resource) => told.push(`-${resource.resource}`),
    });
    state.served = [info('as')];
    await informers.synced();
    expect([told, seen]).toEqual([['+as'], ['+a@3']]);
    const former = informers.of<KubeObject>(info('as'));
    const { handler } = state;
    state.served = [info('bs')];
    await informers.synced();
    expect(told).toEqual(['+as', '-as', '+bs']);
    handler?.event({ type: 'ADDED', object: pod('b', 11), revision: 11 });
    expect(former.list()).toEqual([pod('a', 3)]);
    expect(informers.of<KubeObject>(info('as'))).not.toBe(former);
    expect(informers.served()).toBe(state.served);
  });

  test('a resource whose scope or kind changes is a different one; a listener that is added later gets the existing ones', async () => {
    const { state, client } = scripted([]);
    const informers = createInformers(client);
    state.served = [info('as')];
    await informers.synced();
    const told: string[] = [];
    informers.onServed({
      added: ({ resource, namespaced }) => told.push(`+${resource} ${namespaced}`),
      removed: ({ resource, namespaced }) => told.push(`-${resource} ${namespaced}`),
    });
    state.served = [info('as', { namespaced: false })];
    await informers.synced();
    state.served = [info('as', { namespaced: false, verbs: ['get'] })];
    await informers.synced();
    expect(told).toEqual(['+as true', '-as true', '+as false']);
  });
});
