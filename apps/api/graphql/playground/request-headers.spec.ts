import path from 'node:path';

const { checkHeaders } = (await import(path.join(import.meta.dirname, 'request-headers.js'))) as {
  checkHeaders(headers: Record<string, unknown> | undefined, kind: string): void;
};

test.each([
  [undefined, 'subscription'],
  [{}, 'subscription'],
  [{ 'audit-id': 'mine', 'x-count': 5 }, 'mutation'],
])('%j are sent with a %s', (headers, kind) => {
  expect(() => checkHeaders(headers, kind)).not.toThrow();
});

test.each([
  [{ 'x-a': 'b' }, 'subscription', 'A subscription goes over a WebSocket, which takes no headers'],
  [{ Authorization: 'Bearer x' }, 'query', 'The header Authorization is that of your session'],
  [{ 'bad header': 'x' }, 'query', 'Headers: "bad header" cannot be sent with the value "x".'],
  [{ 'x-a': 'b\nc' }, 'query', 'Headers: "x-a" cannot be sent with the value "b\\nc".'],
])('%j are not sent with a %s, and it is said why', (headers, kind, message) => {
  expect(() => checkHeaders(headers, kind)).toThrow(message);
});
