import { expect, test } from '@jest/globals';
import { memoryStorage } from '#storage';
import type { Component } from '../component.js';
import { LostTurns } from './lost-turns.js';

const components: ReadonlyMap<string, Component> = new Map(
  [['a', 'as'] as const, ['b', 'as'] as const, ['c', 'cs'] as const].map(([name, resource]) => [
    name,
    { name, interests: (change) => change.resource === resource, open: () => Promise.reject(new Error('not opened')) },
  ]),
);

test('components that are behind a change that concerns them are woken, and the others moved, but for those that have had a turn meanwhile', async () => {
  const admin = memoryStorage();
  await admin.create('one');
  const storage = admin.open('one');
  for (const name of components.keys()) await storage.endTurn(name, { ...(await storage.beginTurn(name)), cursor: 0 });
  await storage.write([{ type: 'create', key: '/registry/as/x', value: '{}', cause: { requestId: 'r', user: 'u' }, at: 0 }]);
  const woken: string[] = [];
  const taken = new Map([['b', 5]]);
  const asked: number[] = [];
  const sweep = (at: number) =>
    new LostTurns({
      admin,
      components,
      now: () => at,
      changeOf({ key, revision }) {
        asked.push(revision);
        return { group: '', resource: key.split('/')[2] ?? '' } as never;
      },
      wake: (cluster, component) => void woken.push(`${at} ${cluster} ${component}`),
      takenSince: (_, component, since) => (taken.get(component) ?? Number.NEGATIVE_INFINITY) >= since,
    }).wake();
  await sweep(5);
  await sweep(6);
  // Once a sweep: what it stands for is parsed for all components together.
  expect(asked).toEqual([1, 1]);
  expect(woken).toEqual(['5 one a', '6 one a', '6 one b']);
  expect((await storage.beginTurn('c')).cursor).toBe(1);
});
