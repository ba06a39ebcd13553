import path from 'node:path';

const { jsonText } = (await import(path.join(import.meta.dirname, 'json-text.js'))) as { jsonText(value: unknown): string };

const name = (length: number) => ({ name: 'x'.repeat(length) });

test.each([
  [{}, '{}'],
  [[], '[]'],
  [null, 'null'],
  ['a"b', '"a\\"b"'],
  [{ a: 1, b: [true, null] }, '{ "a": 1, "b": [true, null] }'],
  [
    { metadata: name(50), kind: 'Pod' },
    `{\n  "metadata": { "name": "${'x'.repeat(50)}" },\n  "kind": "Pod"\n}`
      .replace('\n  "metadata": { "name"', '\n  "metadata": {\n    "name"')
      .replace('" },\n', '"\n  },\n'),
  ],
  [[name(60), 1], `[\n  {\n    "name": "${'x'.repeat(60)}"\n  },\n  1\n]`],
])('%j', (value, text) => {
  expect(jsonText(value)).toBe(text);
});

test('any value can be read back', () => {
  const value = {
    data: { pods: { items: Array.from({ length: 30 }, (_, i) => ({ metadata: name(i), status: { phase: 'Running', ips: [[i]] } })) } },
  };
  expect(JSON.parse(jsonText(value))).toEqual(value);
});

test('values that are nested deeply are measured no further than a line', () => {
  let deep: unknown = 'x'.repeat(100);
  for (let i = 0; i < 1_000; i += 1) deep = { a: deep };
  expect(jsonText(deep).split('\n')).toHaveLength(2_001);
});
