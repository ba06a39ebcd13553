import { ByteQueue } from './byte-queue.js';

test('chunks of any size come out in order, and what was taken is never overwritten', () => {
  const queue = new ByteQueue();
  const text = Array.from({ length: 5000 }, (_, at) => String.fromCharCode(97 + (at % 26))).join('');
  const taken: Buffer[] = [];
  for (let at = 0, size = 1; at < text.length; at += size, size = (size * 7) % 61) {
    queue.append(Buffer.from(text.slice(at, at + size)));
    if (size % 3 === 0) taken.push(queue.take(size - 1));
  }
  taken.push(queue.take(Number.MAX_SAFE_INTEGER));
  expect([Buffer.concat(taken).toString(), queue.length]).toEqual([text, 0]);
});

test('single bytes are held in a few buffers', () => {
  const queue = new ByteQueue();
  const buffers = new Set<ArrayBufferLike>();
  for (let at = 0; at < 100_000; at++) {
    queue.append(Buffer.from([at & 0xff]));
    buffers.add(queue.bytes.buffer);
  }
  expect([queue.length, queue.bytes[99_999], buffers.size < 12]).toEqual([100_000, 99_999 & 0xff, true]);
});
