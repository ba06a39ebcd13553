import { describe, expect, it } from '@jest/globals';
import { ConfigMap, Pod } from '#api';
import type { KubeObject } from '#apimachinery';
import { deletionConditions } from './conditions.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const object = (finalizers?: string[]): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', finalizers } });
const time = '2026-01-01T00:00:00Z';

describe('deletionConditions', () => {
  it("report the remaining content and finalizers, in upstream's words", () => {
    const remaining = [{ resource: ConfigMap, objects: [object(['a.b/c'])] }];
    expect(deletionConditions([], { remaining, failures: [], podsOnly: false }, NOW)).toEqual([
      {
        type: 'NamespaceDeletionDiscoveryFailure',
        status: 'False',
        lastTransitionTime: time,
        reason: 'ResourcesDiscovered',
        message: 'All resources successfully discovered',
      },
      {
        type: 'NamespaceDeletionGroupVersionParsingFailure',
        status: 'False',
        lastTransitionTime: time,
        reason: 'ParsedGroupVersions',
        message: 'All legacy kube types successfully parsed',
      },
      {
        type: 'NamespaceDeletionContentFailure',
        status: 'False',
        lastTransitionTime: time,
        reason: 'ContentDeleted',
        message: 'All content successfully deleted, may be waiting on finalization',
      },
      {
        type: 'NamespaceContentRemaining',
        status: 'True',
        lastTransitionTime: time,
        reason: 'SomeResourcesRemain',
        message: 'Some resources are remaining: configmaps. has 1 resource instances',
      },
      {
        type: 'NamespaceFinalizersRemaining',
        status: 'True',
        lastTransitionTime: time,
        reason: 'SomeFinalizersRemain',
        message: 'Some content in the namespace has finalizers remaining: a.b/c in 1 resource instances',
      },
    ]);
  });

  it('keep their times while the status is unchanged, and are the same array if nothing changes', () => {
    const first = deletionConditions([], { remaining: [], failures: [], podsOnly: false }, NOW);
    expect(deletionConditions(first, { remaining: [], failures: [], podsOnly: false }, NOW + 5000)).toBe(first);
    const failed = deletionConditions(first, { remaining: [], failures: ['b', 'a'], podsOnly: false }, NOW + 5000);
    expect(failed.find(({ type }) => type === 'NamespaceDeletionContentFailure')).toEqual({
      type: 'NamespaceDeletionContentFailure',
      status: 'True',
      lastTransitionTime: '2026-01-01T00:00:05Z',
      reason: 'ContentDeletionFailed',
      message: 'Failed to delete all resource types, 2 remaining: a, b',
    });
  });

  it('say nothing about other kinds while there are pods', () => {
    const remaining = [{ resource: Pod, objects: [object()] }];
    const conditions = deletionConditions([], { remaining, failures: [], podsOnly: true }, NOW);
    expect(conditions.every(({ status }) => status === 'False')).toBe(true);
  });
});
