import { askedBy, asksForOperation } from './asked.js';

const get = (query: object) => askedBy({ method: 'GET', query, body: undefined });
const post = (body: unknown) => askedBy({ method: 'POST', query: {}, body });

test('an operation is read from the URL or from the body', () => {
  expect(get({ query: '{ a }', variables: '{"b": 1}', extensions: '{"c": {}}', operationName: 'd' })).toEqual({
    query: '{ a }',
    operationName: 'd',
    variables: { b: 1 },
    extensions: { c: {} },
  });
  expect(post({ query: '{ a }', variables: { b: 1 }, operationName: null })).toEqual({ query: '{ a }', variables: { b: 1 } });
});

test.each<[string, () => unknown, string]>([
  ['a list', () => post([{ query: '{ a }' }]), 'one operation a request: a list of them is not accepted'],
  ['no object', () => post(undefined), 'the body must be a JSON object with a query'],
  ['a query that is no text', () => post({ query: {} }), 'query must be given once, as a text'],
  ['two queries', () => get({ query: ['{ a }', '{ b }'] }), 'query must be given once, as a text'],
  ['variables that are no JSON', () => get({ query: '{ a }', variables: '{' }), 'variables is not JSON'],
  ['variables that are a text', () => post({ query: '{ a }', variables: '{}' }), 'variables must be an object'],
  ['extensions that are a list', () => get({ query: '{ a }', extensions: '[]' }), 'extensions must be an object'],
])('%s is refused', (_name, ask, message) => {
  expect(ask).toThrow(message);
});

test.each([
  ['/graphql', undefined, false],
  ['/graphql?cluster=x', '*/*', false],
  ['/graphql?query=%7Ba%7D', undefined, true],
  ['/graphql?extensions=%7B%7D', 'application/json', true],
  ['/graphql?query=%7Ba%7D', 'text/html,application/xhtml+xml', false],
])('whether GET %s with Accept %s asks for an operation: %s', (url, accept, asks) => {
  expect(asksForOperation({ url, headers: { accept } })).toBe(asks);
});
