import protobuf from 'protobufjs/minimal.js';
import { ProtobufError } from './error.js';

export type Reader = protobuf.Reader;
export type Writer = protobuf.Writer;

export const newReader = (bytes: Uint8Array): Reader => protobuf.Reader.create(bytes);
export const newWriter = (): Writer => protobuf.Writer.create();

/** A 64-bit integer as a number; what JSON could not hold exactly it rounds. */
export function int64(reader: Reader): number {
  // A Long where the library has one, a number where it has none.
  return Number(String(reader.int64()));
}

/**
 * Reads the fields of one message: `field` is called with each field's number and wire type and returns false for one it does not know,
 * which is skipped. `end` is the position behind the message. Throws ProtobufError where a field runs over the end.
 */
export function readFields(reader: Reader, end: number, field: (number: number, wireType: number) => boolean): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag >>> 3 === 0) throw new ProtobufError('proto: illegal tag 0');
    if (!field(tag >>> 3, tag & 7)) reader.skipType(tag & 7);
  }
  if (reader.pos > end) throw new ProtobufError('unexpected EOF');
}

/** Reads the length of a message or byte string and returns the position behind it. */
export function readEnd(reader: Reader, wireType: number): number {
  if (wireType !== 2) throw new ProtobufError(`proto: wrong wireType = ${wireType}`);
  const end = reader.uint32() + reader.pos;
  if (end > reader.len) throw new ProtobufError('unexpected EOF');
  return end;
}

/** Reads a message of its own whose fields are handed to `field`. */
export function readMessage(reader: Reader, wireType: number, field: (number: number, wireType: number) => boolean): void {
  readFields(reader, readEnd(reader, wireType), field);
}

/** Writes a message of its own under a field number. */
export function writeMessage(writer: Writer, number: number, body: () => void): void {
  writer.uint32((number << 3) | 2).fork();
  body();
  writer.ldelim();
}
