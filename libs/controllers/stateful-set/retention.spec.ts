import { describe, expect, it } from '@jest/globals';
import type { appsv1, corev1 } from '#api';
import type { OwnerReference } from '#apimachinery';
import { isStaleClaim, ownersMatch, withOwners } from './retention.js';

const set = (whenDeleted: string, whenScaled: string): appsv1.StatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', uid: 'set' },
  spec: {
    replicas: 1,
    selector: {},
    template: {},
    persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
  },
});

const podOf = (ordinal: number): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `db-${ordinal}`, uid: `pod${ordinal}` },
  spec: { containers: [] },
});

const reference = (kind: string, name: string, uid: string, controller = true): OwnerReference => ({
  apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1',
  kind,
  name,
  uid,
  controller,
  blockOwnerDeletion: true,
});

const bySet = reference('StatefulSet', 'db', 'set');
const byPod = (ordinal: number) => reference('Pod', `db-${ordinal}`, `pod${ordinal}`);
const claim = (...ownerReferences: OwnerReference[]): corev1.PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data-db-0', ownerReferences },
  spec: {},
});

describe('the owners of a claim', () => {
  it.each<[string, string, number, OwnerReference[]]>([
    ['Retain', 'Retain', 0, []],
    ['Retain', 'Retain', 1, []],
    ['Delete', 'Retain', 0, [bySet]],
    ['Delete', 'Retain', 1, [bySet]],
    ['Retain', 'Delete', 0, []],
    ['Retain', 'Delete', 1, [byPod(1)]],
    ['Delete', 'Delete', 0, [bySet]],
    ['Delete', 'Delete', 1, [byPod(1)]],
  ])('deleted: %s, scaled: %s, ordinal %d', (whenDeleted, whenScaled, ordinal, want) => {
    const [owner, pod] = [set(whenDeleted, whenScaled), podOf(ordinal)];
    for (const before of [claim(), claim(bySet), claim(byPod(ordinal))]) {
      const next = withOwners(before, owner, pod);
      expect(next.metadata.ownerReferences).toEqual(want);
      expect(ownersMatch(next, owner, pod)).toBe(true);
      expect(ownersMatch(before, owner, pod)).toBe(JSON.stringify(before.metadata.ownerReferences) === JSON.stringify(want));
    }
  });

  it('are left alone if another controller owns it', () => {
    const other = reference('Other', 'x', 'x');
    expect(ownersMatch(claim(other), set('Delete', 'Delete'), podOf(0))).toBe(true);
    expect(ownersMatch(claim(other, bySet), set('Delete', 'Delete'), podOf(0))).toBe(false);
    expect(withOwners(claim(other, bySet), set('Delete', 'Delete'), podOf(0)).metadata.ownerReferences).toEqual([other]);
  });

  it('are left alone if they are of an earlier set or pod, which the claim goes with', () => {
    const earlier = reference('Pod', 'db-1', 'gone');
    expect(ownersMatch(claim(earlier), set('Retain', 'Delete'), podOf(1))).toBe(true);
    expect(isStaleClaim(set('Retain', 'Delete'), podOf(1), claim(earlier))).toBe(true);
    expect(isStaleClaim(set('Delete', 'Retain'), podOf(1), claim(earlier))).toBe(false);
    expect(ownersMatch(claim(reference('StatefulSet', 'db', 'gone')), set('Delete', 'Delete'), podOf(0))).toBe(true);
  });

  it('become controllers', () => {
    expect(ownersMatch(claim({ ...bySet, controller: false }), set('Delete', 'Retain'), podOf(0))).toBe(false);
  });
});
