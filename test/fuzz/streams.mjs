// Inputs for connections that are taken over: exec, attach and port-forward over WebSocket and SPDY, with frames of every kind.
import fc from 'fast-check';

const bytes = (maxLength) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));

/** A WebSocket frame of a client: masked with zeros. */
const websocketFrame = fc
  .record({
    first: fc.constantFrom(0x82, 0x81, 0x02, 0x80, 0x88, 0x89, 0xf2),
    channel: fc.constantFrom(0, 1, 3, 4, 48, 255),
    content: fc.oneof(
      bytes(40),
      fc.constantFrom('ls\n', 'exit 3\n', 'while :; do :; done\n', 'yes\n', '{"Width":80,"Height":24}', '\x03', '\x00').map(Buffer.from),
    ),
    // What the frame says of its length.
    claims: fc.constantFrom(undefined, undefined, undefined, 0, 5, 126, 127),
  })
  .map(({ first, channel, content, claims }) => {
    const payload = Buffer.concat([Buffer.from([channel]), content]);
    return Buffer.concat([Buffer.from([first, 0x80 | (claims ?? payload.length)]), Buffer.alloc(4), payload]);
  });

/** A SPDY frame: control or data, whatever it says. */
const spdyFrame = fc
  .record({
    type: fc.constantFrom(0, 1, 1, 1, 2, 3, 4, 6, 7, 8, 9, 200),
    stream: fc.constantFrom(0, 1, 1, 3, 5, 0x7fffffff),
    flags: fc.constantFrom(0, 0, 1, 2, 255),
    content: bytes(60),
    claims: fc.constantFrom(undefined, undefined, undefined, 0, 0xffffff),
  })
  .map(({ type, stream, flags, content, claims }) => {
    const head = Buffer.alloc(8);
    if (type === 0) head.writeUInt32BE(stream, 0);
    else {
      head.writeUInt16BE(0x8003, 0);
      head.writeUInt16BE(type, 2);
    }
    const id = Buffer.alloc(type === 0 ? 0 : 10);
    if (id.length > 0) id.writeUInt32BE(stream, 0);
    const payload = Buffer.concat([id, content]);
    head.writeUInt32BE(claims ?? payload.length, 4);
    head[4] = flags;
    return Buffer.concat([head, payload]);
  });

/** Words of commands in the pod of etcd. */
const etcdWords = fc.array(
  fc.oneof(
    fc.constantFrom(
      'get',
      'put',
      'del',
      'member',
      'list',
      'endpoint',
      'status',
      'snapshot',
      'save',
      'restore',
      'defrag',
      'compact',
      'alarm',
    ),
    fc.constantFrom(
      '',
      '/',
      '/registry/',
      '--prefix',
      '--limit=-1',
      '--rev=9999999999',
      '-w',
      'json',
      'table',
      '--endpoints=',
      '--help',
      '/tmp/x',
    ),
    fc.string({ maxLength: 12 }),
  ),
  { maxLength: 6 },
);
const etcdCommand = fc
  .tuple(fc.constantFrom('etcdctl', 'etcdutl'), etcdWords)
  .map(([program, words]) => [program, ...words].map((word) => `command=${encodeURIComponent(word.toWellFormed())}`).join('&'))
  .map((command) => `/api/v1/namespaces/kube-system/pods/etcd-control-plane/exec?stdout=1&stderr=1&${command}`);

/** A stream of a pod. */
const pathIn = (pod) =>
  fc
    .tuple(
      fc.constantFrom('exec', 'attach', 'portforward', 'proxy', 'log'),
      fc.constantFrom(
        '',
        '?command=sh&stdin=1&stdout=1&stderr=1&tty=1',
        '?command=cat&stdin=true&stdout=true',
        '?stdin=1&stdout=1',
        '?ports=80&ports=8080',
        '?ports=99999',
        '?follow=true&tailLines=1',
      ),
    )
    .map(([subresource, query]) => `/api/v1/namespaces/default/pods/${pod}/${subresource}${query}`);

/** One connection: what it asks for, and what it sends then. `pod` runs a shell. */
export const streams = (pod) =>
  fc.record({
    sort: fc.constant('stream'),
    path: fc.oneof({ weight: 1, arbitrary: etcdCommand }, { weight: 4, arbitrary: pathIn(pod) }),
    protocol: fc.constantFrom('websocket', 'SPDY/3.1'),
    subprotocol: fc.constantFrom(
      'v5.channel.k8s.io',
      'v4.channel.k8s.io',
      'base64.channel.k8s.io',
      'SPDY/3.1+portforward.k8s.io',
      'portforward.k8s.io',
      'x',
    ),
    frames: fc.array(fc.oneof(websocketFrame, spdyFrame, bytes(200)), { maxLength: 12 }),
  });

/** The head of its request. */
export const streamRequest = ({ path, protocol, subprotocol }, cluster) => ({
  method: 'GET',
  url: `/clusters/${cluster}${path}`,
  headers: {
    connection: 'upgrade',
    upgrade: protocol,
    ...(protocol === 'websocket'
      ? { 'sec-websocket-protocol': subprotocol, 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' }
      : { 'x-stream-protocol-version': subprotocol }),
  },
});
