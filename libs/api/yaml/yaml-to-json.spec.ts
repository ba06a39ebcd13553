import { describe, expect, test } from '@jest/globals';
import { yamlToJson } from './yaml-to-json.js';

const excessive = 'yaml: document contains excessive aliasing';
const wantMap = 'yaml: map merge requires map or sequence of maps as the value';

test.each([
  ['', 'null'],
  ['# only this\n', 'null'],
  ['a: b', '{"a":"b"}'],
  ['b: 1\na: 2\n', '{"a":2,"b":1}'],
  ['{"a": [1, "x", null, {}], "b": []}', '{"a":[1,"x",null,{}],"b":[]}'],
  ['[y, Y, yes, on, True, n, No, off, FALSE]', '[true,true,true,true,true,false,false,false,false]'],
  ['["y", \'no\', !!str on, yEs, tRue]', '["y","no","on","yEs","tRue"]'],
  ['[~, null, Null, NULL, nUll, ]', '[null,null,null,null,"nUll"]'],
  ['[0, 1_000, +5, -5, 0x1F, 0b101, -0b11, 0o17, 017, 08, 09.5]', '[0,1000,5,-5,31,5,-3,15,15,8,9.5]'],
  ['[9007199254740993, 18446744073709551615, -9223372036854775808, 7]', '[9007199254740993,18446744073709551615,-9223372036854775808,7]'],
  ['[18446744073709551616, 1e3, .5, 5., 1.5e-9, -0.0, 1e999, .5e999]', '[18446744073709552000,1000,0.5,5,1.5e-9,-0,"1e999",".5e999"]'],
  ['[1:20, 2001-12-14, 2001-12-14T21:59:43Z, 1.2.3, 0x, +, 0xg]', '["1:20","2001-12-14","2001-12-14T21:59:43Z","1.2.3","0x","+","0xg"]'],
  ['[!!int "3", !!float 3, !!bool yes, !!binary aGk=, !mine 3, ! 3]', '[3,3,true,"hi","3",3]'],
  ['a: |\n  x\n  y\nb: >-\n  x\n  y\n', '{"a":"x\\ny\\n","b":"x y"}'],
  ['1: a\n1.5: b\ntrue: c\n0x10: d\n', '{"1":"a","1.5":"b","16":"d","true":"c"}'],
  ['a: &x {b: 1}\nc: *x\n', '{"a":{"b":1},"c":{"b":1}}'],
  ['a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\n', '{"a":{"b":1,"c":2},"d":{"b":1,"c":3}}'],
  ['d: {<<: [{a: 1}, {a: 2, b: 2}]}', '{"d":{"a":1,"b":2}}'],
  ['"<<": {a: 1}', '{"<<":{"a":1}}'],
  ['__proto__: {a: 1}\nconstructor: x\n', '{"__proto__":{"a":1},"constructor":"x"}'],
  ['---\na: b\n---\nc: d\n', '{"a":"b"}'],
  ['%YAML 1.1\n# x\n\n---\na: b\n...\n{', '{"a":"b"}'],
  ['a: b\n...\nc: [\n', '{"a":"b"}'],
  ['---\n---\na: b\n', 'null'],
  ['\uFEFFa: b\r\nc: d\r\n', '{"a":"b","c":"d"}'],
  // goyaml.v2 accepts any indentation of lines between brackets and quotes.
  ['a: [\n1,\n2\n]\nb: {\n  c: d\n}\n', '{"a":[1,2],"b":{"c":"d"}}'],
  ['a:\n  b: "x\ny\n  z"\n', '{"a":{"b":"x y z"}}'],
])('%j: %s', (text, json) => expect(yamlToJson(text)).toMatchObject({ json }));

test.each([
  ['a: b: c', 'yaml: mapping values are not allowed in this context'],
  ['k: v\n  x: y', 'yaml: line 2: mapping values are not allowed in this context'],
  ['a:\n  b: 1\n c: 2', 'yaml: line 2: did not find expected key'],
  ['a: b\nc\nd: e', "yaml: line 3: could not find expected ':'"],
  ['- a\nb: c', "yaml: line 1: did not find expected '-' indicator"],
  ['\ta: b', 'yaml: found character that cannot start any token'],
  ['a:\n\tb: c', 'yaml: line 2: found character that cannot start any token'],
  ['x: 1\na: @x', 'yaml: line 2: found character that cannot start any token'],
  ['a: - b', 'yaml: block sequence entries are not allowed in this context'],
  ['a: [1, 2', "yaml: did not find expected ',' or ']'"],
  ['x: y\na: {b: c', "yaml: line 1: did not find expected ',' or '}'"],
  ['a: [', 'yaml: did not find expected node content'],
  ['a: ]', 'yaml: did not find expected node content'],
  ['a: "x', 'yaml: found unexpected end of stream'],
  ['a: "\\q"', 'yaml: found unknown escape character'],
  ['a: \u0001', 'yaml: control characters are not allowed'],
  ['a: *x', "yaml: unknown anchor 'x' referenced"],
  ['a: &x [*x]', "yaml: anchor 'x' value contains itself"],
  ['<<: 1', wantMap],
  ['<<: [1]', wantMap],
  ['a: &x [{b: c}]\nd: {<<: *x}', wantMap],
  ['a: !!int x', 'yaml: cannot decode !!str `x` as a !!int'],
  ['a: .nan', 'json: unsupported value: NaN'],
  ['~: a', 'unsupported map key of type: %!s(<nil>), key: <nil>'],
  ['[a]: b', 'yaml: invalid map key: []interface {}{...}'],
  [`[${'1,'.repeat(500_000)}]`, 'yaml: document has too many nodes'],
  // These used to take minutes, or overflow the stack.
  ['!!map '.repeat(200_000), 'yaml: did not find expected node content'],
  ['a: '.repeat(300_000), 'yaml: mapping values are not allowed in this context'],
  ['- '.repeat(300_000), 'yaml: exceeded max depth of 1000'],
  ['['.repeat(1001), 'yaml: exceeded max depth of 1000'],
  [`a: &a ${'['.repeat(600)}${']'.repeat(600)}\nb: ${'['.repeat(600)}*a${']'.repeat(600)}\n`, 'yaml: exceeded max depth of 1000'],
])('%.60j: %s', (text, error) => expect(yamlToJson(text)).toMatchObject({ error }));

test.each([
  ['a: 1\na: 2\n', '{"a":2}', ['line 2: key "a" already set in map']],
  ['a:\n  1: x\n  1:\n    b: z\n', '{"a":{"1":{"b":"z"}}}', ['line 4: key 1 already set in map']],
  ['a: &x {k: 1}\nb:\n  k: 2\n  <<: *x\n', '{"a":{"k":1},"b":{"k":1}}', ['line 4: key "k" already set in map']],
])('duplicate keys of %j', (text, json, found) => {
  expect(yamlToJson(text)).toEqual({ json, repeated: `yaml: unmarshal errors:\n  ${found.join('\n  ')}` });
});

describe('aliases', () => {
  const levels = (count: number, width: number) =>
    Array.from({ length: count }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(width).fill(`*a${i}`).join(',')}]\n`).join('');

  test('that multiply are rejected', () => {
    expect(yamlToJson(`a0: &a0 [x]\n${levels(200, 9)}`)).toEqual({ error: excessive });
  });

  test('that multiply a long text are rejected', () => {
    expect(yamlToJson(`a: &a ${'x'.repeat(100_000)}\nb: [${Array(50).fill('*a').join(',')}]`)).toEqual({ error: excessive });
  });

  test('may be used as usual', () => {
    const { json } = yamlToJson(`a: &a {b: c}\nd: [${Array(500).fill('*a').join(', ')}]`) as { json: string };
    expect(JSON.parse(json)).toEqual({ a: { b: 'c' }, d: Array(500).fill({ b: 'c' }) });
  });
});
