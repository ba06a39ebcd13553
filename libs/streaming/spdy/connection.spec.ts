import { constants, createDeflate } from 'node:zlib';
import fc from 'fast-check';
import { STREAM_LIMITS } from '../limits.js';
import { SpdyConnection, type SpdyStream } from './connection.js';
import { DICTIONARY } from './dictionary.js';
import { controlFrame, dataHead, FIN, FrameReader, GOAWAY, PING, RST_STREAM, SYN_REPLY, SYN_STREAM, words } from './frames.js';
import { HeaderReader, HeaderWriter } from './headers.js';

/** Header blocks as a client makes them, compressed over the whole connection. */
async function headerBlocks(all: ReadonlyArray<Record<string, string>>): Promise<Buffer[]> {
  const deflate = createDeflate({ dictionary: DICTIONARY });
  const blocks: Buffer[] = [];
  let parts: Buffer[] = [];
  deflate.on('data', (part: Buffer) => parts.push(part));
  for (const headers of all) {
    parts = [];
    const texts = Object.entries(headers).flat();
    deflate.write(Buffer.concat([words(texts.length / 2), ...texts.flatMap((text) => [words(text.length), Buffer.from(text)])]));
    await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, () => resolve()));
    blocks.push(Buffer.concat(parts));
  }
  return blocks;
}

const synStream = (id: number, block: Buffer, flags = 0): Buffer =>
  controlFrame(SYN_STREAM, flags, Buffer.concat([words(id, 0), Buffer.from([0, 0]), block]));
const data = (id: number, text: string, flags = 0): Buffer => Buffer.concat([dataHead(id, flags, text.length), Buffer.from(text)]);

interface Served {
  sent: string[];
  seen: string[];
  closed: boolean;
  streams: SpdyStream[];
  connection: SpdyConnection;
  /** It reads nothing. */
  blocked: boolean;
  /** Whether it is read from. */
  held: boolean;
}

function serve(accepts = true): Served {
  const reader = new FrameReader();
  const served: Served = {
    sent: [],
    seen: [],
    closed: false,
    streams: [],
    blocked: false,
    held: false,
    connection: undefined as unknown as SpdyConnection,
  };
  served.connection = new SpdyConnection({
    send(bytes) {
      reader.append(bytes);
      for (let frame = reader.next(); frame; frame = reader.next()) {
        served.sent.push(
          frame.kind === 'data'
            ? `data ${frame.stream} ${frame.payload.toString()} ${frame.flags}`
            : `control ${frame.type} ${frame.payload.readUInt32BE(0)}`,
        );
      }
      return !served.blocked;
    },
    hold: () => {
      served.held = true;
    },
    release: () => {
      served.held = false;
    },
    opened(stream) {
      served.streams.push(stream);
      stream.onData = (bytes) => served.seen.push(`${stream.headers.get('streamtype')}: ${bytes.toString()}`);
      stream.onEnd = () => served.seen.push(`${stream.headers.get('streamtype')} ends`);
      stream.onReset = () => served.seen.push(`${stream.headers.get('streamtype')} is reset`);
      return accepts;
    },
    close: () => {
      served.closed = true;
    },
  });
  return served;
}

test.each([1, 3, 1000])('streams are opened, carry data both ways and end, %d bytes at a time', async (size) => {
  const [first, second] = await headerBlocks([{ streamtype: 'stdin' }, { streamtype: 'stdout', port: '80' }]);
  const served = serve();
  const sent = Buffer.concat([
    synStream(1, first ?? Buffer.alloc(0)),
    synStream(3, second ?? Buffer.alloc(0), FIN),
    data(1, 'hello'),
    controlFrame(PING, 0, words(7)),
    controlFrame(9, 0, words(1, 0x7fffffff)),
    data(1, '', FIN),
    data(99, 'nobody'),
  ]);
  for (let at = 0; at < sent.length; at += size) served.connection.receive(Buffer.from(sent.subarray(at, at + size)));
  served.streams[1]?.write(Buffer.from('out'));
  served.streams[1]?.end();
  served.streams[0]?.end();
  served.connection.goAway();
  expect([served.seen, served.sent, served.closed]).toEqual([
    ['stdout ends', 'stdin: hello', 'stdin ends'],
    [
      `control ${SYN_REPLY} 1`,
      `control ${SYN_REPLY} 3`,
      `control ${PING} 7`,
      'data 3 out 0',
      'data 3  1',
      'data 1  1',
      `control ${GOAWAY} 3`,
    ],
    true,
  ]);
});

test('streams above the limit, and those that nobody serves, are refused', async () => {
  const blocks = await headerBlocks(Array.from({ length: STREAM_LIMITS.streams + 1 }, () => ({ streamtype: 'data' })));
  const served = serve();
  for (const [at, block] of blocks.entries()) served.connection.receive(synStream(2 * at + 1, block));
  expect([served.streams.length, served.sent.at(-1)]).toEqual([
    STREAM_LIMITS.streams,
    `control ${RST_STREAM} ${2 * STREAM_LIMITS.streams + 1}`,
  ]);
  const none = serve(false);
  none.connection.receive(synStream(1, (await headerBlocks([{ streamtype: 'x' }]))[0] ?? Buffer.alloc(0)));
  expect(none.sent).toEqual([`control ${RST_STREAM} 1`]);
});

test.each<[string, () => Promise<Buffer> | Buffer]>([
  ['another version', () => Buffer.from('8002000100000000', 'hex')],
  ['a huge data frame', () => dataHead(1, 0, 0xffffff)],
  ['a huge control frame', () => Buffer.from('8003000100ffffff', 'hex')],
  ['a short SYN_STREAM', () => controlFrame(SYN_STREAM, 0, words(1))],
  ['headers that are not compressed', () => synStream(1, Buffer.from('garbage garbage'))],
  ['headers that inflate to much', async () => synStream(1, (await headerBlocks([{ x: 'a'.repeat(1024 * 1024) }]))[0] ?? Buffer.alloc(0))],
  ['an even stream', async () => synStream(2, (await headerBlocks([{ a: 'b' }]))[0] ?? Buffer.alloc(0))],
])('%s ends the connection', async (_, make) => {
  const served = serve();
  served.connection.receive(await make());
  expect([served.closed, served.sent.at(-1)]).toEqual([true, `control ${GOAWAY} 0`]);
});

test.each<[string, (id: number) => Promise<Buffer> | Buffer]>([
  ['pings', () => controlFrame(PING, 0, words(7))],
  ['streams', async (id) => synStream(2 * id + 1, (await headerBlocks([{ a: 'b' }]))[0] ?? Buffer.alloc(0))],
])('a client that does not read the answers to its %s gets no more of them, and is not read from', async (_, make) => {
  const served = serve();
  served.blocked = true;
  served.connection.receive(await make(0));
  const frames = Buffer.alloc(12 * 10_000, controlFrame(PING, 0, words(9)));
  served.connection.receive(frames);
  served.connection.receive(frames);
  expect([served.sent.length, served.held]).toEqual([1, true]);
  served.blocked = false;
  served.connection.drained();
  await null;
  expect([served.sent.length, served.held, served.closed]).toEqual([20_001, false, false]);
});

test('any bytes are survived', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 20 }), (chunks) => {
      const served = serve();
      // Some of the bytes look like frames.
      for (const [at, chunk] of chunks.entries()) {
        served.connection.receive(at % 2 === 0 ? Buffer.from(chunk) : controlFrame(chunk[0] ?? 0, chunk[1] ?? 0, Buffer.from(chunk)));
      }
      return served.streams.length <= STREAM_LIMITS.streams;
    }),
    { numRuns: 300 },
  );
});

test('what the writer makes is read again', () => {
  const [writer, reader] = [new HeaderWriter(), new HeaderReader()];
  const all: Array<Array<[string, string]>> = [
    [],
    [['a', 'b']],
    [
      ['streamtype', 'error'],
      ['port', '80'],
    ],
  ];
  expect(all.map((headers) => [...reader.read(writer.write(headers))])).toEqual(all);
});
