import { createHash } from 'node:crypto';
import { factsIn } from './etcd-snapshots.js';

const text = (facts: Record<string, unknown>): string => {
  const sum = createHash('sha1').update(`${facts.hash}/${facts.revision}/${facts.keys}/${facts.size}`).digest('hex').slice(0, 8);
  return JSON.stringify({ ...facts, sum });
};
const facts = { hash: 'cafe1234', revision: 42, keys: 2, size: 100 };

it.each<[string, string, boolean]>([
  ['one that was saved', text(facts), true],
  ['an empty file', '', false],
  ['one that is cut', text(facts).slice(0, -1), false],
  ['one whose hash does not fit', text(facts).replace('42', '43'), false],
  ['one with a revision that is none', text({ ...facts, revision: -1 }), false],
  ['one with a text for a revision', text({ ...facts, revision: '42' }), false],
  ['another JSON', '{"hash":1}', false],
  ['one with much more in it', text({ ...facts, more: 'x'.repeat(2_000) }), false],
])('a snapshot: %s', (_, content, isOne) => {
  expect(factsIn(content)).toEqual(isOne ? facts : undefined);
});
