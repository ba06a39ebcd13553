import fc from 'fast-check';
import type { Definition, Field, Type } from '../definition.js';
import { decodeBody, decodeValue, encodeProtobuf, encodeWatchFrame, parseGroupVersion, scheme } from '../index.js';

/** Values of a type, as decoding leaves them: canonical, and without empty values that are dropped. */
function arbitraryOf(type: Type, depth: number): fc.Arbitrary<unknown> {
  switch (type.of) {
    case 'string':
      return fc.string({ minLength: 1, maxLength: 6, unit: 'binary' });
    case 'bytes':
      return fc.uint8Array({ minLength: 1, maxLength: 8 }).map((b) => Buffer.from(b).toString('base64'));
    case 'int32':
      return fc.integer().filter((n) => n !== 0);
    case 'int64':
      return fc.maxSafeInteger().filter((n) => n !== 0);
    case 'double':
      return fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => n !== 0);
    case 'boolean':
      return fc.constant(true);
    case 'struct':
      return objectOf(type.definition, depth + 1);
    case 'list':
      return fc.array(arbitraryOf(type.items, depth + 1), { minLength: 1, maxLength: 2 });
    case 'map':
      return fc.dictionary(fc.string({ minLength: 1, maxLength: 4 }), arbitraryOf(type.values, depth + 1), { minKeys: 1, maxKeys: 2 });
    case 'quantity':
      return fc.integer({ min: 1, max: 999 }).map((n) => `${n}m`);
    case 'time':
      return fc.integer({ min: 1, max: 4e9 }).map((s) => `${new Date(s * 1000).toISOString().slice(0, 19)}Z`);
    case 'microTime':
      return fc.integer({ min: 1, max: 4e12 }).map((ms) => `${new Date(ms).toISOString().slice(0, 23)}123Z`);
    case 'intOrString':
      return fc.oneof(fc.integer(), fc.string({ maxLength: 4 }));
    case 'schemaOrArray':
    case 'schemaOrStrings':
    case 'schemaOrBool':
      return depth > 4 ? fc.constant({ type: 'string' }) : objectOf(scheme.definition('apiextensions.v1.JSONSchemaProps'), depth + 2);
    default:
      return fc.constantFrom({ a: [1, 'x', null] }, { 'f:metadata': {} });
  }
}

function objectOf(definition: Definition, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const share = depth > 3 ? 1 : depth > 1 ? 3 : 6;
  const withProto = definition.fields.filter((f) => f.proto.length > 0);
  return fc.shuffledSubarray(withProto, { minLength: 0, maxLength: Math.min(share, withProto.length) }).chain((fields: Field[]) => {
    const shape = Object.fromEntries(
      fields.filter((f) => depth < 7 || !['struct', 'list', 'map'].includes(f.type.of)).map((f) => [f.name, arbitraryOf(f.type, depth)]),
    );
    return fc.record(shape);
  });
}

const kinds = [...scheme.definitions()].filter((d) => d.gvk && d.gvk[2] !== 'Status');

describe('every kind survives a round trip through protobuf', () => {
  test.each(kinds.map((d) => [d.id, d] as const))('%s', (_, definition) => {
    const [group, version, kind] = definition.gvk ?? ['', '', ''];
    fc.assert(
      fc.property(objectOf(definition, 0), (value) => {
        const apiVersion = group ? `${group}/${version}` : version;
        const { object } = decodeValue(definition, { ...structuredClone(value), kind, apiVersion });
        const body = encodeProtobuf(object as { kind: string; apiVersion: string });
        const back = decodeBody({ body, contentType: 'application/vnd.kubernetes.protobuf', expected: { group, version, kind } });
        expect(back).toEqual({ object, warnings: [] });
      }),
      { numRuns: 8 },
    );
  });
});

describe('malformed protobuf', () => {
  const expected = { group: 'apps', version: 'v1', kind: 'Deployment' };
  const deployment = {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: { name: 'a' },
    spec: { replicas: 1, template: { spec: { containers: [{ name: 'c' }] } } },
  };
  const attempt = (body: Uint8Array): string => {
    try {
      decodeBody({ body, contentType: 'application/vnd.kubernetes.protobuf', expected });
      return 'decoded';
    } catch (error) {
      return error instanceof Error ? `${error.constructor.name}: ${error.message}` : 'thrown';
    }
  };
  test('no magic', () => {
    expect(attempt(Buffer.from('{}'))).toBe(
      'StatusError: the object provided is unrecognized (must be of type Deployment): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] ({})',
    );
  });
  test('truncated anywhere, or with any byte changed, it decodes or is a bad request', () => {
    const whole = encodeProtobuf(deployment);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), (at, byte, cut) => {
        const bytes = Uint8Array.from(whole);
        bytes[at] = byte;
        expect(attempt(cut ? bytes.subarray(0, at) : bytes)).toMatch(/^(decoded|StatusError: )/);
      }),
      { numRuns: 500 },
    );
  });
  test('nested groups', () => {
    const raw = Buffer.alloc(300_000, 0x0b);
    const head = Buffer.from([0x6b, 0x38, 0x73, 0x00]);
    expect(attempt(Buffer.concat([head, raw]))).toMatch(/^StatusError: /);
  });
});

test('a watch frame is a length and an event with a complete message', () => {
  const pod = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'a' } };
  const frame = Buffer.from(encodeWatchFrame('ADDED', pod));
  const body = Buffer.from(encodeProtobuf(pod));
  expect(frame.readUInt32BE(0)).toBe(frame.length - 4);
  expect(frame.subarray(4, 11)).toEqual(Buffer.from('\n\u0005ADDED'));
  expect(frame.subarray(frame.length - body.length)).toEqual(body);
  expect(parseGroupVersion('v1')).toEqual({ group: '', version: 'v1' });
});

test('the verbs of a resource are a separate message', () => {
  const resource = { name: 'p', singularName: '', namespaced: true, kind: 'P', verbs: ['get', 'list'] };
  const list = { kind: 'APIResourceList', groupVersion: 'v1', resources: [resource] };
  const envelope = '6b387300 0a13 0a00 120f 4150495265736f757263654c697374';
  const message = '0a027631 1217 0a0170 1001 1a0150 220b 0a03676574 0a046c697374 3200';
  expect(Buffer.from(encodeProtobuf(list)).toString('hex')).toBe(`${envelope} 121d ${message} 1a00 2200`.replaceAll(' ', ''));
});
