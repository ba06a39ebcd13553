import { AllowedHosts, parseAllowedHost } from './allowed-hosts.js';

it.each([
  ['hooks.example.com', true],
  ['*.example.com:8443', true],
  ['192.0.2.7', true],
  ['192.0.2.0/24:9443', true],
  ['[2001:db8::]:8443', true],
  ['2001:db8::1', true],
  ['2001:db8::/32', true],
  ['', false],
  ['a b', false],
  ['*', false],
  ['a.*.b', false],
  ['https://a.b', false],
  ['a.b:0', false],
  ['a.b:65536', false],
  ['192.0.2.0/33', false],
  ['a.b/24', false],
])('%s is an entry: %s', (text, valid) => {
  expect(parseAllowedHost(text) !== undefined).toBe(valid);
});

const allowed = new AllowedHosts(['hooks.example.com', '*.corp.test:8443', '192.0.2.0/24', '127.0.0.1:9443', '2001:db8::/32:444']);

it.each<[string, number, boolean]>([
  ['hooks.example.com', 443, true],
  ['HOOKS.example.com.', 443, true],
  ['hooks.example.com', 8443, false],
  ['xhooks.example.com', 443, false],
  ['a.corp.test', 8443, true],
  ['a.b.corp.test', 8443, true],
  ['corp.test', 8443, false],
  ['.corp.test', 8443, false],
  ['192.0.2.200', 443, true],
  ['192.0.3.1', 443, false],
  ['127.0.0.1', 9443, true],
  ['127.0.0.1', 443, false],
  ['localhost', 9443, false],
  ['::1', 9443, false],
])('%s:%i may be called: %s', (host, port, want) => {
  expect(allowed.allows(host, port)).toBe(want);
});

it.each<[string, number, boolean]>([
  ['203.0.113.9', 443, true],
  ['10.0.0.1', 443, true],
  ['127.0.0.1', 443, false],
  ['127.0.0.1', 9443, true],
  ['127.1.2.3', 9443, false],
  ['::ffff:127.0.0.1', 443, false],
  ['::ffff:127.0.0.1', 9443, true],
  ['::1', 443, false],
  ['::', 443, false],
  ['0.0.0.0', 443, false],
  ['169.254.169.254', 443, false],
  ['fe80::1', 443, false],
  ['255.255.255.255', 443, false],
])('an allowed name may lead to %s:%i: %s', (address, port, want) => {
  expect(allowed.allowsResolved(address, port)).toBe(want);
});
