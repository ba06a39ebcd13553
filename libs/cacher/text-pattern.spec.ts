import { TextPattern } from './text-pattern.js';

interface Pod {
  metadata: object;
  spec: { containers: Array<{ args: string[] }> };
}

const pod = (uid: string, at: string, rest: object = {}) =>
  JSON.stringify({
    kind: 'Pod',
    metadata: { name: 'a', uid, creationTimestamp: at, labels: { '7': at, a: 'b' }, ownerReferences: [{ uid: 'u0' }, { uid }] },
    spec: { containers: [{ name: 'c', args: ['é "quoted" \\', ''] }], port: 80, none: null, list: [], map: {} },
    ...rest,
  });

const first = pod('u1', '2026-01-01');

function withVersion(text: string): string {
  const object = JSON.parse(text) as { metadata: { resourceVersion: string } };
  object.metadata.resourceVersion = '7';
  return JSON.stringify(object);
}

function both(a: string, b: string) {
  const pattern = TextPattern.of(a, b);
  if (pattern === undefined) return undefined;
  return [a, b].map((text) => {
    const values = pattern.valuesOf(text) ?? [];
    expect(pattern.textOf(values)).toBe(text);
    expect(JSON.stringify(pattern.objectOf(values, '7'))).toBe(withVersion(text));
    return values;
  });
}

describe('a pattern', () => {
  it('has the strings that differ', () => {
    expect(both(first, pod('u2', '2026-02-02'))).toEqual([
      ['u1', '2026-01-01', '2026-01-01', 'u1'],
      ['u2', '2026-02-02', '2026-02-02', 'u2'],
    ]);
  });

  it.each([
    ['a number differs', pod('u1', '2026-01-01', { n: 1 }), pod('u1', '2026-01-01', { n: 2 })],
    ['a key differs', pod('u1', '2026-01-01', { a: 1 }), pod('u1', '2026-01-01', { b: 1 })],
    ['a string ends elsewhere', pod('u1', '2026-01-01', { a: 'xx', b: 'y' }), pod('u1', '2026-01-01', { a: 'x', b: 'yy' })],
    ['a string has escapes', pod('u1', '2026-01-01', { a: 'xxxx' }), pod('u1', '2026-01-01', { a: '\\"' })],
    ['a string has an escape beside a word', pod('u1', '2026-01-01', { a: '\nab' }), pod('u1', '2026-01-01', { a: '\nac' })],
    ['two strings of one differ in more than a word', pod('u1', '2026-01-01', { a: 'a b c' }), pod('u1', '2026-01-01', { a: 'x b y' })],
    ['a string has characters beyond ASCII', pod('u1', '2026-01-01', { a: 'x' }), pod('u1', '2026-01-01', { a: 'é' })],
    ['they are not equally long', first, pod('u11', '2026-01-01')],
    ['a list is a string', pod('u1', '2026-01-01', { a: '1' }), pod('u1', '2026-01-01', { a: [1] })],
    ['one is no JSON', '{"a":', '{"b":'],
    ['there is no metadata', '{"a":"b"}', '{"a":"c"}'],
    ['metadata is null', '{"metadata":null,"a":"b"}', '{"metadata":null,"a":"c"}'],
    ['the text is not as JSON.stringify writes it', '{"metadata":{}, "a":"b"}', '{"metadata":{}, "a":"c"}'],
    ['a key occurs twice', '{"metadata":{},"a":"b","a":"b"}', '{"metadata":{},"a":"c","a":"b"}'],
    ['a key is __proto__', '{"metadata":{},"__proto__":"b"}', '{"metadata":{},"__proto__":"c"}'],
    [
      'it is too deep',
      `{"metadata":{},"a":${'['.repeat(80)}"b"${']'.repeat(80)}}`,
      `{"metadata":{},"a":${'['.repeat(80)}"c"${']'.repeat(80)}}`,
    ],
    ['it is so deep that it cannot be read', '['.repeat(16_000), '['.repeat(16_000)],
  ])('does not exist if %s', (_, a, b) => {
    expect(both(a, b)).toBeUndefined();
  });

  const fields = (uid: string) => {
    const owners = { '.': {}, [`k:{"uid":"${uid}"}`]: { 'f:uid': uid }, 'k:{"uid":"z"}': {} };
    return JSON.stringify({ metadata: { uid, managedFields: [{ fieldsV1: { 'f:ownerReferences': owners } }] } });
  };

  it('has words of keys of managed fields', () => {
    expect(both(fields('u1'), fields('u2'))).toEqual([
      ['u1', 'u1', 'u1'],
      ['u2', 'u2', 'u2'],
    ]);
  });

  it('has words between other texts', () => {
    const of = (uid: string) => JSON.stringify({ metadata: {}, a: `a "b" ${uid} \\ c` });
    expect(both(of('u1'), of('u2'))).toEqual([['u1'], ['u2']]);
  });

  it('is widened by a text that differs elsewhere, and keeps its places', () => {
    const pattern = TextPattern.of(first, pod('u2', '2026-01-01'))?.widened(pod('u1', '2026-03-03'));
    const third = pod('u3', '2026-04-04');
    const values = pattern?.valuesOf(third) ?? [];
    expect(JSON.stringify(pattern?.objectOf(values, '7'))).toBe(withVersion(third));
    expect(pattern?.valuesOf(pod('u3', '2026-04-0"'))).toBeUndefined();
    expect(pattern?.widened(pod('u11', '2026-01-01'))).toBeUndefined();
  });

  it('shares what does not differ, frozen, and copies the rest', () => {
    const second = pod('u2', '2026-02-02');
    const pattern = TextPattern.of(first, second);
    const [a, b] = [first, second].map((text) => pattern?.objectOf(pattern.valuesOf(text) ?? [], '7') as unknown as Pod);
    expect(a?.spec).toBe(b?.spec);
    expect([a, a?.metadata, a?.spec.containers[0]?.args].map(Object.isFrozen)).toEqual([false, false, true]);
    expect(a?.metadata).not.toBe(b?.metadata);
  });
});
