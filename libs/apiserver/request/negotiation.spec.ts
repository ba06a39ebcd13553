import { expect, test } from '@jest/globals';
import { negotiateInput, negotiateOutput, negotiatePlain, negotiateStream, negotiateWithoutTable, wantsPretty } from './negotiation.js';

const TABLE = { kind: 'Table', group: 'meta.k8s.io', version: 'v1' };

test.each<[string | undefined, unknown]>([
  [undefined, { encoding: 'json', pretty: false }],
  ['*/*', { encoding: 'json', pretty: false }],
  ['application/*', { encoding: 'json', pretty: false }],
  ['application/yaml', { encoding: 'yaml', pretty: false }],
  ['application/json;pretty=1', { encoding: 'json', pretty: true }],
  ['application/json;q=0.5, application/yaml', { encoding: 'yaml', pretty: false }],
  ['application/vnd.kubernetes.protobuf,application/json', { encoding: 'protobuf', pretty: false }],
  ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', { encoding: 'json', pretty: false, convert: TABLE }],
  ['application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json', { encoding: 'json', pretty: false }],
  ['application/json;as=Nope;v=v1;g=meta.k8s.io,application/yaml', { encoding: 'yaml', pretty: false }],
  ['text/html,application/xhtml+xml,*/*;q=0.8', { encoding: 'json', pretty: false }],
])('Accept: %s', (header, expected) => {
  expect(negotiateOutput(header)).toEqual(expected);
});

test.each<[string, unknown]>([
  ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', { encoding: 'json', pretty: false }],
  ['application/json;as=Table;v=v1;g=meta.k8s.io,application/yaml', { encoding: 'yaml', pretty: false }],
  ['application/json', { encoding: 'json', pretty: false }],
])('Accept without Tables: %s', (header, expected) => {
  expect(negotiateWithoutTable(header)).toEqual(expected);
});

test('only a Table, for a resource without Tables', () => {
  const accept = () => negotiateWithoutTable('application/json;as=Table;v=v1;g=meta.k8s.io');
  expect(accept).toThrow('only the following media types are accepted: application/json, application/yaml');
});

test('nothing that is supported', () => {
  expect(() => negotiateOutput('text/html')).toThrow(
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
  expect(negotiatePlain('text/html')).toBeUndefined();
});

test.each([
  ['clauses', `${'a/b;q=0.1,'.repeat(40_000)}application/json`],
  ['empty clauses', `${','.repeat(400_000)}application/json`],
  ['parameters', `application/json${';a=b'.repeat(100_000)};as=Table;v=v1;g=meta.k8s.io`],
])('an Accept header with very many %s is read only up to the limit', (_, header) => {
  if (header.endsWith(',application/json')) {
    expect(negotiatePlain(header)).toBeUndefined();
    expect(() => negotiateOutput(header)).toThrow('only the following media types are accepted');
  } else expect(negotiateOutput(header)).toEqual({ encoding: 'json', pretty: false });
});

test.each<[string | undefined, string]>([
  [undefined, 'json'],
  ['application/json; charset=utf-8', 'json'],
  ['application/yaml', 'yaml'],
  ['application/vnd.kubernetes.protobuf', 'protobuf'],
])('Content-Type: %s', (header, encoding) => {
  expect(negotiateInput(header)).toBe(encoding);
});

test('a watch has no form in YAML', () => {
  const expected =
    'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch';
  expect(() => negotiateStream('application/yaml', 'any')).toThrow(expected);
  expect(() => negotiateStream('application/yaml;as=PartialObjectMetadata;g=meta.k8s.io;v=v1', 'any')).toThrow(expected);
  expect(negotiateStream('application/json;stream=watch', 'any')).toEqual({ encoding: 'json', pretty: false });
});

test('other bodies are rejected', () => {
  expect(() => negotiateInput('text/plain')).toThrow('the body of the request was in an unknown format');
});

test.each<[string, string | undefined, boolean]>([
  ['', 'kubectl/v1.30', false],
  ['', 'curl/8', true],
  ['pretty=false', 'curl/8', false],
  ['pretty=true', 'kubectl/v1.30', true],
])('pretty: ?%s by %s', (query, agent, expected) => {
  expect(wantsPretty(new URLSearchParams(query), agent)).toBe(expected);
});
