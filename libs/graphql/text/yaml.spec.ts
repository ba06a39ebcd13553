import fc from 'fast-check';
import { parse } from 'yaml';
import { yamlOf } from './yaml.js';

const now = () => undefined;

describe('YAML', () => {
  test("looks like kubectl's output", async () => {
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', labels: {}, annotations: { 'a/b': 'yes', n: '1' } },
      spec: {
        containers: [{ name: 'c', args: ['x', 'y: z', ''], image: 'nginx:1.27' }],
        nested: [['a', { b: 1 }], []],
        script: 'one\ntwo\n',
      },
    };
    expect(await yamlOf(object, now)).toBe(`apiVersion: v1
kind: Pod
metadata:
  name: a
  labels: {}
  annotations:
    a/b: "yes"
    "n": "1"
spec:
  containers:
  - name: c
    args:
    - x
    - "y: z"
    - ""
    image: nginx:1.27
  nested:
  - - a
    - b: 1
  - []
  script: |
    one
    two
`);
  });

  test('can be parsed back to the same value', async () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('a', 'n', ':', ' ', '\n', '-', '#', '"', "'", '\t', '1', '.', '|', '\r', '{', '~') }),
    );
    const documents = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        texts,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(texts, tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    await fc.assert(
      fc.asyncProperty(fc.dictionary(texts, documents, { minKeys: 1, maxKeys: 4 }), async (object) => {
        expect(parse(await yamlOf(object, now))).toEqual(object);
      }),
      { numRuns: 100, examples: [[{ a: { b: [' \n'] } }]] },
    );
  });

  test('supports long keys and deep nesting', async () => {
    const long = { [`${'k'.repeat(2_000)}`]: { a: 'b' } };
    expect(parse(await yamlOf(long, now))).toEqual(long);
    let deep: object = { end: true };
    for (let i = 0; i < 20_000; i += 1) deep = [deep];
    expect(await yamlOf({ deep }, now)).toMatch(/^deep:\n- - - /);
  });

  test('may yield at every line', async () => {
    let turns = 0;
    await yamlOf({ list: Array.from({ length: 1_000 }, (_, i) => i) }, () => {
      turns += 1;
      return turns % 100 === 0 ? Promise.resolve() : undefined;
    });
    expect(turns).toBe(1_001);
  });
});
