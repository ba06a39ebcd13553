import { describe, expect, it } from '@jest/globals';
import type { appsv1 } from '#api';
import { templateHash } from '../template-hash.js';
import { appendRevision, currentAnnotations, nextRevision } from './annotations.js';

const deployment: appsv1.Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'web',
    annotations: {
      note: 'x',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      'deployment.kubernetes.io/revision': '7',
    },
  },
  spec: { selector: {}, template: {} },
};
const REVISION = 'deployment.kubernetes.io/revision';
const HISTORY = 'deployment.kubernetes.io/revision-history';

describe('currentAnnotations', () => {
  it.each<[string, Record<string, string> | undefined, bigint, Record<string, string>]>([
    ['a new set', undefined, 1n, { note: 'x', [REVISION]: '1' }],
    ['nothing to do', { note: 'x', [REVISION]: '3' }, 3n, { note: 'x', [REVISION]: '3' }],
    ['a higher revision stays', { note: 'x', [REVISION]: '4' }, 3n, { note: 'x', [REVISION]: '4' }],
    ['rolled back to', { note: 'x', [REVISION]: '1' }, 3n, { note: 'x', [REVISION]: '3', [HISTORY]: '1' }],
    ['rolled back to again', { note: 'y', [REVISION]: '3', [HISTORY]: '1' }, 5n, { note: 'x', [REVISION]: '5', [HISTORY]: '1,3' }],
    [
      'more digits than a number keeps',
      { note: 'x', [REVISION]: '9007199254740993' },
      9007199254740994n,
      { note: 'x', [REVISION]: '9007199254740994', [HISTORY]: '9007199254740993' },
    ],
    ['a revision beyond 64 bits', { [REVISION]: '9223372036854775808' }, 5n, { note: 'x', [REVISION]: '9223372036854775808' }],
    ['an invalid revision', { [REVISION]: 'one' }, 5n, { note: 'x', [REVISION]: 'one' }],
  ])('%s', (_, present, revision, expected) => {
    expect(currentAnnotations(deployment, present, revision)).toEqual(expected);
  });
});

it.each([
  [[], '1'],
  [['3', '1'], '4'],
  [['9007199254740993', '7'], '9007199254740994'],
  [['one', '2'], '3'],
])('the revision after %j is %s', (revisions, want) => {
  const sets = revisions.map((revision): appsv1.ReplicaSet => {
    const metadata = { name: 'web', annotations: { [REVISION]: revision } };
    return { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, spec: { selector: {} } };
  });
  expect(String(nextRevision(sets))).toBe(want);
});

describe('appendRevision', () => {
  it('drops the oldest revisions if the history gets too long', () => {
    const history = Array.from({ length: 500 }, (_, index) => 1000 + index).join(',');
    const next = appendRevision(history, '1500');
    expect([next.length <= 2000, next.endsWith(',1499,1500'), next.startsWith('1101,')]).toEqual([true, true, true]);
  });
});

describe('templateHash', () => {
  const template = { metadata: { name: '', labels: { b: '1', a: '2' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };

  it('does not depend on the order of fields, and differs with the collision count', () => {
    const { metadata, spec } = template;
    const turned = { spec, metadata: { labels: { a: '2', b: '1' }, name: '' } };
    expect(templateHash(turned, undefined)).toBe(templateHash(template, undefined));
    expect(templateHash({ metadata, spec: { containers: [{ name: 'c', image: 'nginx:2' }] } }, undefined)).not.toBe(
      templateHash(template, undefined),
    );
    expect(templateHash(template, 1)).not.toBe(templateHash(template, undefined));
    expect(templateHash(template, undefined)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{6,10}$/);
  });
});
