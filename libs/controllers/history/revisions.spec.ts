import { describe, expect, it } from '@jest/globals';
import type { appsv1, corev1 } from '#api';
import { byRevision, chooseRevision, nextRevision, restoredTemplate, surplusRevisions, templatePatch } from './revisions.js';

const template = (image: string): corev1.PodTemplateSpec => ({ spec: { containers: [{ name: 'c', image }] } });

function revision(number: number, image: string, created = '2026-01-01T00:00:00Z'): appsv1.ControllerRevision {
  const metadata = { name: `r${number}-${image}`, creationTimestamp: created };
  return { apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata, data: templatePatch(template(image)), revision: number };
}

describe('chooseRevision', () => {
  const sorted = [revision(1, 'a'), revision(2, 'b'), revision(5, 'c')];
  it.each([
    ['the newest one is the wanted one', 'c', { act: 'keep', revision: sorted[2] }],
    ['an earlier one is wanted again', 'a', { act: 'renumber', revision: sorted[0], to: 6 }],
    ['none has this template', 'd', { act: 'create', number: 6 }],
  ])('%s', (_, image, want) => {
    expect(chooseRevision(sorted, templatePatch(template(image)))).toEqual(want);
  });

  it('starts at 1', () => {
    expect(chooseRevision([], templatePatch(template('a')))).toEqual({ act: 'create', number: 1 });
    expect(nextRevision([])).toBe(1);
  });
});

it('sorts by number, then age, then name', () => {
  const [a, b, c] = [revision(2, 'a', '2026-01-01T00:00:02Z'), revision(2, 'b', '2026-01-01T00:00:01Z'), revision(1, 'c')];
  expect([a, b, c].sort(byRevision)).toEqual([c, b, a]);
  expect([revision(2, 'y'), revision(2, 'x')].sort(byRevision).map(({ metadata }) => metadata.name)).toEqual(['r2-x', 'r2-y']);
});

it.each<[string, unknown, corev1.PodTemplateSpec]>([
  ['a patch that replaces the template', templatePatch(template('a')), template('a')],
  ['other data', { spec: { template: 'x' } }, template('now')],
  ['no data', undefined, template('now')],
  ['a patch that does not replace it', { spec: { template: template('a') } }, template('now')],
])('restores %s', (_, data, want) => {
  const from = { ...revision(1, 'a'), data: data as appsv1.ControllerRevision['data'] };
  expect(restoredTemplate(from, template('now'))).toEqual(want);
});

it.each<[string, number, string[], number[]]>([
  ['the oldest beyond the limit', 1, [], [1, 2]],
  ['not those in use', 1, ['r1-a'], [2]],
  ['none with a negative limit', -1, [], []],
  ['all of them with limit 0', 0, [], [1, 2, 3]],
])('deletes %s', (_, limit, used, want) => {
  const sorted = [revision(1, 'a'), revision(2, 'b'), revision(3, 'c')];
  const surplus = surplusRevisions(sorted, { inUse: ({ metadata }) => used.includes(metadata.name), limit });
  expect(surplus.map(({ revision: number }) => number)).toEqual(want);
});
