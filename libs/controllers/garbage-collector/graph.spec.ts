import { describe, expect, it } from '@jest/globals';
import { ConfigMap } from '#api';
import type { KubeObject, OwnerReference } from '#apimachinery';
import { OwnerGraph } from './graph.js';

const owner = (uid: string, blockOwnerDeletion?: boolean): OwnerReference => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: uid,
  uid,
  blockOwnerDeletion,
});
const object = (uid: string, metadata: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: uid, namespace: 'ns', uid, ...metadata },
});

describe('OwnerGraph', () => {
  function graph() {
    const of = new OwnerGraph();
    const state = new Map<string, KubeObject>();
    const put = (next: KubeObject): string[] => {
      const uid = next.metadata.uid ?? '';
      const woken = of.observe(ConfigMap, { object: next, old: state.get(uid), deleted: false, revision: 1 });
      state.set(uid, next);
      return woken;
    };
    const remove = (uid: string): string[] => of.observe(ConfigMap, { object: object(uid), deleted: true, revision: 1 });
    return { of, put, remove };
  }

  it('queues objects that are added with owners, and those that have lost one', () => {
    const { of, put, remove } = graph();
    expect(put(object('a'))).toEqual([]);
    expect(put(object('b', { ownerReferences: [owner('a')] }))).toEqual(['b']);
    expect(put(object('c', { ownerReferences: [owner('a'), owner('b')] }))).toEqual(['c']);
    expect(put(object('c', { ownerReferences: [owner('a'), owner('b')], labels: { x: 'y' } }))).toEqual([]);
    expect(of.dependentsOf('a').map(({ uid }) => uid)).toEqual(['b', 'c']);
    expect(remove('a')).toEqual(['b', 'c']);
    expect(remove('c')).toEqual(['b']);
    expect(of.dependentsOf('b')).toEqual([]);
  });

  it('queues objects that wait for their dependents: when that starts, and when a dependent is deleted or released', () => {
    const { put, remove } = graph();
    put(object('a'));
    put(object('b', { ownerReferences: [owner('a', true)] }));
    put(object('c', { ownerReferences: [owner('a', true)] }));
    const waiting = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['foregroundDeletion'] };
    expect(put(object('a', waiting))).toEqual(['a', 'b', 'c']);
    expect(put(object('b', { ownerReferences: [owner('a', false)] }))).toEqual(['b', 'a']);
    expect(put(object('b'))).toEqual(['a']);
    expect(remove('c')).toEqual(['a']);
  });
});
