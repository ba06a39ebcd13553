import protobuf from 'protobufjs/minimal.js';
import { ProtobufError } from './error.js';

export type Reader = protobuf.Reader;
export type Writer = protobuf.Writer;

export const newReader = (bytes: Uint8Array): Reader => protobuf.Reader.create(bytes);
export const newWriter = (): Writer => protobuf.Writer.create();

/** A 64-bit integer as a number; large ones are rounded. */
export function int64(reader: Reader): number {
  // A Long if the library has one, otherwise a number.
  return Number(String(reader.int64()));
}

/**
 * Reads the fields of one message: `field` is called with each field's number and wire type and returns false for an unknown one, which is
 * skipped. `end` is the position after the message. Throws ProtobufError if a field extends beyond the end.
 */
export function readFields(reader: Reader, end: number, field: (number: number, wireType: number) => boolean): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag >>> 3 === 0) throw new ProtobufError('proto: illegal tag 0');
    if (!field(tag >>> 3, tag & 7)) reader.skipType(tag & 7);
  }
  if (reader.pos > end) throw new ProtobufError('unexpected EOF');
}

/** Reads the length of a message or byte string and returns the position after it. */
export function readEnd(reader: Reader, wireType: number): number {
  if (wireType !== 2) throw new ProtobufError(`proto: wrong wireType = ${wireType}`);
  const end = reader.uint32() + reader.pos;
  if (end > reader.len) throw new ProtobufError('unexpected EOF');
  return end;
}

/** Reads a nested message, whose fields are passed to `field`. */
export function readMessage(reader: Reader, wireType: number, field: (number: number, wireType: number) => boolean): void {
  readFields(reader, readEnd(reader, wireType), field);
}

/** Writes a nested message under a field number. */
export function writeMessage(writer: Writer, number: number, body: () => void): void {
  writer.uint32((number << 3) | 2).fork();
  body();
  writer.ldelim();
}
