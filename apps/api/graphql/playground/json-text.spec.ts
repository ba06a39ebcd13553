import path from 'node:path';

const { jsonText, linesOf } = (await import(path.join(import.meta.dirname, 'json-text.js'))) as {
  jsonText(value: unknown): string;
  linesOf(value: unknown, path: string[]): { first: number; last: number };
};

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

const pod = (at: number) => ({ metadata: name(60), status: { phase: 'Running', at } });
const answer = { errors: [{ message: 'x'.repeat(70) }], data: { few: [1, 2], pods: { items: [pod(0), pod(1), pod(2)] } } };
/** The lines that linesOf names. */
const linesAt = (...at: string[]) => {
  const { first, last } = linesOf(answer, at);
  return jsonText(answer)
    .split('\n')
    .slice(first, last + 1)
    .map((line) => line.trim())
    .join(' ')
    .replace(/,$/, '');
};

test.each([0, 1, 2])('the lines of the part at data.pods.items[%i]', (index) => {
  expect(JSON.parse(linesAt('data', 'pods', 'items', String(index)))).toEqual(pod(index));
});

test('a part without lines of its own has the line that it stands on; what is not there, what it would stand in', () => {
  expect(linesAt('data', 'few', '1')).toBe('"few": [1, 2]');
  expect(linesAt('data', 'pods', 'items', '1', 'status', 'phase')).toBe('"status": { "phase": "Running", "at": 1 }');
  expect(linesAt('data', 'gone', '1')).toBe(linesAt('data'));
  expect(linesOf(answer, [])).toEqual({ first: 0, last: jsonText(answer).split('\n').length - 1 });
});
