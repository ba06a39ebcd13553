// Values that code rarely expects.

const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length', 'then', 'valueOf', 'toJSON'];
const texts = [
  ...['', ' ', '\u0000', '\u0000\u0001', '\ud800', '\udc00x', '\ufeff', 'ä'.repeat(300), '\u202e', '\n', '\r\nX-Y: z', '\u2028', 'İ', 'ﬀ'],
  ...['.', '..', '../../x', '/', '//', '%', '%00', '%2e%2e', 'a/b', 'a/b/c', '/a', 'a/', '*', '?', '#', '~', '~1', '~0~', '-', '--'],
  ...['null', 'true', 'NaN', 'Infinity', '-0', '0x10', '1e3', '1_000', '١٢٣', '0', '00', '-1', '+1', '1.5', '1e309', '9'.repeat(400)],
  ...['9223372036854775807', '9223372036854775808', '-9223372036854775809', '18446744073709551616', '2147483648', '9007199254740993'],
  ...['1Ki', '-1Ei', '1e1000', '1e-1000', '0.000000000000000001', '1n', '.5', '5.', '1 Gi', '1Mi1', '1e', 'e5', '1E9999999999', '--1'],
  ...['50%', '-50%', '101%', '%50', '1e9%', '50%%', '0.5%'],
  ...[
    '0.0.0.0',
    '256.1.1.1',
    '::',
    '::1',
    '::ffff:1.2.3.4',
    '1.2.3',
    '01.2.3.4',
    '0.0.0.0/0',
    '10.0.0.0/33',
    '::/129',
    'fe80::1%eth0',
    '10.0.0.1/24',
  ],
  ...['2026-01-02T03:04:05Z', '0000-00-00T00:00:00Z', '9999-12-31T23:59:60Z', '+275760-09-13T00:00:00Z', '2026-02-30T00:00:00+99:99', '1'],
  ...['* * * * *', '@every 1ns', '0 0 31 2 *', '*/0 * * * *', '60 24 32 13 8', 'TZ=UTC * * * * *', '1-59/1 * * * *', '@yearly'],
  ...[
    'a=b',
    'a in (b,c)',
    'a notin ()',
    '!a',
    'a,,b',
    'a=b=c',
    '(((',
    'a>1',
    'a in (b',
    'x'.repeat(64),
    'a.b/c',
    'metadata.name=a,metadata.name=b',
  ],
  ...['self.x == 1', 'object.spec.replicas <= 5', '$(VAR)', '$$(A)', '$(', '{{.x}}', '`id`', '<script>', "' OR 1=1 --", '"', "'"],
  ...[
    'nginx',
    'nginx:',
    ':',
    '@',
    'a@sha256:',
    `a@sha256:${'0'.repeat(64)}`,
    'UPPER/x',
    'registry:99999/x',
    'x'.repeat(5000),
    'docker.io//x',
  ],
  ...[
    'data:;base64,AAAA',
    'AAAA',
    '====',
    'A',
    'e30=',
    'eyJhIjo',
    '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n',
  ],
  ...[
    'v1',
    'v0',
    'apps/v1',
    'apps/v1/x',
    '/',
    'v1/',
    'Pod',
    'pods',
    'List',
    'Status',
    'io.k8s',
    'system:masters',
    'system:serviceaccount:a:b',
  ],
  ...names,
];
const numbers = [
  0, -0, 1, -1, 0.5, -0.5, 65535, 65536, 2147483647, 2147483648, -2147483649, 4294967296, 9007199254740991, 9007199254740992,
];

/** Scalars and small structures to insert anywhere. */
export const odd = [
  ...[null, true, false, ...numbers, 1e21, -1e21, 1e308, 5e-324],
  ...texts,
  ...[{}, [], [[]], [null], [{}], { a: null }, [[[[]]]], { '': '' }, [1, 'a', null, {}], { type: 'x', value: 1 }],
  JSON.parse('{"__proto__": {"polluted": true}}'),
  JSON.parse('{"constructor": {"prototype": {"polluted": true}}}'),
];

/** Keys to add. */
export const oddKeys = [
  ...names,
  '',
  ' ',
  'a b',
  'a/b/c',
  '$patch',
  '$retainKeys',
  '$setElementOrder/containers',
  '$deleteFromPrimitiveList/finalizers',
]
  .concat([
    'metadata',
    'spec',
    'status',
    'kind',
    'apiVersion',
    'items',
    'x'.repeat(300),
    '\u0000',
    '0',
    '-1',
    '.',
    'name',
    'stringData',
    'template',
  ])
  .concat([
    'ownerReferences',
    'finalizers',
    'managedFields',
    'generateName',
    'deletionTimestamp',
    'resourceVersion',
    'uid',
    'labels',
    'annotations',
  ]);

export const oddTexts = texts;
