import { parseManifest } from './manifest.js';
import { inlineYaml } from './yaml-decoder.js';

const limits = { length: 3000, documents: 5, objects: 2 };
const now = { turn: () => undefined, convert: (text: string) => inlineYaml.convert('', text), limits };

describe('a manifest', () => {
  test('may contain documents and Lists', async () => {
    const text =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n---\n{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "b"}}]}';
    expect((await parseManifest(text, now)).map((o) => `${o.kind} ${o.metadata.name}`)).toEqual(['ConfigMap a', 'Secret b']);
  });

  test.each([
    ['', 'no objects in the manifest'],
    ['- 1', 'document 1: expected an object'],
    ['kind: Pod', "document 1: Object 'apiVersion' is missing"],
    ['apiVersion: v1', "document 1: Object 'Kind' is missing"],
    ['apiVersion: v1\nkind: Pod', 'document 1: metadata is missing'],
    ['---\n---\nx: y\na: b: c', 'document 2, line 4, column 5: yaml: mapping values are not allowed in this context'],
    ['a: [\n', 'document 1, line 2, column 1: yaml: did not find expected node content'],
    ['a: [\n1,\n2 }', "document 1, line 3, column 3: yaml: did not find expected ',' or ']'"],
    ['apiVersion: v1\nkind: List\nitems: [3]', 'document 1: items[0]: expected an object'],
    ['x'.repeat(3001), 'the manifest is longer than 3000 characters'],
    [`{"a": ${'['.repeat(1100)}${']'.repeat(1100)}}`, 'document 1, line 1, column 1005: yaml: exceeded max depth of 1000'],
    ['a\n---\na\n---\na\n---\na\n---\na\n---\na', 'the manifest holds more than 5 documents'],
    [
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: Array(3).fill({ apiVersion: 'v1', kind: 'Pod', metadata: {} }) }),
      'the manifest holds more than 2 objects',
    ],
  ])('%j: %s', (text, message) => expect(parseManifest(text, now)).rejects.toThrow(message));

  test('aliases that multiply are rejected', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from(
      { length: 8 },
      (_, i) =>
        `b${i}: &b${i} [${Array(9)
          .fill(i ? `*b${i - 1}` : '*a')
          .join(',')}]`,
    ).join('\n')}`;
    await expect(parseManifest(bomb, now)).rejects.toThrow('document 1: yaml: document contains excessive aliasing');
  });
});
