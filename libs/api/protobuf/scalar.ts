import { ProtobufError } from './error.js';
import type { Codec } from './special.js';
import { int64, type Reader, type Writer } from './wire.js';

const scalar = (wire: number, read: (reader: Reader) => unknown, write: (writer: Writer, value: unknown) => void): Codec => ({
  read(reader, wireType) {
    if (wireType !== wire) throw new ProtobufError(`proto: wrong wireType = ${wireType}`);
    return read(reader);
  },
  write(writer, number, value) {
    writer.uint32((number << 3) | wire);
    write(writer, value);
  },
});

/** The codecs of plain values, by the schema's name of their type. */
export const scalars: Readonly<Record<'string' | 'bytes' | 'int32' | 'int64' | 'double' | 'boolean', Codec>> = {
  string: scalar(
    2,
    (r) => r.string(),
    (w, v) => w.string(String(v)),
  ),
  bytes: scalar(
    2,
    (r) => Buffer.from(r.bytes()).toString('base64'),
    (w, v) => w.bytes(Buffer.from(String(v), 'base64')),
  ),
  int32: scalar(
    0,
    (r) => r.int32(),
    (w, v) => w.int32(Number(v)),
  ),
  int64: scalar(0, int64, (w, v) => w.int64(Number(v))),
  double: scalar(
    1,
    (r) => r.double(),
    (w, v) => w.double(Number(v)),
  ),
  boolean: scalar(
    0,
    (r) => r.bool(),
    (w, v) => w.bool(v === true),
  ),
};
