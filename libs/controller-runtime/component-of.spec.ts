import { describe, expect, it } from '@jest/globals';
import { ConfigMap, type corev1, Secret } from '#api';
import { conflict, type KubeObject, SteppedClock, seededRandom } from '#apimachinery';
import type { CausalClient } from '#client';
import { Indexer } from '#client';
import { FencedError } from '#storage';
import { NO_CLOUD } from './cloud.js';
import type { ClusterContext, Informer, ReconcileFailure } from './component.js';
import { componentOf } from './component-of.js';
import { defineController, type Reconciled } from './controller.js';
import { NO_FAULTS } from './faults.js';
import { NO_MANIFESTS } from './manifests.js';

function object(name: string, kind = 'ConfigMap', owner?: string): KubeObject {
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: owner ?? '', uid: 'u', controller: true };
  return { apiVersion: 'v1', kind, metadata: { name, namespace: 'ns', uid: name, ...(owner ? { ownerReferences: [reference] } : {}) } };
}

/** A component of one controller over real informers that the spec fills; `reconcile` is defined by the spec. */
async function opened(
  reconcile: (key: string, call: number) => Promise<Reconciled | undefined> | undefined,
  resumeAfter?: number,
  pause?: ClusterContext['pause'],
) {
  const clock = new SteppedClock(0);
  const indexes = new Map([ConfigMap, Secret].map((resource) => [resource.kind, new Indexer<KubeObject>()]));
  const causes: Array<[string, number | undefined]> = [];
  const failures: ReconcileFailure[] = [];
  const client = { as: (cause: { wokenBy?: number }) => ({ ...client, wokenBy: cause.wokenBy }) } as unknown as CausalClient;
  const context: ClusterContext = {
    cluster: 'c',
    client,
    informers: {
      served: () => [],
      onServed: () => undefined,
      of: <T extends KubeObject>(resource: { kind: string }) => indexes.get(resource.kind) as unknown as Informer<T>,
    },
    clock,
    random: seededRandom('x'),
    profile: { name: 'instant', imagePull: 0, containerStart: 0, containerStop: 0 },
    rootCA: '',
    keys: { clientAuthority: () => Promise.reject(), serviceAccount: () => Promise.reject() },
    faults: NO_FAULTS,
    cloud: NO_CLOUD,
    manifests: NO_MANIFESTS,
    inTurn: async (work) => work(),
    ...(pause && { pause }),
    resumeAfter,
    onFailure: (failure) => failures.push(failure),
  };
  const look = async (key: string, wokenBy: number | undefined): Promise<Reconciled | undefined> => {
    causes.push([key, wokenBy]);
    return reconcile(key, causes.length);
  };
  const controller = defineController<corev1.ConfigMap>({
    name: 'spec',
    for: ConfigMap,
    owns: [Secret],
    reconcile: ({ metadata }, ctx) => look(metadata.name, (ctx.client as unknown as { wokenBy?: number }).wokenBy),
    gone: async ({ name }) => void (await look(`gone ${name}`, undefined)),
  });
  const component = componentOf('specs', [controller]);
  const instance = await component.open(context);
  const put = (made: KubeObject, revision: number): void => indexes.get(made.kind)?.put(made, revision);
  const remove = (made: KubeObject, revision: number): void => indexes.get(made.kind)?.remove(made, revision);
  return { instance, component, clock, causes, failures, put, remove };
}

const plenty = { reconciles: 100 };

describe('componentOf', () => {
  it('reconciles changed objects, owners and deleted objects, each once and with its cause', async () => {
    const { instance, causes, put, remove } = await opened(() => undefined);
    put(object('a'), 3);
    put(object('b'), 4);
    put(object('s', 'Secret', 'a'), 5);
    expect(await instance.drain(plenty)).toEqual({ more: false, nextAt: undefined });
    expect(causes).toEqual([
      ['a', 3],
      ['b', 4],
    ]);
    put(object('s', 'Secret', 'b'), 6);
    remove(object('a'), 7);
    await instance.drain(plenty);
    expect(causes.slice(2)).toEqual([
      ['b', 6],
      ['gone a', undefined],
    ]);
  });

  it('stops when its budget is used up, and returns when it is to run again', async () => {
    const { instance, clock, causes, put } = await opened(() => Promise.resolve({ requeueAfter: 500 }));
    for (const name of ['a', 'b', 'c']) put(object(name), 1);
    expect(await instance.drain({ reconciles: 2 })).toEqual({ more: true, nextAt: 500 });
    clock.advance(100);
    expect(await instance.drain(plenty)).toEqual({ more: false, nextAt: 500 });
    clock.advance(400);
    expect(await instance.drain(plenty)).toEqual({ more: false, nextAt: 600 });
    expect(causes.map(([key]) => key)).toEqual(['a', 'b', 'c', 'a', 'b']);
    expect(causes[3]).toEqual(['a', 1]);
  });

  it('reconciles different keys concurrently, but never the same key', async () => {
    let running = 0;
    let most = 0;
    const { instance, put } = await opened(async (key) => {
      running += 1;
      most = Math.max(most, running);
      if (key === 'a') put(object('a'), 9);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return undefined;
    });
    for (const name of ['b', 'c', 'd']) put(object(name), 1);
    await instance.drain(plenty);
    expect([most, running]).toEqual([3, 0]);
  });

  it('retries conflicts at once, other failures after a back-off, and reports them', async () => {
    const { instance, causes, failures, put } = await opened((key, call) => {
      if (key === 'c' && call < 3) throw conflict({ group: '', resource: 'configmaps' }, 'c');
      if (key === 'f') throw new Error('no');
      return undefined;
    });
    put(object('c'), 1);
    expect(await instance.drain(plenty)).toEqual({ more: false, nextAt: undefined });
    expect(causes).toEqual([
      ['c', 1],
      ['c', 1],
      ['c', 1],
    ]);
    put(object('f'), 2);
    expect(await instance.drain(plenty)).toEqual({ more: false, nextAt: 5 });
    expect(failures).toEqual([{ component: 'specs', controller: 'spec', key: 'ns/f', error: new Error('no'), failures: 1 }]);
  });

  it('ends at once when its turn was superseded', async () => {
    const { instance, causes, put } = await opened((key) => {
      if (key === 'a') throw new FencedError('specs');
      return undefined;
    });
    for (const name of ['a', 'b']) put(object(name), 1);
    await expect(instance.drain(plenty)).rejects.toThrow(FencedError);
    expect(causes.length).toBeLessThanOrEqual(2);
  });

  it('gives way to others where its work has become long, and goes on with what was queued meanwhile', async () => {
    const order: string[] = [];
    let steps = 0;
    const others = () => void order.push('others');
    const pause = () => {
      steps += 1;
      return steps % 3 > 0 ? undefined : new Promise<void>((resolve) => setImmediate(resolve)).then(others);
    };
    const { instance, put } = await opened(
      (key) => {
        order.push(key);
        if (key === 'b') setImmediate(() => put(object('d'), 2));
        return undefined;
      },
      undefined,
      pause,
    );
    for (const name of ['a', 'b', 'c']) put(object(name), 1);
    expect(await instance.drain(plenty)).toEqual({ more: false, nextAt: undefined });
    expect(order).toEqual(['a', 'b', 'others', 'c', 'd', 'others']);
  });

  it('knows the cause after a pause: none for old objects, and deletions that happened in the meantime', async () => {
    const { instance, causes, put } = await opened(() => undefined, 10);
    put(object('a'), 4);
    put(object('b'), 5);
    put(object('c'), 12);
    instance.replayDeletions?.([{ object: object('s', 'Secret', 'a'), deleted: true, revision: 11 }]);
    await instance.drain(plenty);
    expect(causes).toEqual([
      ['a', 11],
      ['b', undefined],
      ['c', 12],
    ]);
  });
});
