import type { KubeObject } from '#apimachinery';
import { newestDefault } from './newest-default.js';

const IS_DEFAULT = ['is-default', 'beta.is-default'];

/** A class: its name, when it was created, its annotations. */
type Class = [name: string, created: string | undefined, annotations: Record<string, string> | undefined];

const classOf = ([name, creationTimestamp, annotations]: Class): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Class',
  metadata: { name, ...(creationTimestamp && { creationTimestamp }), ...(annotations && { annotations }) },
});

describe('the default of several classes', () => {
  it.each<[string, Class[], string | undefined]>([
    ['no class', [], undefined],
    ['none is marked', [['a', '2026-01-01T00:00:00Z', undefined]], undefined],
    ['only "true" marks one', [['a', '2026-01-01T00:00:00Z', { 'is-default': 'false', 'beta.is-default': 'True' }]], undefined],
    ['another annotation marks none', [['a', '2026-01-01T00:00:00Z', { other: 'true' }]], undefined],
    ['the beta annotation counts as well', [['a', '2026-01-01T00:00:00Z', { 'beta.is-default': 'true' }]], 'a'],
    [
      'the newest of those that are marked',
      [
        ['a', '2026-01-01T00:00:00Z', { 'is-default': 'true' }],
        ['b', '2026-01-03T00:00:00Z', { 'is-default': 'true' }],
        ['c', '2026-01-02T00:00:00Z', { 'beta.is-default': 'true' }],
        ['d', '2026-01-04T00:00:00Z', {}],
      ],
      'b',
    ],
    [
      'of those created in the same second the first by name',
      [
        ['c', '2026-01-01T00:00:00Z', { 'is-default': 'true' }],
        ['a', '2026-01-01T00:00:00Z', { 'is-default': 'true' }],
        ['b', '2026-01-01T00:00:00Z', { 'is-default': 'true' }],
      ],
      'a',
    ],
    [
      'one without a creation time is the oldest',
      [
        ['a', undefined, { 'is-default': 'true' }],
        ['b', '2026-01-01T00:00:00Z', { 'is-default': 'true' }],
      ],
      'b',
    ],
  ])('%s', (_, classes, expected) => {
    const objects = classes.map(classOf);
    const given = [...objects];
    expect(newestDefault(objects, IS_DEFAULT)?.metadata.name).toBe(expected);
    expect(objects).toEqual(given);
  });
});
