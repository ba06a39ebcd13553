import { ChannelCodec } from './channels.js';
import { statusMessage, statusText } from './exit-status.js';

test.each([
  ['v4.channel.k8s.io', 1, 'hi', '\x01hi'],
  ['channel.k8s.io', 2, '', '\x02'],
  ['v4.base64.channel.k8s.io', 1, 'hi', '1aGk='],
])('messages of %s', (protocol, channel, text, want) => {
  const codec = new ChannelCodec(protocol);
  const message = codec.encode(channel, Buffer.from(text));
  expect(Buffer.from(message).toString()).toBe(want);
  expect(codec.decode(Buffer.from(message))).toEqual({ channel, bytes: Buffer.from(text) });
});

test('how commands end', () => {
  const failed = { code: 3, command: ['sh', '-c', 'exit 3'] };
  expect([
    JSON.parse(statusText({ code: 0, command: [] })),
    JSON.parse(statusText(failed)),
    JSON.parse(statusText({ error: 'no' })).message,
    statusMessage({ code: 0, command: [] }),
    statusMessage(failed),
  ]).toEqual([
    { metadata: {}, status: 'Success' },
    {
      metadata: {},
      status: 'Failure',
      message: 'command terminated with non-zero exit code: error executing command [sh -c exit 3], exit code 3',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    },
    'Internal error occurred: no',
    '',
    'command terminated with non-zero exit code: error executing command [sh -c exit 3], exit code 3',
  ]);
});
