import fc from 'fast-check';
import { explain } from './explain.js';
import { DecodeError, decodeBody, decodeValue, scheme } from './index.js';
import { nodeOf } from './json-text.js';

const ids = [
  'core.v1.Pod',
  'apps.v1.Deployment',
  'core.v1.Secret',
  'core.v1.Service',
  'apiextensions.v1.CustomResourceDefinition',
  'coordination.v1.Lease',
];

/** Values that are valid in some fields and invalid in others, under names from the definition. */
function arbitraryBody(id: string): fc.Arbitrary<unknown> {
  const names = new Set<string>();
  const collect = (definitionId: string, depth: number): void => {
    for (const field of scheme.definition(definitionId).fields) {
      names.add(field.name);
      const type = field.type.of === 'list' ? field.type.items : field.type;
      if (type.of === 'struct' && depth < 3) collect(type.definition.id, depth + 1);
    }
  };
  collect(id, 0);
  const key = fc.constantFrom(...names, 'nope', '__proto__');
  const leaf = fc.oneof(
    fc.constantFrom(
      '',
      'a',
      'YQ==',
      'YR==',
      'A===',
      '2024-01-01T00:00:00Z',
      '2024-01-01T00:00:00.123456Z',
      '100m',
      '1Gi',
      '1Foo',
      '5',
      '-',
      '+.',
    ),
    fc.constantFrom(0, 1, -1, 1.5, 2 ** 31, 2 ** 53, 2 ** 63, 1e21, true, false, null),
    fc.string(),
  );
  return fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('value'), { maxLength: 2 }), fc.dictionary(key, tie('value'), { maxKeys: 4 })),
    body: fc.dictionary(key, tie('value'), { maxKeys: 5 }),
  })).body;
}

test.each(ids)('%s: the fast and the slow walk agree on what is valid', (id) => {
  const definition = scheme.definition(id);
  fc.assert(
    fc.property(arbitraryBody(id), (body) => {
      const expected = explain(definition, nodeOf(body));
      const before = JSON.stringify(body);
      try {
        const { object, strict } = decodeValue(definition, body, 'Strict');
        expect({ error: undefined, strict }).toEqual(expected);
        // Encoding is idempotent.
        const text = JSON.stringify(object);
        expect(JSON.stringify(decodeValue(definition, JSON.parse(text), 'Strict'))).toBe(
          JSON.stringify({ object: JSON.parse(text), strict: [] }),
        );
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        expect(error.message).toBe(expected.error);
      }
      expect(JSON.stringify(body)).toBe(before);
    }),
    { numRuns: 400 },
  );
});

test.each(['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'])(
  'any text as %s is either an object or a bad request',
  (contentType) => {
    const valid = '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}]}}';
    const spoiled = fc
      .tuple(fc.nat(valid.length), fc.nat(3), fc.string())
      .map(([at, cut, more]) => valid.slice(0, at) + more + valid.slice(at + cut));
    fc.assert(
      fc.property(fc.oneof(spoiled, fc.string(), fc.json()), (text) => {
        try {
          decodeBody({ body: Buffer.from(text), contentType, expected: { group: '', version: 'v1', kind: 'Pod' } });
        } catch (error) {
          expect(error).toMatchObject({ status: { code: 400, reason: 'BadRequest' } });
        }
      }),
      { numRuns: 500 },
    );
  },
);

test.each([
  ['a number of a million digits', `{"metadata":{"generation":${'9'.repeat(1_000_000)}}}`],
  ['a quantity of a million digits', `{"spec":{"overhead":{"cpu":"${'9'.repeat(1_000_000)}"}}}`],
  ['a million unknown fields', `{${Array.from({ length: 100_000 }, (_, i) => `"x${i}":1`).join()}}`],
  ['a name of 100,000 characters', `{"metadata":{"name":"${'a'.repeat(100_000)}"}}`],
])('%s does not take long', (_, body) => {
  const before = process.cpuUsage();
  try {
    decodeBody({
      body: Buffer.from(body),
      contentType: 'application/json',
      expected: { group: '', version: 'v1', kind: 'Pod' },
      fieldValidation: 'Strict',
    });
  } catch (error) {
    expect(error).toMatchObject({ status: { code: 400 } });
  }
  // CPU time, which does not depend on other work on the machine.
  expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
});

test('a YAML document of nested aliases is rejected', () => {
  const laugh = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefgh'.split('').map((n, i) => `${n}: &${n} [${Array(9).fill(`*${'abcdefg'[i]}`).join()}]`),
  ].join('\n');
  expect(() =>
    decodeBody({ body: Buffer.from(laugh), contentType: 'application/yaml', expected: { group: '', version: 'v1', kind: 'Pod' } }),
  ).toThrow('the object provided is unrecognized (must be of type Pod): yaml: document contains excessive aliasing');
});
