import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '#apimachinery';
import { decide, type OwnerState, type Verdict } from './decide.js';

const object = (finalizers?: string[]): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', finalizers } });
const owners = (...states: OwnerState[]) =>
  states.map((state, index) => ({ owner: { apiVersion: 'v1', kind: 'ConfigMap', name: `o${index}`, uid: `u${index}` }, state }));
const leaf = { dependents: 0, dependentWaits: false };
const remove = (policy: 'Foreground' | 'Background' | 'Orphan', unblock = false): Verdict => ({ action: 'delete', policy, unblock });

describe('decide', () => {
  it.each<[string, OwnerState[], typeof leaf, string[] | undefined, Verdict]>([
    ['nothing owns it', [], leaf, undefined, { action: 'keep' }],
    ['its owner is there', ['solid'], leaf, undefined, { action: 'keep' }],
    ['one of its owners is there', ['gone', 'solid', 'waiting'], leaf, undefined, { action: 'release', uids: ['u0', 'u2'] }],
    ['its owner is gone', ['gone'], leaf, undefined, remove('Background')],
    ['its owner waits for it', ['waiting'], leaf, undefined, remove('Background')],
    [
      'its owner waits, and others depend on it',
      ['waiting', 'gone'],
      { dependents: 2, dependentWaits: false },
      undefined,
      remove('Foreground'),
    ],
    ['a circle', ['waiting'], { dependents: 2, dependentWaits: true }, undefined, remove('Foreground', true)],
    ['gone with dependents', ['gone'], { dependents: 2, dependentWaits: false }, undefined, remove('Background')],
    ['it is to orphan', ['gone'], leaf, ['orphan'], remove('Orphan')],
    ['it is to wait', ['gone'], leaf, ['foregroundDeletion'], remove('Foreground')],
  ])('%s', (_, states, context, finalizers, expected) => {
    expect(decide(object(finalizers), owners(...states), context)).toEqual(expected);
  });
});
