import { describe, expect, it } from '@jest/globals';
import type { appsv1, corev1 } from '#api';
import { templatePatch } from '../history/revisions.js';
import { parentAndOrdinal } from './identity.js';
import { planPods } from './plan.js';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const template: corev1.PodTemplateSpec = { metadata: { name: '', labels: { app: 'db' } }, spec: { containers: [] } };

function setOf(spec: Partial<appsv1.StatefulSetSpec>): appsv1.StatefulSet {
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 0 } };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'ns', uid: 'set' },
    spec: { replicas: 3, selector: { matchLabels: { app: 'db' } }, template, updateStrategy, podManagementPolicy: 'OrderedReady', ...spec },
  };
}

const revision = (name: string): appsv1.ControllerRevision => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: { name },
  data: templatePatch(template),
  revision: 1,
});

/** `1`: ready; `1?`: pending; `1x`: being deleted; `1f`: failed; `1s`: succeeded; a leading `~`: of the old revision. */
function podOf(text: string): corev1.Pod {
  const [, old, ordinal = '', state] = /^(~?)(\d+)([?xfs]?)$/.exec(text) ?? [];
  const name = `db-${ordinal}`;
  const phase = { '?': 'Pending', f: 'Failed', s: 'Succeeded' }[state ?? ''] ?? 'Running';
  const labels = { 'statefulset.kubernetes.io/pod-name': name, 'controller-revision-hash': old ? 'old' : 'new' };
  const ready = { type: 'Ready', status: phase === 'Running' ? 'True' : 'False', lastTransitionTime: '2026-01-01T00:59:50Z' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'ns', uid: name, labels, ...(state === 'x' ? { deletionTimestamp: '2026-01-01T01:00:00Z' } : {}) },
    spec: { containers: [] },
    status: { phase, conditions: [ready] },
  };
}

/** `create 1, delete 2 | delete 3`: actions of a step at once, steps one after the other. */
function plan(spec: Partial<appsv1.StatefulSetSpec>, pods: string): string {
  const steps = planPods({
    set: setOf(spec),
    pods: pods === '' ? [] : pods.split(' ').map(podOf),
    revisions: { current: revision('old'), update: revision('new') },
    claim: () => undefined,
    now: NOW,
  });
  const text = steps.map((step) => step.map((action) => `${action.do} ${parentAndOrdinal(action.pod.metadata.name).ordinal}`).join(', '));
  return text.join(' | ');
}

const parallel = { podManagementPolicy: 'Parallel' };
const partition = (n: number) => ({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: n } } });

describe('what is done for a StatefulSet', () => {
  it.each<[string, Partial<appsv1.StatefulSetSpec>, string, string]>([
    ['the first pod', {}, '', 'create 0'],
    ['the next when the one before is ready', {}, '0', 'create 1'],
    ['nothing while one is pending', {}, '0 1?', ''],
    ['a gap before what follows', {}, '0 2', 'create 1'],
    ['nothing while one is being deleted', {}, '0x 1 2', ''],
    ['a failed pod is removed', {}, '0 1f 2', 'delete 1'],
    ['a pod that has succeeded too', {}, '0s', 'delete 0'],
    ['not before minReadySeconds', { minReadySeconds: 11 }, '0', ''],
    ['after minReadySeconds', { minReadySeconds: 10 }, '0', 'create 1'],
    ['another first ordinal', { ordinals: { start: 4 } }, '4', 'create 5'],
    ['a surplus pod, the highest first', { replicas: 1 }, '0 1 2', 'delete 2'],
    ['no surplus pod while a wanted one is pending', { replicas: 1 }, '0? 1', ''],
    ['no surplus pod while a lower surplus one is not ready', { replicas: 1 }, '0 1? 2', 'delete 2'],
    ['a surplus pod that is itself the lowest that is not ready', { replicas: 1 }, '0 1?', 'delete 1'],
    ['no second surplus pod while one is being deleted', { replicas: 1 }, '0 1 2x', ''],
    ['surplus pods go before an update', { replicas: 1 }, '~0 1', 'delete 1'],
    ['all that are missing at once', parallel, '1', 'create 0, create 2'],
    ['all surplus ones at once', { ...parallel, replicas: 1 }, '0 1? 2 3x', 'delete 2, delete 1'],
    ['parallel: a failed pod beside a missing one', parallel, '0f 1', 'delete 0, create 2'],
    ['an update from the highest ordinal', {}, '~0 ~1 ~2', 'delete 2'],
    ['the next of an update', {}, '~0 ~1 2', 'delete 1'],
    ['an update down to the partition', partition(1), '~0 1 2', ''],
    ['an update waits for an unavailable pod', { ...parallel }, '~0 ~1 2?', ''],
    ['an update of an unavailable pod', { ...parallel }, '~0 ~1 ~2?', 'delete 2'],
    ['no update with OnDelete', { updateStrategy: { type: 'OnDelete' } }, '~0 ~1 ~2', ''],
    ['nothing to do', {}, '0 1 2', ''],
    ['no pods', { replicas: 0 }, '', ''],
  ])('%s', (_, spec, pods, want) => {
    // Whoever is not ready is pending; its claims are none.
    expect(plan(spec, pods)).toBe(want);
  });

  it('makes no more than 500 pods at once, however many there are to be', () => {
    const [step = []] = planPods({
      set: setOf({ ...parallel, replicas: 2 ** 31 - 1 }),
      pods: [],
      revisions: { current: revision('old'), update: revision('new') },
      claim: () => undefined,
      now: NOW,
    });
    expect(step).toHaveLength(500);
  });
});

it.each([
  ['db-0', 'db', 0],
  ['my-db-12', 'my-db', 12],
  ['db', '', -1],
  ['db-', '', -1],
  ['db-x', '', -1],
  ['db-2147483648', 'db', -1],
  ['-1', '', 1],
  ['7', '', -1],
  ['db-01', 'db', 1],
])('the parent and ordinal of %s', (name, parent, ordinal) => {
  expect(parentAndOrdinal(name)).toEqual({ parent, ordinal });
});
