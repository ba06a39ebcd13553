import type { DecodedValue } from '../decode-value.js';
import type { Definition } from '../definition.js';
import { type GroupVersionKind, parseGroupVersion, scheme } from '../scheme.js';
import { Mismatch, walk } from '../walk.js';
import { ProtobufError } from './error.js';
import { readDefinition, writeDefinition } from './message.js';
import { newReader, newWriter, type Reader, readEnd, readFields, readMessage, writeMessage } from './wire.js';

export { ProtobufError } from './error.js';

/** `k8s` and a zero byte, with which every protobuf body begins (serializer/protobuf/protobuf.go). */
const magic = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

interface Envelope {
  apiVersion: string;
  kind: string;
  raw: Uint8Array;
  contentEncoding: string;
}

function readTypeMeta(reader: Reader, wireType: number, envelope: Envelope): void {
  readMessage(reader, wireType, (number) => {
    if (number === 1) envelope.apiVersion = reader.string();
    else if (number === 2) envelope.kind = reader.string();
    return number === 1 || number === 2;
  });
}

/** runtime.Unknown: the kind and the bytes of the message. */
function open(body: Uint8Array): Envelope {
  if (body.length < magic.length)
    throw new ProtobufError(
      body.length ? 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]' : 'empty data',
    );
  if (magic.some((byte, i) => body[i] !== byte)) {
    throw new ProtobufError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  const reader = newReader(body.subarray(magic.length));
  const envelope: Envelope = { apiVersion: '', kind: '', raw: new Uint8Array(), contentEncoding: '' };
  readFields(reader, reader.len, (number, wireType) => {
    if (number === 1) readTypeMeta(reader, wireType, envelope);
    else if (number === 2) {
      const end = readEnd(reader, wireType);
      envelope.raw = reader.buf.subarray(reader.pos, end);
      reader.pos = end;
    } else if (number === 3) envelope.contentEncoding = reader.string();
    else return false;
    return true;
  });
  if (envelope.contentEncoding) throw new ProtobufError(`unsupported content encoding ${JSON.stringify(envelope.contentEncoding)}`);
  return envelope;
}

/**
 * Decodes a protobuf body. `found` is called with the body's kind and apiVersion and returns the definition to decode with. Unknown fields
 * are dropped silently, as upstream does. Throws ProtobufError for malformed bodies.
 */
export function decodeProtobuf(
  body: Uint8Array,
  found: (meta: { kind: string; apiVersion: string }) => { definition: Definition },
): DecodedValue {
  const { apiVersion, kind, raw } = readable(() => open(body));
  const { definition } = found({ kind, apiVersion });
  const plain = readable(() => readDefinition(definition, newReader(raw)));
  plain.kind = kind;
  plain.apiVersion = apiVersion;
  return { object: readable(() => walk(definition, plain)).object, strict: [] };
}

/** Any error while decoding is caused by the bytes: protobufjs throws plain errors. */
function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProtobufError) throw error;
    if (error instanceof RangeError) throw new ProtobufError('unexpected EOF');
    if (error instanceof Mismatch) throw new ProtobufError('a field holds a value that its type does not allow');
    throw new ProtobufError(`proto: ${error instanceof Error ? error.message : 'malformed'}`);
  }
}

function definitionOf(object: { kind?: unknown; apiVersion?: unknown }): { definition: Definition; gvk: GroupVersionKind } {
  // The discovery documents of the core group have no apiVersion.
  const gvk = { ...parseGroupVersion(String(object.apiVersion ?? 'v1')), kind: String(object.kind) };
  const definition = scheme.definitionFor(gvk);
  if (!definition)
    throw new ProtobufError(`object *unstructured.Unstructured (${gvk.kind}) does not implement the protobuf marshalling interface`);
  return { definition, gvk };
}

/** The message of an object in its envelope. */
function enveloped({ kind, apiVersion = '' }: { kind: string; apiVersion?: string }, message: Uint8Array): Uint8Array {
  const unknown = newWriter();
  writeMessage(unknown, 1, () => unknown.uint32(10).string(apiVersion).uint32(18).string(kind));
  // Content encoding and type are encoded although empty, because the fields are not pointers in Go.
  unknown.uint32(18).bytes(message).uint32(26).string('').uint32(34).string('');
  return Buffer.concat([magic, unknown.finish()]);
}

/**
 * The same for a list whose items come in batches: repeated fields in concatenated messages form one list. Throws ProtobufError for a kind
 * that is not in the schema.
 */
export async function encodeProtobufList(
  head: { kind: string; apiVersion: string; metadata: unknown },
  batches: AsyncIterable<readonly unknown[]>,
): Promise<Uint8Array> {
  const { definition } = definitionOf(head);
  const part = (value: Record<string, unknown>): Uint8Array => {
    const writer = newWriter();
    writeDefinition(definition, writer, value);
    return writer.finish();
  };
  const parts = [part({ metadata: head.metadata, items: [] })];
  for await (const items of batches) parts.push(part({ metadata: head.metadata, items }));
  return enveloped(head, Buffer.concat(parts));
}

/** Encodes an object with its envelope. Throws ProtobufError for a kind that is not in the schema (upstream answers 406 for those). */
export function encodeProtobuf(object: { kind: string; apiVersion?: string }): Uint8Array {
  const { definition } = definitionOf(object);
  const body = newWriter();
  writeDefinition(definition, body, object as unknown as Record<string, unknown>);
  return enveloped(object, body.finish());
}

/** Whether objects of a kind have a protobuf form. */
export function hasProtobuf(gvk: GroupVersionKind): boolean {
  return scheme.definitionFor(gvk) !== undefined;
}

/**
 * A frame of a watch as `application/vnd.kubernetes.protobuf;stream=watch`: four bytes of length, then a WatchEvent whose object is
 * a whole enveloped message (serializer/protobuf NewRawSerializer, util/framer).
 */
export function encodeWatchFrame(type: string, object: { kind: string; apiVersion: string }): Uint8Array {
  const writer = newWriter();
  writer.uint32(10).string(type);
  writeMessage(writer, 2, () => writer.uint32(10).bytes(encodeProtobuf(object)));
  const event = writer.finish();
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}
