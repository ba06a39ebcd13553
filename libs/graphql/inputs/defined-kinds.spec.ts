import { expect, test } from '@jest/globals';
import { withDefinedKinds } from './defined-kinds.js';
import { DocumentError, type WantedObject } from './documents.js';

const unserved = (name: string, apiVersion: string, kind: string): WantedObject => ({
  ...{ name, within: '', warnings: [] },
  object: { apiVersion, kind, metadata: { name: 'a' } },
  error: new DocumentError(`${name}: no matches for kind`, { extensions: { code: 'BAD_USER_INPUT', document: 2 } }),
});
const definition = (spec: unknown, apiVersion = 'apiextensions.k8s.io/v1'): WantedObject => ({
  ...{ name: 'document 1', within: '', warnings: [] },
  object: { apiVersion, kind: 'CustomResourceDefinition', metadata: { name: 'd' }, spec } as never,
  resource: {} as never,
});
const gears = { group: 'example.com', names: { kind: 'Gear' } };

test.each<[string, WantedObject, WantedObject, boolean]>([
  ['of the kind', definition(gears), unserved('document 2', 'example.com/v1', 'Gear'), true],
  ['of another version', definition(gears), unserved('document 2', 'example.com/v9', 'Gear'), true],
  ['of another kind', definition(gears), unserved('document 2', 'example.com/v1', 'Wheel'), false],
  ['of another group', definition(gears), unserved('document 2', 'example.org/v1', 'Gear'), false],
  ['of a core kind', definition({ group: '', names: { kind: 'Gear' } }), unserved('document 2', 'v1', 'Gear'), true],
  ['beside no definition', definition(gears, 'v1'), unserved('document 2', 'example.com/v1', 'Gear'), false],
  ['beside a broken definition', definition(null), unserved('document 2', 'example.com/v1', 'Gear'), false],
  [
    'beside one with a strange group',
    definition({ group: { toString: 1 }, names: { kind: 'Gear' } }),
    unserved('document 2', 'example.com/v1', 'Gear'),
    false,
  ],
  [
    'beside one with broken names',
    definition({ group: 'example.com', names: 'Gear' }),
    unserved('document 2', 'example.com/v1', 'Gear'),
    false,
  ],
])('an object %s', (_of, first, second, helped) => {
  const [same, told] = withDefinedKinds([first, second]);
  expect(same).toBe(first);
  expect(told?.error?.message).toBe(
    `document 2: no matches for kind${helped ? ': it is defined by document 1, and served when that is stored: write the definition with one request, and its objects with the next' : ''}`,
  );
  expect(told?.error?.extensions).toEqual({ code: 'BAD_USER_INPUT', document: 2 });
});
