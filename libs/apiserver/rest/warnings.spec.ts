import { expect, test } from '@jest/globals';
import { Warnings } from './warnings.js';

const recorded = (...texts: string[]): readonly string[] => {
  const warnings = new Warnings();
  for (const text of texts) warnings.add(text);
  return warnings.texts;
};
const of = (length: number, name: string) => name + 'é'.repeat(length - name.length);

test('each text once, in order, and no empty ones', () => {
  expect(recorded('b', 'a', '', 'b')).toEqual(['b', 'a']);
});

test('4096 characters are sent unchanged', () => {
  const texts = [of(4000, 'a'), of(96, 'b')];
  expect(recorded(...texts)).toEqual(texts);
});

test('beyond that each text is truncated to 256 characters, up to 4096 in total', () => {
  const texts = Array.from({ length: 40 }, (_, i) => of(300, `n${i}-`));
  expect(recorded(...texts)).toEqual(texts.slice(0, 16).map((text) => text.slice(0, 256)));
});

test('a single long text is truncated', () => {
  expect(recorded('😀'.repeat(5000))).toEqual(['😀'.repeat(256)]);
});

test('60,000 different texts', () => {
  expect(recorded(...Array.from({ length: 60_000 }, (_, i) => `warning ${i}`)).join('').length).toBeLessThan(4096 + 256);
});
