import { removals } from './apply.js';

describe('what a new manifest omits', () => {
  test.each([
    [{ a: 1, b: 2 }, { a: 1 }, { b: null }],
    [{ a: { b: 1, c: { d: 1 } } }, { a: { c: {} } }, { a: { b: null, c: { d: null } } }],
    [{ a: [1] }, { a: [] }, {}],
    [undefined, { a: 1 }, {}],
  ])('%j, then %j: %j', (before, now, patch) => expect(removals(before, now)).toEqual(patch));
});
