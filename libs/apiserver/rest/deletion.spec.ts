import { expect, test } from '@jest/globals';
import type { KubeObject, ObjectMeta } from '#apimachinery';
import type { DeleteOptions } from '../request/options.js';
import { type DeletionRules, deletesDuringUpdate, planDeletion } from './deletion.js';

const NOW = Date.parse('2026-01-01T00:01:00Z');
const object = (metadata: Partial<ObjectMeta>): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', ...metadata } });
const pods: Partial<DeletionRules> = { gracePeriod: (_object, requested) => requested ?? 30 };

interface Row {
  meta?: Partial<ObjectMeta>;
  options?: Partial<DeleteOptions>;
  rules?: Partial<DeletionRules>;
  plan: unknown;
}

test.each<[string, Row]>([
  ['nothing holds it', { plan: { action: 'remove', meta: { name: 'a' } } }],
  [
    'a finalizer holds it',
    {
      meta: { finalizers: ['x/y'], generation: 2 },
      plan: {
        action: 'update',
        meta: { name: 'a', finalizers: ['x/y'], generation: 3, deletionTimestamp: '2026-01-01T00:01:00Z', deletionGracePeriodSeconds: 0 },
        removes: false,
      },
    },
  ],
  [
    'in the foreground',
    {
      options: { propagationPolicy: 'Foreground' },
      plan: {
        action: 'update',
        meta: { name: 'a', finalizers: ['foregroundDeletion'], deletionTimestamp: '2026-01-01T00:01:00Z', deletionGracePeriodSeconds: 0 },
        removes: false,
      },
    },
  ],
  [
    'orphans by default, but the client wants none',
    {
      options: { propagationPolicy: 'Background' },
      rules: { defaultPropagation: 'Orphan' },
      plan: { action: 'remove', meta: { name: 'a' } },
    },
  ],
  [
    'orphans by default',
    {
      rules: { defaultPropagation: 'Orphan' },
      plan: {
        action: 'update',
        meta: { name: 'a', finalizers: ['orphan'], deletionTimestamp: '2026-01-01T00:01:00Z', deletionGracePeriodSeconds: 0 },
        removes: false,
      },
    },
  ],
  [
    'events have no finalizers of the collector',
    { options: { propagationPolicy: 'Orphan' }, rules: { garbageCollected: false }, plan: { action: 'remove', meta: { name: 'a' } } },
  ],
  [
    'gracefully',
    {
      rules: pods,
      meta: { generation: 1 },
      plan: {
        action: 'update',
        meta: { name: 'a', generation: 2, deletionTimestamp: '2026-01-01T00:01:30Z', deletionGracePeriodSeconds: 30 },
        removes: false,
      },
    },
  ],
  [
    'gracefully, at once',
    {
      rules: pods,
      options: { gracePeriodSeconds: 0 },
      plan: {
        action: 'update',
        meta: { name: 'a', deletionTimestamp: '2026-01-01T00:01:00Z', deletionGracePeriodSeconds: 0 },
        removes: true,
      },
    },
  ],
  [
    'under way, and no shorter',
    {
      rules: pods,
      meta: { deletionTimestamp: '2026-01-01T00:01:30Z', deletionGracePeriodSeconds: 30 },
      options: { gracePeriodSeconds: 40 },
      plan: { action: 'pending' },
    },
  ],
  [
    'under way, and shorter',
    {
      rules: pods,
      meta: { deletionTimestamp: '2026-01-01T00:01:30Z', deletionGracePeriodSeconds: 30 },
      options: { gracePeriodSeconds: 10 },
      plan: {
        action: 'update',
        meta: { name: 'a', deletionTimestamp: '2026-01-01T00:01:10Z', deletionGracePeriodSeconds: 10 },
        removes: false,
      },
    },
  ],
  [
    'under way, shorter than has passed',
    {
      rules: pods,
      meta: { deletionTimestamp: '2026-01-01T00:01:05Z', deletionGracePeriodSeconds: 30 },
      options: { gracePeriodSeconds: 5 },
      plan: {
        action: 'update',
        meta: { name: 'a', deletionTimestamp: '2026-01-01T00:01:00Z', deletionGracePeriodSeconds: 1 },
        removes: false,
      },
    },
  ],
  [
    'under way, a negative period counts as 1',
    {
      rules: pods,
      meta: { deletionTimestamp: '2026-01-01T00:01:30Z', deletionGracePeriodSeconds: 30 },
      options: { gracePeriodSeconds: -1 },
      plan: {
        action: 'update',
        meta: { name: 'a', deletionTimestamp: '2026-01-01T00:01:01Z', deletionGracePeriodSeconds: 1 },
        removes: false,
      },
    },
  ],
  [
    'its time has come',
    {
      rules: pods,
      meta: { deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 0 },
      plan: { action: 'remove', meta: { name: 'a', deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 0 } },
    },
  ],
])('%s', (_what, { meta = {}, options = {}, rules = {}, plan }) => {
  expect(planDeletion(object(meta), { dryRun: false, ...options }, { now: NOW, ...rules })).toEqual(plan);
});

test.each<[string, Partial<ObjectMeta>, Partial<ObjectMeta>, boolean]>([
  ['the last finalizer is removed', {}, { deletionTimestamp: 'x', deletionGracePeriodSeconds: 0, finalizers: ['f'] }, true],
  ['finalizers are left', { finalizers: ['g'] }, { deletionTimestamp: 'x', finalizers: ['f', 'g'] }, false],
  ['it was not deleted', {}, { finalizers: ['f'] }, false],
  ['its grace period lasts', {}, { deletionTimestamp: 'x', deletionGracePeriodSeconds: 30, finalizers: ['f'] }, false],
])('an update removes the object: %s', (_what, meta, old, expected) => {
  expect(deletesDuringUpdate({ name: 'a', ...meta }, { name: 'a', ...old })).toBe(expected);
});
