import { summaryOf } from './summary.js';

const long = `${'word '.repeat(60)}end.`;

test.each<[what: string, description: string | undefined, expected: string | undefined]>([
  ['none', undefined, undefined],
  ['an empty one', '', undefined],
  ['one sentence', 'The name.', 'The name.'],
  ['without a period', 'The name', 'The name'],
  ['several sentences', 'The name. More info: https://example.com.', 'The name.'],
  ['a sentence over two lines', 'The name\nof it. More.', 'The name\nof it.'],
  ['paragraphs', 'Values:\n\n- a', 'Values:'],
  ['abbreviations', 'Names, e.g. A and B, i.e. All. More.', 'Names, e.g. A and B, i.e. All.'],
  ['periods within words', 'One of v1.Pod and 0.5. More.', 'One of v1.Pod and 0.5.'],
  ['a period before a small letter', 'Of example.com. or so. More.', 'Of example.com. or so.'],
  ['one word before', 'Deprecated. Use names. More.', 'Deprecated. Use names.'],
  ['one word alone', 'Required.', 'Required.'],
  ['a long sentence', long, `${'word '.repeat(39)}word …`],
  ['a long word', 'x'.repeat(300), `${'x'.repeat(200)} …`],
])('the summary of a description: %s', (_what, description, expected) => expect(summaryOf(description)).toBe(expected));
