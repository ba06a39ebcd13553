import { adoptSocketToken } from './socket-token.js';

const token = (text: string) => `base64url.bearer.authorization.k8s.io.${Buffer.from(text).toString('base64url')}`;

test.each<[string, string, boolean, string | undefined, string]>([
  ['a token', `${token('t.1')}, v5.channel.k8s.io`, true, 'Bearer t.1', 'v5.channel.k8s.io'],
  ['between others', `v5.channel.k8s.io,${token('t')},v4.channel.k8s.io`, true, 'Bearer t', 'v5.channel.k8s.io, v4.channel.k8s.io'],
  ['no token', 'v5.channel.k8s.io', true, undefined, 'v5.channel.k8s.io'],
  ['only a token', token('t'), false, undefined, token('t')],
  ['two tokens', `${token('a')}, ${token('b')}, x`, false, undefined, `${token('a')}, ${token('b')}, x`],
  ['no base64', `${token('')}%, x`, false, undefined, `${token('')}%, x`],
  ['nothing encoded', `${token('')}, x`, false, undefined, `${token('')}, x`],
])('%s', (_, protocols, fine, authorization, left) => {
  const headers = { upgrade: 'WebSocket', 'sec-websocket-protocol': protocols };
  expect([adoptSocketToken(headers), headers]).toEqual([
    fine,
    { upgrade: 'WebSocket', 'sec-websocket-protocol': left, ...(authorization && { authorization }) },
  ]);
});

test.each<[string, Record<string, string>]>([
  ['beside a header', { authorization: 'Bearer x', upgrade: 'websocket' }],
  ['without an upgrade', {}],
  ['of another upgrade', { upgrade: 'SPDY/3.1' }],
])('a token %s is left alone', (_, more) => {
  const headers = { 'sec-websocket-protocol': `${token('t')}, x`, ...more };
  expect([adoptSocketToken(headers), headers]).toEqual([true, { ...headers }]);
});
